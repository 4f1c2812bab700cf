"""A contest as a whole, for its organisers: the places, and the release of the results.

What is decided here is pending until the results are released; the release tells everyone at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.applications import Application, State, masked, number_shown
from bot.domain.base import Refusal
from bot.domain.contests import Contest, Place
from bot.domain.mailings import TRANSITIONS as MAILING_TRANSITIONS
from bot.domain.mailings import Audience
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.services import people as staff
from bot.services.office import Office
from bot.storage import applications, contests, deliveries, mailings, reviews, seasons
from bot.storage.contests import Stored

log = structlog.get_logger(__name__)

UNDECIDED: tuple[State, ...] = ("submitted", "returned")
"""States in which an application waits for a decision, or for its correction."""
RELEASED: tuple[State, ...] = ("placed", "not_placed")
PAGE = 8
SHOWN_LINES = 30


@dataclass(frozen=True, slots=True)
class Season:
    """An announced contest with what the database fixes of it."""

    contest: Contest
    stored: Stored

    @property
    def moments(self) -> Mapping[str, datetime]:
        """The announced moments (UTC)."""
        return self.stored.moments


@dataclass(frozen=True, slots=True)
class Holder:
    """An application as lists show it: the number, the masked name, its state, the place it has (an id) or None."""

    application_id: int
    number: str
    name: str
    state: State
    place: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would do: how many get each place (in the file's order), how many none, how many are undecided,
    how many applicants and followers are told. `seal` names exactly this: it changes with every decision."""

    season: Season
    places: Sequence[tuple[Place, int]]
    without: int
    undecided: int
    applicants: int
    followers: int
    seal: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a contest's journal: when (UTC), who (a name; empty for one who is gone), what, and its details."""

    at: datetime
    who: str
    act: str
    detail: Mapping[str, Any]


async def season(office: Office, organiser: Person, contest_id: str) -> Season:
    """The contest. Raises Refusal for someone without the right, and for a contest that is gone or not announced."""
    await staff.require_staff(office, organiser)
    return await announced(office, contest_id)


async def announced(office: Office, contest_id: str) -> Season:
    """The contest, for the bot itself. Raises Refusal for one that is gone or not announced."""
    contest = office.library.contests.get(contest_id)
    stored = await contests.get(office.database, contest_id)
    if contest is None or stored is None:
        raise Refusal("refusal.contest_gone")
    return Season(contest, stored)


async def lock(connection: AsyncConnection, contest: Contest) -> Stored:
    """What the database fixes of the contest, locked: one act at a contest as a whole at a time."""
    stored = await contests.lock(connection, contest.id)
    if stored is None:
        raise Refusal("refusal.contest_gone")
    return stored


def _require_unreleased(contest: Contest, stored: Stored) -> None:
    if stored.released_at is not None:
        raise Refusal("refusal.release.done", at=stored.released_at)


# -- places ---------------------------------------------------------------------------------------------------------


def _holder(contest: Contest, application: Application) -> Holder:
    number = number_shown(contest.prefix, application.number)
    name = masked(contest.name_in(application.answers))
    return Holder(application.id, number, name, application.state, application.place)


async def holders(office: Office, found: Season) -> list[Holder]:
    """Everyone who has a place, pending or released."""
    having = await seasons.with_places(office.database, office.vault, found.contest.id)
    return [_holder(found.contest, application) for application in having]


async def admitted(office: Office, found: Season, after: int) -> tuple[list[Holder], bool]:
    """The next admitted applications with ids above `after`, and whether more follow."""
    page = await seasons.admitted(office.database, office.vault, found.contest.id, after, PAGE + 1)
    return [_holder(found.contest, application) for application in page[:PAGE]], len(page) > PAGE


async def set_place(
    office: Office, organiser: Person, contest_id: str, place_id: str, application_id: int
) -> Application:
    """Gives an admitted application a place; it is told when the results are released. The same twice is the same.

    Raises Refusal for someone without the right, when the place is taken (naming by whom), when the application is
    not admitted, and once the results are released.
    """
    found = await season(office, organiser, contest_id)
    place = found.contest.place(place_id)
    if place is None:
        raise Refusal("refusal.old_button")
    async with office.database.write() as connection:
        _require_unreleased(found.contest, await lock(connection, found.contest))
        application = await _lock_application(office, connection, found.contest, application_id)
        if application.state != "admitted":
            raise Refusal("refusal.place.not_admitted")
        having = await seasons.with_places_in(connection, office.vault, contest_id)
        others = [one for one in having if one.place == place_id and one.id != application_id]
        if len(others) >= place.count:
            raise Refusal("refusal.place.taken", who=_named(found.contest, others))
        if application.place != place_id:
            await _write_place(office, connection, organiser, application, place_id)
    return application


