"""Organisers at the applications: seeing, finding and opening them, and deciding on each. Every way in asks for the
right first: a button stays in the chat of whoever is an organiser no more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.applications import DECISIONS, TRANSITIONS, Act, Application, transition
from bot.domain.base import Refusal
from bot.domain.contests import Contest, Reason
from bot.domain.moments import end_of_working_day
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.services import contests as announced
from bot.services import forms
from bot.services import people as staff
from bot.services.forms import Form
from bot.services.guardians import PAPER
from bot.services.office import Office
from bot.storage import applications, contests, deliveries, files, people
from bot.storage import reviews as storage

PAGE = 8
FOUND = 20
"""So many hits are shown; whoever gets more types another word."""
MOST_WORDS = 6
NOTE_LIMIT = 500
OWN_WORDS = "~own"
"""In place of a reason's id: the organiser writes why."""
WORKING_DAYS = (3, 5, 7)
"""What is offered for a correction."""
REMINDED = timedelta(days=1)
"""So long before the end of a correction the applicant is reminded."""
LONGEST_NAME = 40
PUSHES: Mapping[Act, Kind] = {
    "admit": Kind.ADMITTED,
    "return": Kind.RETURNED,
    "decline": Kind.NOT_ADMITTED,
    "reconsider": Kind.RECONSIDERED,
}


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A contest as its organisers see it: its moments (UTC), how many applications there are in each state, and how
    many contests there are to choose from."""

    contest: Contest
    moments: Mapping[str, datetime]
    counts: Mapping[str, int]
    contests: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a contest's applications. `newer` and `older` lead to the pages beside it (see ReviewTap.before)."""

    contest: Contest
    state: str
    applications: Sequence[Application]
    newer: int | None
    older: int | None


@dataclass(frozen=True, slots=True)
class File:
    """A file of an application: the field that it answers, its name, and its state (see the table)."""

    id: int
    field: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Card:
    """An application as an organiser sees it; of a draft no answers. `released`: nothing can be decided any more."""

    form: Form
    files: Sequence[File]
    released: bool

    @property
    def seen(self) -> int:
        """When the answers were changed last, in milliseconds: a decision says which answers it is about."""
        return version(self.form.application)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an organiser decides. A return and a refusal have a reason of the contest's list or a `note`, the
    organiser's own words in the applicant's language; a return also says until when (UTC) it can be corrected."""

    act: Act
    reason: str = ""
    note: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an application's history; `at` in UTC. `who` is a name, or empty for nobody known."""

    at: datetime
    who: str
    act: str
    reason: Reason | None
    note: str


def version(application: Application) -> int:
    """When the answers were changed last, in milliseconds."""
    return int(application.updated_at.timestamp() * 1000)


async def all_contests(office: Office, organiser: Person) -> list[Contest]:
    """The contests whose applications can be looked at. Raises Refusal without the right."""
    await staff.require_staff(office, organiser)
    return await announced.all_announced(office)


async def dashboard(office: Office, organiser: Person, contest_id: str) -> Dashboard:
    """A contest's figures. Raises Refusal without the right, and for a contest that is gone."""
    all_of_them = await all_contests(office, organiser)
    found = await announced.read(office, organiser, contest_id)
    counts = await storage.counts(office.database, contest_id)
    return Dashboard(found.contest, found.moments, counts, len(all_of_them))


async def page(office: Office, organiser: Person, contest_id: str, state: str, before: int) -> Page:
    """A page of applications, the greatest number first. Raises Refusal as `dashboard` does."""
    contest = await _contest(office, organiser, contest_id)
    found = await storage.page(office.database, office.vault, contest_id, state, before, PAGE + 1)
    shown = found[:PAGE]
    older = shown[-1].number if len(found) > PAGE else None
    top = shown[0].number if shown else before - 1
    newer = await storage.page_above(office.database, contest_id, state, top or 0, PAGE) if before else None
    return Page(contest, state, shown, newer, older)


