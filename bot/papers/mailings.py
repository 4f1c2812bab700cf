"""What became of an announcement, as a table: figures only, nobody's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.mailings import Mailing
from bot.domain.pushes import State
from bot.papers.sheets import workbook
from bot.words import Words

ENDS = (State.SENT, State.BLOCKED, State.MUTED, State.FAILED, State.UNKNOWN)
"""What becomes of a message; anything else was not sent."""
_WIDTHS = (44, 24, 14, 14, 14, 14, 14)


def report(
    words: Words,
    mailing: Mailing,
    languages: Mapping[str, Mapping[State, int]],
    reasons: Mapping[str, int],
    journal: Sequence[tuple[datetime, str]],
) -> bytes:
    """The table (XLSX) in the organiser's language. `languages`: a language's name -> end -> count; `reasons`: why
    messages failed; `journal`: when (UTC) organisers did what."""
    lines = [[words.shown(at), words.label(f"news.journal.{act}")] for at, act in journal]
    return workbook(
        {
            words.label("xlsx.totals"): _totals(words, mailing),
            words.label("xlsx.languages"): _languages(words, languages),
            words.label("xlsx.reasons"): [_head(words, "reason", "count"), *map(list, reasons.items())],
            words.label("xlsx.journal"): [_head(words, "at", "act"), *lines],
        },
        _WIDTHS,
    )


def _totals(words: Words, mailing: Mailing) -> list[list[Any]]:
    counts = mailing.counts
    figures = [("total", counts.total), *((end.name.lower(), getattr(counts, end.name.lower())) for end in ENDS)]
    times = (("begun", mailing.begun_at), ("ended", mailing.ended_at))
    return [
        [words.label("xlsx.number"), mailing.id],
        *([words.label(f"xlsx.{name}"), words.shown(at) if at else "–"] for name, at in times),
        *([words.label(f"xlsx.{name}"), count] for name, count in [*figures, ("not_sent", counts.left)]),
    ]


def _languages(words: Words, languages: Mapping[str, Mapping[State, int]]) -> list[list[Any]]:
    head = _head(words, "language", *(end.name.lower() for end in ENDS), "not_sent")
    rows: list[list[Any]] = [head]
    for language, ends in languages.items():
        shown = [ends.get(end, 0) for end in ENDS]
        rows.append([language, *shown, sum(ends.values()) - sum(shown)])
    return rows


def _head(words: Words, *names: str) -> list[Any]:
    return [words.label(f"xlsx.{name}") for name in names]