async def set_place_by_number(
    office: Office, organiser: Person, contest_id: str, place_id: str, number: int
) -> Application:
    """The same by the number of the application. Raises Refusal as well where no application has it."""
    found = await reviews.by_number(office.database, office.vault, contest_id, number)
    if not found:
        raise Refusal("refusal.place.no_number")
    return await set_place(office, organiser, contest_id, place_id, found[0].id)


async def clear_place(office: Office, organiser: Person, contest_id: str, application_id: int) -> None:
    """Takes a pending place back; twice is the same. Raises Refusal as `set_place` does."""
    found = await season(office, organiser, contest_id)
    async with office.database.write() as connection:
        _require_unreleased(found.contest, await lock(connection, found.contest))
        application = await _lock_application(office, connection, found.contest, application_id)
        if application.place is not None:
            await _write_place(office, connection, organiser, application, None)


async def _lock_application(
    office: Office, connection: AsyncConnection, contest: Contest, application_id: int
) -> Application:
    application = await applications.lock(connection, office.vault, application_id)
    if application is None or application.contest_id != contest.id:
        raise Refusal("refusal.old_button")
    return application


async def _write_place(
    office: Office, connection: AsyncConnection, organiser: Person, application: Application, place: str | None
) -> None:
    act, reason = ("place_set", place) if place else ("place_cleared", application.place)
    await applications.change(connection, application, {"place": place})
    await applications.record(
        connection, application.id, office.clock.now(), organiser.id, act, application.state, reason or ""
    )


def _named(contest: Contest, having: Sequence[Application]) -> str:
    """Who has a place, in as few signs as an alert takes."""
    first = _holder(contest, having[0])
    more = f" +{len(having) - 1}" if len(having) > 1 else ""
    return f"{first.number} {first.name}"[:60].strip() + more


# -- the release ------------------------------------------------------------------------------------------------------


async def preview(office: Office, organiser: Person, contest_id: str) -> Preview:
    """What a release would do now. Raises Refusal as `season` does, and once the results are released."""
    found = await season(office, organiser, contest_id)
    _require_unreleased(found.contest, found.stored)
    counts = await seasons.counts(office.database, contest_id)
    applicants = Audience("applicants", contest=contest_id, states=("admitted",))
    return Preview(
        season=found,
        places=[(place, counts.get(("admitted", place.id), 0)) for place in found.contest.places],
        without=counts.get(("admitted", None), 0),
        undecided=_undecided(counts),
        applicants=await mailings.count(office.database, applicants),
        followers=await mailings.count(office.database, Audience("followers", contest=contest_id)),
        seal=_seal(counts, await seasons.with_places(office.database, office.vault, contest_id)),
    )


def _undecided(counts: seasons.Counts) -> int:
    return sum(count for (state, _), count in counts.items() if state in UNDECIDED)


def _seal(counts: seasons.Counts, having: Sequence[Application]) -> str:
    """A short name of all decisions as they stand: who has which place, and how many are admitted."""
    admitted = sum(count for (state, _), count in counts.items() if state == "admitted")
    places = [(one.id, one.place) for one in having if one.state == "admitted"]
    return hashlib.sha256(repr((admitted, places)).encode()).hexdigest()[:8]


async def release(office: Office, organiser: Person, contest_id: str, seal: str) -> None:
    """Releases the results now: every admitted applicant is told, and everyone who follows gets the list.

    `seal` is that of the preview which the organiser saw. Raises Refusal for someone without the right, when something
    was decided since, while applications are undecided or still taken, and once they are released.
    """
    found = await season(office, organiser, contest_id)
    now = office.clock.now()
    async with office.database.write() as connection:
        await _release(office, connection, found.contest, organiser.id, now, seal)
    office.queued.set()


async def _release(
    office: Office,
    connection: AsyncConnection,
    contest: Contest,
    actor_id: int | None,
    now: datetime,
    seal: str | None = None,
) -> None:
    """The release in the caller's transaction, in as many statements for one applicant as for a hundred thousand.

    `seal` None: whatever stands is released. Raises Refusal; the caller's transaction must then be rolled back.
    """
    stored = await lock(connection, contest)
    _require_unreleased(contest, stored)
    if now <= stored.moments["applications_close"]:
        raise Refusal("refusal.release.open", closes=stored.moments["applications_close"])
    if seal is not None:
        having = await seasons.with_places_in(connection, office.vault, contest.id)
        if seal != _seal(await seasons.counts_in(connection, contest.id), having):
            raise Refusal("refusal.release.changed")
    placed, passed = await seasons.release(connection, contest.id, actor_id, now)
    # Counted afterwards: a decision taken back in another transaction meanwhile is seen now, and undoes all this.
    undecided = _undecided(await seasons.counts_in(connection, contest.id))
    if undecided:
        raise Refusal("refusal.release.undecided", count=undecided)
    await contests.change(connection, contest.id, released_at=now, release_at=None, release_by=None)
    detail = {"placed": placed, "not_placed": passed}
    await mailings.write_down(connection, now, actor_id, "released", contest_id=contest.id, detail=detail)
    applicants = Audience("applicants", contest=contest.id, states=RELEASED)
    await begin_mailing(connection, Kind.RESULT, contest.id, applicants, actor_id, now)
    await begin_mailing(
        connection, Kind.RESULTS_LIST, contest.id, Audience("followers", contest=contest.id), actor_id, now
    )


