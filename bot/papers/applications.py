"""A contest as a table (XLSX): its applications, how many there are, and their history. Holds personal data.

Rows go to temporary files as they come, so that memory does not grow with the contest. Headings are in every language,
the state language first; what stands in the cells is in the organiser's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from bot.domain.applications import PUBLISH_NAME, number_shown
from bot.domain.contests import Contest
from bot.domain.exports import Entry, Event
from bot.domain.fields import DateField, Field, FileField, NumberField, PhoneField, TextField
from bot.papers.sheets import LongBook
from bot.words import Words

COLUMNS = {"number": 12, "state": 26, "sent_in": 20, "decided": 20, "reason": 44, "place": 14, "publish": 20}
EVENT_COLUMNS = {"number": 12, "at": 20, "who": 28, "act": 36, "reason": 44}
"""Columns with their widths in signs; those of the form's fields follow."""


class Table:
    """The table while it is made. Close it in the end. Not for the event loop: use it in a thread."""

    def __init__(self, words: Words, catalogues: Iterable[Words], contest: Contest, part: Callable[[], Path]) -> None:
        """`words` are the organiser's; each sheet grows in a file that `part` gives."""
        self._words, self._catalogues, self._contest = words, tuple(catalogues), contest
        self._book = LongBook(part)
        self._applications = self._book.sheet(
            words.label("export.applications"),
            [*map(self._head, COLUMNS), *map(self._label, contest.fields)],
            [*COLUMNS.values(), *map(_width, contest.fields)],
        )
        self._counts = self._book.sheet(words.label("export.counts"), [*map(self._head, ("state", "count"))], (30, 16))
        self._history = self._book.sheet(
            words.label("export.history"), [*map(self._head, EVENT_COLUMNS)], [*EVENT_COLUMNS.values()]
        )

    def close(self) -> None:
        """Removes what it was made in."""
        self._book.close()

    def add(self, entries: Sequence[Entry]) -> None:
        """Adds applications."""
        for entry in entries:
            self._applications.append(self._row(entry))

    def add_events(self, events: Sequence[Event]) -> None:
        """Adds lines of the history."""
        for event in events:
            number = number_shown(self._contest.prefix, event.number)
            act, why = self._words.label(f"act.{event.act}"), self._why(event.reason, event.note)
            self._history.append([number, self._local(event.at), event.who, act, why])

    def finish(self, counts: Mapping[str, int], file: IO[bytes]) -> None:
        """Writes all of it into `file`. `counts`: state -> how many, drafts too."""
        for state, count in counts.items():
            self._counts.append([self._words.label(f"state.{state}"), count])
        self._book.save(file)

    def _row(self, entry: Entry) -> list[Any]:
        application, contest, language = entry.application, self._contest, self._words.language
        place = contest.place(application.place)
        publish = application.answers.get(PUBLISH_NAME)
        asked = contest.asked(application.answers)
        return [
            number_shown(contest.prefix, application.number),
            self._words.label(f"state.{application.state}"),
            self._local(application.submitted_at),
            self._local(entry.decided_at),
            self._why(application.reason, application.note),
            place.label[language] if place else application.place,
            self._words.label("form.yes" if publish == "yes" else "form.no") if publish else None,
            *(self._answer(field, entry) if field in asked else None for field in contest.fields),
        ]

    def _answer(self, field: Field, entry: Entry) -> Any:
        """An answer as what it is: a day, a number, how many files, a text; IIN and BIN by their last digits."""
        if isinstance(field, FileField):
            return entry.files.get(field.id, 0)
        value = entry.application.answers.get(field.id)
        if not value:
            return None
        if isinstance(field, DateField):
            return date.fromisoformat(value)
        return Decimal(value) if isinstance(field, NumberField) else field.shown(value, self._words.language)

    def _why(self, reason_id: str, note: str) -> str:
        reason = self._contest.reason(reason_id)
        named = reason or self._contest.place(reason_id)
        label = named.label[self._words.language] if named else reason_id
        if reason and reason.paragraph:
            label += f" · {self._words.label('review.paragraph', paragraph=reason.paragraph)}"
        return "; ".join(part for part in (label, note) if part)

    def _local(self, at: datetime | None) -> datetime | None:
        """The moment by the contest's clocks; spreadsheets know no zones, so the heading names it."""
        return at.astimezone(self._contest.tz).replace(tzinfo=None, microsecond=0) if at else None

    def _head(self, name: str) -> str:
        tz = self._contest.tz
        return "\n".join(words.label(f"export.{name}", zone=words.zone_name(tz)) for words in self._catalogues)

    def _label(self, field: Field) -> str:
        return "\n".join(field.label[words.language] for words in self._catalogues)


def _width(field: Field) -> int:
    match field:
        case FileField() | DateField() | NumberField():
            return 14
        case PhoneField():
            return 20
        case TextField():
            return 50
    return 34
