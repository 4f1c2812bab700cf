"""The report of an announcement, opened again as a spreadsheet program would."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from bot.domain.mailings import Audience, Counts, Mailing
from bot.domain.pushes import Kind, State
from bot.papers.mailings import report
from tests.services.rooms import LANGUAGES, catalogues

BEGUN = datetime(2026, 12, 1, 6, tzinfo=UTC)
COUNTS = Counts(total=100, sent=80, blocked=7, muted=5, failed=3, unknown=1)
MAILING = Mailing(
    id=12,
    kind=Kind.ANNOUNCEMENT,
    state="cancelled",
    contest_id=None,
    announcement_id=1,
    of_id=None,
    author_id=1,
    approver_id=None,
    audience=Audience("everyone"),
    up_to=200,
    cursor=200,
    due_at=BEGUN,
    not_after=None,
    begun_at=BEGUN,
    ended_at=None,
    counts=COUNTS,
    reasons=None,
    trouble="",
    progress_id=None,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure(language: str) -> None:
    words = catalogues()[language]
    content = report(
        words,
        MAILING,
        {"Қазақша": {State.SENT: 60, State.QUEUED: 4}, "Русский": {State.SENT: 20, State.FAILED: 3, State.UNKNOWN: 1}},
        {"Bad Request: odd": 2, "=1+1": 1},
        [(BEGUN, "confirm"), (BEGUN, "cancel")],
    )
    book = load_workbook(io.BytesIO(content))
    totals, languages, reasons, journal = ([list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book)
    names = ("number", "begun", "ended", "total", "sent", "blocked", "muted", "failed", "unknown", "not_sent")
    values = (12, words.shown(BEGUN), "–", 100, 80, 7, 5, 3, 1, 4)
    assert totals == [[words.label(f"xlsx.{name}"), value] for name, value in zip(names, values, strict=True)]
    assert languages[1:] == [["Қазақша", 60, 0, 0, 0, 0, 4], ["Русский", 20, 0, 0, 3, 1, 0]]
    # A text that begins as a formula does is none.
    assert reasons[1:] == [["Bad Request: odd", 2], ["'=1+1", 1]]
    acts = [words.label("news.journal.confirm"), words.label("news.journal.cancel")]
    assert journal[1:] == [[words.shown(BEGUN), act] for act in acts]