async def find(office: Office, organiser: Person, contest_id: str, text: str) -> Page:
    """Applications by their number ("EU-0042", "42") or by whole words of the name, in any order.

    At most FOUND of them; `older` is set where there are more. Raises Refusal as `dashboard` does.
    """
    contest = await _contest(office, organiser, contest_id)
    number = re.fullmatch(rf"(?:{contest.prefix}\s*[-–—]?\s*)?0*(\d{{1,9}})", text.strip(), re.IGNORECASE)
    if number:
        found = await storage.by_number(office.database, office.vault, contest_id, int(number[1]))
    else:
        words = forms.name_hashes(office, contest, " ".join(text.split()[:MOST_WORDS]))
        found = await storage.by_words(office.database, office.vault, contest_id, words, FOUND + 1) if words else []
    return Page(contest, "", found[:FOUND], None, found[FOUND - 1].number if len(found) > FOUND else None)


async def card(office: Office, organiser: Person, application_id: int) -> Card:
    """An application with its files. Raises Refusal without the right, and for one that is not there."""
    form = await _opened(office, organiser, application_id)
    stored = await contests.get(office.database, form.contest.id)
    released = stored is not None and stored.released_at is not None
    if form.application.state == "draft":
        return Card(replace(form, application=replace(form.application, answers={})), [], released)
    rows = await files.of_application(office.database, application_id)
    listed = [File(row.id, row.field, office.vault.open_text(row.name), row.state) for row in rows]
    return Card(form, [file for file in listed if not _is_out(form, file)], released)


def _is_out(form: Form, file: File) -> bool:
    """Whether a file answers a question that is not asked any more, as the other answers are now."""
    return form.contest.field(file.field) is not None and form.asked_field(file.field) is None


async def history(office: Office, organiser: Person, application_id: int) -> tuple[Form, list[Line]]:
    """Everything that was done to an application, the oldest first. Raises Refusal as `card` does."""
    form = await _opened(office, organiser, application_id)
    rows = await applications.history_of(office.database, application_id)
    words = office.words[organiser.language or office.languages[0]]
    names = {**await _names(office, organiser), form.application.person_id: words.label("review.applicant")}
    return form, [
        Line(
            row.at,
            names.get(row.actor_id, "") if row.actor_id else "",
            row.act,
            form.contest.reason(row.reason),
            office.vault.open_text(row.note) if row.note else "",
        )
        for row in rows
    ]


async def send_file(office: Office, organiser: Person, application_id: int, file_id: int) -> None:
    """Sends the organiser a file of an application; a guardian's paper that waits for a word comes with its buttons.

    Raises Refusal as `card` does, and for a file that is not there (any more).
    """
    found = await card(office, organiser, application_id)
    file = next((one for one in found.files if one.id == file_id), None)
    if file is None or file.state == "refused":
        raise Refusal("refusal.review.file_gone")
    waits = file.field == PAPER and found.form.application.guardian == "paper"
    kind = Kind.PAPER_TO_REVIEW if waits else Kind.FILE_TO_VIEW
    async with office.database.write() as connection:
        await deliveries.queue(connection, kind, organiser.id, file_id, office.clock.now())
    office.queued.set()


async def applicant_language(office: Office, application: Application) -> str:
    """The language that the applicant chose: an organiser's own words are written in it."""
    person = await people.get(office.database, application.person_id) if application.person_id else None
    return (person.language if person else None) or office.languages[0]


def days_offered(office: Office, form: Form) -> dict[int, datetime]:
    """Working days -> until when (UTC) a correction would last; only what ends before the results."""
    zone, now = form.contest.tz, office.clock.now()
    offered = {days: end_of_working_day(days, now, zone, office.calendar) for days in WORKING_DAYS}
    return {days: until for days, until in offered.items() if until < form.application.moments["results"]}


async def decide(office: Office, organiser: Person, application_id: int, seen: int, decision: Decision) -> Card:
    """Admits, returns, declines, or takes a decision back; the applicant is told.

    The second of two taps of the same organiser finds it done. Raises Refusal without the right; when somebody else
    decided before; when the answers are others than were `seen`; for a reason that is not in the contest's list; for
    a date that is past, or after the results; while a guardian's word is missing; and once the results are released.
    """
    form = await _opened(office, organiser, application_id)
    if decision.act not in DECISIONS:
        raise Refusal("refusal.old_button")
    now = office.clock.now()
    async with office.database.write() as connection:
        released = await contests.is_released(connection, form.application.contest_id)
        application = await applications.lock(connection, office.vault, application_id)
        if application is None or application.person_id is None:
            raise Refusal("refusal.old_button")
        if application.state not in TRANSITIONS[decision.act].of:
            await _require_own_tap(office, connection, organiser, application, decision.act)
        elif released:
            raise Refusal("refusal.review.released")
        elif version(application) != seen:
            raise Refusal("refusal.review.changed")
        else:
            _require_reason(form.contest, decision)
            _require_possible(application, decision, now)
            await _carry_out(office, connection, organiser, application, decision, now)
    office.queued.set()
    return await card(office, organiser, application_id)


