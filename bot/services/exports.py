"""What organisers take out of a contest. Asking is written in the contest's journal, as what is made holds personal
data; it is made and sent by the delivery, and read page by page, so that it keeps nobody waiting."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.applications import Act, State, number_shown
from bot.domain.base import Refusal
from bot.domain.contests import Contest
from bot.domain.exports import Entry, Event, Part, named, parts
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.services import people as staff
from bot.services import reviews as cards
from bot.services import seasons
from bot.services.office import Office
from bot.storage import deliveries, exports, mailings, people, reviews
from bot.storage.applications import as_application, record
from bot.storage.database import Rows
from bot.vault import SealBroken

PAGE = 100
"""So many rows are opened at once, in a thread."""
AGAIN = timedelta(minutes=1)
"""Whoever asks twice within this time gets one file."""
TABLE = "table_taken"
FILES = "files_taken"
"""Acts in the journal."""
MEGABYTE = 1024 * 1024
PART_LIMIT = 45 * MEGABYTE
"""Telegram takes 50 MB from a bot, and an archive is a little more than its files."""
DECIDED: Mapping[State, Act] = {
    "returned": "return",
    "admitted": "admit",
    "not_admitted": "decline",
    "placed": "admit",
    "not_placed": "admit",
}
"""By which decision an application came into its state; in the other states none stands."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asked for what is to be made now, when (UTC), of which contest; `detail` stands in the journal."""

    contest: Contest
    organiser: Person
    at: datetime
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filed:
    """A file as it stands in an archive; `state` as in the table of files, or `too_many`: there is no room for it."""

    id: int
    name: str
    size: int
    state: str


async def ask_for_table(office: Office, organiser: Person, contest_id: str) -> None:
    """Queues a contest's table for the organiser, and writes it in the journal; a second tap within a minute is the
    same. Raises Refusal without the right, and for a contest that is gone."""
    found = await seasons.season(office, organiser, contest_id)
    now = office.clock.now()
    async with office.database.write() as connection:
        await seasons.lock(connection, found.contest)
        if await exports.asked(connection, contest_id, organiser.id, TABLE, now - AGAIN):
            return
        line = await mailings.write_down(connection, now, organiser.id, TABLE, contest_id=contest_id)
        await deliveries.queue(connection, Kind.APPLICATIONS_TABLE, organiser.id, line, now)
    office.queued.set()


async def plan(office: Office, organiser: Person, contest_id: str) -> tuple[Contest, int, list[Part]]:
    """How many files a contest has, and the archives that they would come in. Raises Refusal without the right, for a
    contest that is gone, and where there is no file."""
    found = await seasons.season(office, organiser, contest_id)
    listed = await exports.sizes(office.database, contest_id)
    if not listed:
        raise Refusal("refusal.no_files")
    return found.contest, len(listed), parts(listed, PART_LIMIT)


async def ask_for_files(office: Office, organiser: Person, contest_id: str) -> int:
    """Queues all files of a contest for the organiser, and writes it in the journal; gives the number of archives. A
    second tap within a minute is the same. Raises Refusal as `plan` does."""
    contest, _, planned = await plan(office, organiser, contest_id)
    now = office.clock.now()
    async with office.database.write() as connection:
        await seasons.lock(connection, contest)
        await _queue_files(connection, organiser, contest, planned, None, now)
    office.queued.set()
    return len(planned)


async def ask_for_files_of(office: Office, organiser: Person, application_id: int) -> None:
    """The same for one application; it stands in the application's history, too. Raises Refusal without the right,
    for an application that is not there or not sent in, and where it has no file."""
    form = (await cards.card(office, organiser, application_id)).form
    application, now = form.application, office.clock.now()
    listed = await exports.sizes(office.database, form.contest.id, application.number) if application.number else []
    if not listed:
        raise Refusal("refusal.no_files")
    async with office.database.write() as connection:
        await seasons.lock(connection, form.contest)
        planned = parts(listed, PART_LIMIT)
        if await _queue_files(connection, organiser, form.contest, planned, application.number, now):
            await record(connection, application.id, now, organiser.id, FILES, application.state)
    office.queued.set()


