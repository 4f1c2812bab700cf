"""The table of a contest's applications: each answer as what it is, and only what was asked."""

from __future__ import annotations

import io
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from openpyxl import load_workbook

from bot.domain.applications import Application
from bot.domain.contests import Contest
from bot.domain.exports import Entry
from bot.papers.applications import COLUMNS, Table
from tests.services.rooms import catalogues

KINDS = Path(__file__).parents[1] / "bot" / "content" / "contests" / "kinds.toml"
SENT = datetime(2026, 11, 21, 9, tzinfo=UTC)
ANSWERS = {
    "members": "12",
    "budget": "1500.5",
    "email": "anna@example.com",
    "film": "https://example.com/film",
    "who": "person",
    "iin": "991231590001",
    # Answered before "who" became a person: not asked any more.
    "bin": "991240900000",
}


def test_each_answer_as_what_it_is_and_only_what_was_asked(tmp_path: Path) -> None:
    contest = Contest.model_validate(tomllib.loads(KINDS.read_text(encoding="utf-8")))
    application = Application(1, "kinds", 1, "submitted", 7, ANSWERS, "", 0, "", {}, SENT, SENT)
    words = catalogues()
    parts = (tmp_path / f"{number}.part" for number in range(9))
    table = Table(words["ru"], words.values(), contest, lambda: next(parts))
    file = io.BytesIO()
    try:
        table.add([Entry(application, None, {})])
        table.finish({"submitted": 1}, file)
    finally:
        table.close()
    row = next(load_workbook(file).worksheets[0].iter_rows(min_row=2, values_only=True))
    fields = [field.id for field in contest.fields]
    told = dict(zip(fields, row[len(COLUMNS) :], strict=True))
    assert (told["members"], told["budget"]) == (12, 1500.5)
    assert (told["email"], told["film"]) == ("anna@example.com", "https://example.com/film")
    assert told["iin"] == "••••••••0001"
    assert told["bin"] is None