async def _carry_out(
    office: Office,
    connection: AsyncConnection,
    organiser: Person,
    application: Application,
    decision: Decision,
    now: datetime,
) -> None:
    """The state, the line of the history, and what the applicant is told, now and before a correction ends."""
    act, until = decision.act, decision.until
    state = transition(application.state, act, now, application.closes_at)
    note = office.vault.seal_text(decision.note) if decision.note else None
    decided = {"state": state, "reason": decision.reason, "note": note, "correct_by": until, "place": None}
    if not await applications.change(connection, application, decided):
        raise Refusal("refusal.review.changed")
    await applications.record(connection, application.id, now, organiser.id, act, state, decision.reason, note)
    assert application.person_id is not None
    await deliveries.queue(connection, PUSHES[act], application.person_id, application.id, now)
    await deliveries.cancel(connection, Kind.CORRECTION_REMINDER, application.id)
    if until is not None and until - REMINDED > now:
        due = until - REMINDED
        await deliveries.queue(connection, Kind.CORRECTION_REMINDER, application.person_id, application.id, due)


def _require_reason(contest: Contest, decision: Decision) -> None:
    """Refuses a return or a refusal without a reason that the contest knows for it."""
    if decision.act not in ("return", "decline"):
        return
    known = contest.reason(decision.reason)
    if decision.reason and (known is None or decision.act not in known.acts):
        raise Refusal("refusal.old_button")
    if not decision.reason:
        require_note(decision.note)


def require_note(note: str) -> None:
    """Refuses own words that are none, or too many."""
    if not note.strip():
        raise Refusal("refusal.text.empty")
    if len(note) > NOTE_LIMIT:
        raise Refusal("refusal.text.too_long", length=len(note), limit=NOTE_LIMIT)


def _require_possible(application: Application, decision: Decision, now: datetime) -> None:
    """Refuses to admit without a guardian's word, and to return without a date between now and the results."""
    if decision.act == "admit" and application.guardian in ("needed", "paper"):
        raise Refusal(f"refusal.admit.{application.guardian}")
    if decision.act != "return":
        return
    if decision.until is None:
        raise Refusal("refusal.old_button")
    if decision.until <= now:
        raise Refusal("refusal.moment.past", at=decision.until)
    if decision.until >= application.moments["results"]:
        raise Refusal("refusal.review.after_results", results=application.moments["results"])


async def _require_own_tap(
    office: Office, connection: AsyncConnection, organiser: Person, application: Application, act: Act
) -> None:
    """Lets the second of two taps of the same organiser pass; tells anyone else who decided, and what."""
    who, what = await storage.last_decision(connection, application.id) or (None, None)
    if what is None or TRANSITIONS[what].to != application.state:
        raise Refusal(f"refusal.state.{application.state}")
    if (who, what) == (organiser.id, act):
        return
    names = await _names(office, organiser)
    name = names.get(who, "–") if who else "–"
    raise Refusal(f"refusal.decided_by.{application.state}", name=name[:LONGEST_NAME])


async def _names(office: Office, organiser: Person) -> dict[int | None, str]:
    words = office.words[organiser.language or office.languages[0]]
    return await staff.names(office, words.label("review.owner"))


async def _opened(office: Office, organiser: Person, application_id: int) -> Form:
    await staff.require_staff(office, organiser)
    application = await applications.get(office.database, office.vault, application_id)
    if application is None:
        raise Refusal("refusal.old_button")
    return forms.form(office, application)


async def _contest(office: Office, organiser: Person, contest_id: str) -> Contest:
    await staff.require_staff(office, organiser)
    return (await announced.read(office, organiser, contest_id)).contest