async def _queue_files(
    connection: AsyncConnection,
    organiser: Person,
    contest: Contest,
    planned: Sequence[Part],
    number: int | None,
    now: datetime,
) -> bool:
    """A line of the journal and a push for each archive. False: the same was asked for a moment ago."""
    before = await exports.asked(connection, contest.id, organiser.id, FILES, now - AGAIN)
    if any(row.detail["number"] == number for row in before):
        return False
    for place, part in enumerate(planned, 1):
        detail = {"number": number, "part": place, "parts": len(planned), "first": part.first, "last": part.last}
        line = await mailings.write_down(connection, now, organiser.id, FILES, contest_id=contest.id, detail=detail)
        await deliveries.queue(connection, Kind.FILES_ARCHIVE, organiser.id, line, now)
    return True


async def request(office: Office, telegram_id: int, line_id: int) -> Request | None:
    """What the line of the journal asks for; None where the contest is gone, or who asked has the right no more."""
    line = await exports.line(office.database, line_id)
    contest = office.library.contests.get(line.contest_id) if line else None
    person = await people.find(office.database, telegram_id)
    if line is None or contest is None or person is None or person.id != line.actor_id:
        return None
    return Request(contest, person, line.at, line.detail) if await staff.is_staff(office, person) else None


async def counts(office: Office, contest: Contest) -> Mapping[str, int]:
    """State -> how many applications; drafts are among them."""
    return await reviews.counts(office.database, contest.id)


async def entries(office: Office, contest: Contest) -> AsyncIterator[Sequence[Entry]]:
    """The applications that were sent in, in the order of their numbers, a page at a time."""
    after = 0
    while page := await exports.sent_in(office.database, contest.id, after, PAGE):
        ids = [row.id for row in page]
        after = page[-1].number
        decided = await exports.decided(office.database, ids, set(DECIDED.values()))
        sent = await exports.counted(office.database, ids)
        yield await asyncio.to_thread(_entries, office, page, decided, sent)


def _entries(
    office: Office,
    page: Rows,
    decided: Mapping[tuple[int, str], datetime],
    sent: Mapping[int, Mapping[str, int]],
) -> list[Entry]:
    opened = [as_application(row, office.vault) for row in page]
    return [Entry(one, decided.get((one.id, DECIDED.get(one.state, ""))), sent.get(one.id, {})) for one in opened]


async def events(office: Office, asked: Request) -> AsyncIterator[Sequence[Event]]:
    """The history of what was sent in, the oldest first, a page at a time; people are called in the language of who
    asked."""
    words = office.words[asked.organiser.language or office.languages[0]]
    names = await staff.names(office, words.label("review.owner"))
    applicant, after = words.label("review.applicant"), 0
    while page := await exports.events(office.database, asked.contest.id, after, PAGE):
        after = page[-1].id
        yield await asyncio.to_thread(_events, office, page, names, applicant)


def _events(office: Office, page: Rows, names: Mapping[int | None, str], applicant: str) -> list[Event]:
    return [
        Event(
            row.number,
            row.at,
            applicant if row.own else names.get(row.actor_id, "") if row.actor_id else "",
            row.act,
            row.reason,
            office.vault.open_text(row.note) if row.note else "",
        )
        for row in page
    ]


async def files(office: Office, asked: Request) -> list[Filed]:
    """The files of one archive."""
    contest, first, last = asked.contest, tuple(asked.detail["first"]), tuple(asked.detail["last"])
    listed, places = list[Filed](), Counter[tuple[int, str]]()
    room = PART_LIMIT + MEGABYTE
    for row in await exports.files_between(office.database, contest.id, first[0], last[0]):
        places[row.number, row.field] += 1
        if not first <= (row.number, row.id) <= last:
            continue
        number, name = number_shown(contest.prefix, row.number), office.vault.open_text(row.name)
        name = named(number, row.field, places[row.number, row.field], name)
        # Somebody may have sent a larger file since the parts were planned.
        room -= row.size if row.state == "kept" else 0
        listed.append(Filed(row.id, name, row.size, "too_many" if room < 0 else row.state))
    return listed


def content(office: Office, file: Filed) -> bytes | None:
    """What is in a file; None where it is not here. Not for the event loop."""
    if file.state != "kept":
        return None
    try:
        return office.vault.open(office.files.read(file.id))
    except (FileNotFoundError, SealBroken):
        return None