async def begin_mailing(
    connection: AsyncConnection,
    kind: Kind,
    contest_id: str,
    audience: Audience,
    author_id: int | None,
    now: datetime,
    not_after: datetime | None = None,
) -> None:
    """A mailing that begins in the caller's transaction: whom it is for is frozen with it."""
    values = {
        "kind": kind,
        "state": MAILING_TRANSITIONS["begin"].to,
        "contest_id": contest_id,
        "author_id": author_id,
        "audience": audience,
        "up_to": await mailings.greatest_person(connection),
        "due_at": now,
        "not_after": not_after,
        "created_at": now,
        "begun_at": now,
    }
    await mailings.create(connection, values)


async def set_release(office: Office, organiser: Person, contest_id: str, at: datetime) -> Season:
    """Orders the release for a moment (UTC) instead of now. Raises Refusal for someone without the right, a moment
    that is past or before applications close, and once the results are released."""
    found = await season(office, organiser, contest_id)
    now = office.clock.now()
    if at <= now:
        raise Refusal("refusal.moment.past", at=at)
    async with office.database.write() as connection:
        stored = await lock(connection, found.contest)
        _require_unreleased(found.contest, stored)
        if at <= stored.moments["applications_close"]:
            raise Refusal("refusal.release.open", closes=stored.moments["applications_close"])
        await contests.change(connection, contest_id, release_at=at, release_by=organiser.id)
        detail = {"at": at.isoformat()}
        await mailings.write_down(connection, now, organiser.id, "release_set", contest_id=contest_id, detail=detail)
    return await season(office, organiser, contest_id)


async def cancel_release(office: Office, organiser: Person, contest_id: str) -> None:
    """Takes the order back; twice is the same. Raises Refusal as `set_release` does."""
    found = await season(office, organiser, contest_id)
    now = office.clock.now()
    async with office.database.write() as connection:
        stored = await lock(connection, found.contest)
        _require_unreleased(found.contest, stored)
        if stored.release_at is not None:
            await contests.change(connection, contest_id, release_at=None, release_by=None)
            await mailings.write_down(connection, now, organiser.id, "release_cancelled", contest_id=contest_id)


async def release_due(office: Office) -> None:
    """Releases the results whose moment has come; where undecided ones hold them, who ordered it is told."""
    now = office.clock.now()
    for stored in await contests.to_release(office.database, office.library.contests.keys(), now):
        contest = office.library.contests[stored.id]
        try:
            async with office.database.write() as connection:
                await _release(office, connection, contest, stored.release_by, now)
        except Refusal as refusal:
            await _hold(office, stored, refusal, now)
        office.queued.set()


async def _hold(office: Office, stored: Stored, refusal: Refusal, now: datetime) -> None:
    """Gives the order up, and says so to who gave it; to every organiser where they are none any more."""
    log.warning("results held", contest=stored.id, why=refusal.key)
    everyone = await staff.staff(office)
    told = [person for person in everyone if person.id == stored.release_by] or everyone
    async with office.database.write() as connection:
        current = await contests.lock(connection, stored.id)
        if current is None or current.release_at != stored.release_at:
            return
        await contests.change(connection, stored.id, release_at=None, release_by=None)
        detail = {"count": int(refusal.values.get("count", 0))}
        line = await mailings.write_down(connection, now, None, "release_held", contest_id=stored.id, detail=detail)
        for person in told:
            await deliveries.queue(connection, Kind.RELEASE_HELD, person.id, line, now)


async def next_release(office: Office) -> datetime | None:
    """When `release_due` has something to do next (UTC), or None."""
    return await contests.next_release(office.database, office.library.contests.keys())


# -- what everyone sees after the release ------------------------------------------------------------------------------


async def winners(office: Office, contest_id: str) -> list[Application]:
    """Everyone who was placed, by id; nobody before the release."""
    having = await seasons.with_places(office.database, office.vault, contest_id)
    return [application for application in having if application.state == "placed"]


# -- the journal ------------------------------------------------------------------------------------------------------


async def journal(office: Office, organiser: Person, contest_id: str) -> tuple[Season, list[Line]]:
    """The newest lines of what was done to the contest as a whole, in the order of time. Raises Refusal."""
    found = await season(office, organiser, contest_id)
    words = office.words[organiser.language or office.languages[0]]
    names = await staff.names(office, words.label("review.owner"))
    rows = await mailings.journal_of(office.database, contest_id=contest_id)
    # What came in several parts was asked for once.
    shown = [row for row in rows if row.detail.get("part", 1) == 1][-SHOWN_LINES:]
    return found, [Line(row.at, names.get(row.actor_id, ""), row.act, row.detail) for row in shown]
