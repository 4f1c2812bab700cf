"""What organisers take out of a contest. Asking is written in the contest's journal, as what is made holds personal
data; it is made and sent by the delivery, and read page by page, so that it keeps nobody waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.applications import Act, State
from bot.domain.contests import Contest
from bot.domain.exports import Entry, Event
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.services import people as staff
from bot.services import seasons
from bot.services.office import Office
from bot.storage import deliveries, exports, mailings, people, reviews
from bot.storage.applications import as_application
from bot.storage.database import Rows

PAGE = 100
"""So many rows are opened at once, in a thread."""
AGAIN = timedelta(minutes=1)
"""Whoever asks twice within this time gets one file."""
TABLE = "table_taken"
"""The act in the journal."""
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
    detail: Mapping[str, object]


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
