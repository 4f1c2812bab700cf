"""Reports that a step of a guide did not work: made by a tap, by words or by a screenshot, and answered by organisers.

Every report gets an answer by the day that was promised; there is no other way to close one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import reports as domain
from bot.domain.base import Refusal
from bot.domain.fields import FileField, clean
from bot.domain.guides import Guide, Step
from bot.domain.moments import end_of_working_day
from bot.domain.people import Person
from bot.domain.pushes import RULES, Kind
from bot.domain.reports import REASONS, Reason, Report
from bot.services import forms
from bot.services import people as staff
from bot.services.forms import Upload
from bot.services.office import Office
from bot.services.reviews import LONGEST_NAME
from bot.storage import deliveries, files, people
from bot.storage import reports as storage

PAGE = 8
SCREENSHOT = "~report"
"""The field under which a screenshot stands; no field of a form has such an id."""
SCREENSHOT_FIELD = FileField.model_validate(
    {"id": "screenshot", "kind": "file", "label": {}, "question": {}, "types": ["jpg", "png"], "max_mb": 10}
)


@dataclass(frozen=True, slots=True)
class Stuck:
    """Somebody at a step that does not work for them. `report` is theirs about it that waits for an answer, `is_late`
    says that it was promised for before now, `done` what just happened to it."""

    guide: Guide
    step: Step
    report: Report | None
    is_late: bool
    done: Literal["", "made", "added"] = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A report with its guide and step, which are None once an editor removed them, and the moment it is looked at."""

    report: Report
    guide: Guide | None
    step: Step | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """A page of open reports, and how many there are. `before` and `after` lead to the pages beside it."""

    entries: Sequence[Entry]
    total: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Card(Entry):
    """A report as an organiser sees it. `language` is what its author reads now, `reads` what that language is called,
    `screenshots` are ids of files, `who` answered it."""

    language: str
    reads: str
    screenshots: Sequence[int]
    who: str


# --- the person at the step


async def begin(office: Office, person: Person, guide_id: str, step_id: str) -> Stuck:
    """Asks what does not work at the step: what the person types or sends next is about it. Their place in the guide
    stays. Raises Refusal for a step that is gone, and when too many of their reports wait for answers."""
    guide, step = _step(office, guide_id, step_id)
    waiting = [one for one in await storage.of_person(office.database, office.vault, person.id) if one.is_open]
    report = _about(waiting, guide_id, step_id)
    if report is None:
        _require_few(waiting)
    await _stand(office, person, guide_id, step_id)
    return _stuck(office, guide, step, report)


async def current(office: Office, person: Person) -> Stuck:
    """The step of which the person reports. Raises Refusal for one that is gone."""
    guide_id, step_id = place_of(person)
    guide, step = _step(office, guide_id, step_id)
    mine = await storage.of_person(office.database, office.vault, person.id)
    return _stuck(office, guide, step, _about([one for one in mine if one.is_open], guide_id, step_id))


def place_of(person: Person) -> tuple[str, str]:
    """The ids of the guide and the step of which the person reports."""
    guide_id, _, step_id = person.asked.partition(":")
    return guide_id, step_id


async def give_reason(office: Office, person: Person, guide_id: str, step_id: str, reason: str) -> Stuck:
    """Reports for a reason of the list; of a report that waits already nothing changes. Raises Refusal as `begin`."""
    if reason not in REASONS:
        raise Refusal("refusal.old_button")
    return await _report(office, person, guide_id, step_id, reason)


async def add_words(office: Office, person: Person, text: str) -> Stuck:
    """Reports in the person's own words, or adds them to the report that waits. Raises Refusal as `begin` does, and
    for too many words."""
    return await _report(office, person, *place_of(person), words=clean(text, domain.WORDS_LIMIT))


async def add_screenshot(office: Office, person: Person, file: Upload, caption: str, at: datetime) -> Stuck:
    """Reports by a screenshot, which is fetched right after, or adds it; `at` is when it was sent (UTC).

    Raises Refusal as `add_words` does, for what is no picture, and for too many of them.
    """
    SCREENSHOT_FIELD.judge(file.size, file.extension)
    words = clean(caption, domain.WORDS_LIMIT) if caption.strip() else ""
    return await _report(office, person, *place_of(person), words=words, file=file, at=at)


async def _report(
    office: Office,
    person: Person,
    guide_id: str,
    step_id: str,
    reason: Reason = "other",
    words: str = "",
    file: Upload | None = None,
    at: datetime | None = None,
) -> Stuck:
    """Makes the report, or adds to the one that waits: two messages at once make one report."""
    guide, step = _step(office, guide_id, step_id)
    organisers = {member.id for member in await staff.staff(office)}
    now = office.clock.now()
    async with office.database.write() as connection:
        there = await people.lock(connection, {person.id, *organisers})
        if person.id not in there:
            raise Refusal("refusal.old_button")
        waiting = await storage.lock_open_of(connection, office.vault, person.id)
        report = _about(waiting, guide_id, step_id)
        is_new = report is None
        if report is None:
            _require_few(waiting)
            report = await _make(office, connection, person, guide_id, step_id, reason)
            await _tell_organisers(office, connection, organisers & there, report.id)
        if words:
            sealed = office.vault.seal_text(domain.with_words(report.words, words))
            await storage.change(connection, report.id, {"words": sealed, "written_at": now})
        if file is not None:
            await _add_file(office, connection, person, report.id, file, at or now)
            await storage.change(connection, report.id, {"written_at": now})
    office.queued.set()
    await _stand(office, person, guide_id, step_id)
    return _stuck(office, guide, step, report, "made" if is_new else "added" if words or file else "")


def _stuck(
    office: Office, guide: Guide, step: Step, report: Report | None, done: Literal["", "made", "added"] = ""
) -> Stuck:
    return Stuck(guide, step, report, report is not None and report.is_late(office.clock.now()), done)


async def _make(
    office: Office, connection: AsyncConnection, person: Person, guide_id: str, step_id: str, reason: Reason
) -> Report:
    now = office.clock.now()
    language = person.language or office.languages[0]
    zone = office.words[language].zone
    report_id = await storage.add(
        connection,
        {
            "person_id": person.id,
            "guide": guide_id,
            "step": step_id,
            "language": language,
            "reason": reason,
            "created_at": now,
            "written_at": now,
            "answer_by": end_of_working_day(office.department.answer_days, now, zone, office.calendar),
        },
    )
    made = await storage.lock(connection, office.vault, report_id)
    assert made is not None
    return made


async def _add_file(
    office: Office, connection: AsyncConnection, person: Person, report_id: int, file: Upload, at: datetime
) -> None:
    held = [row for row in await files.of_report_in(connection, report_id) if row.state != "refused"]
    if any(office.vault.open_text(row.telegram_id) == file.telegram_id for row in held):
        return
    if len(held) >= domain.MOST_SCREENSHOTS:
        raise Refusal("refusal.report.screenshots", count=domain.MOST_SCREENSHOTS)
    await forms.take_file(office, connection, person, None, SCREENSHOT, file, at, report_id)


async def _tell_organisers(
    office: Office, connection: AsyncConnection, organisers: Collection[int], report_id: int
) -> None:
    """Queues the word that reports wait: at once when this is the only one, else once a day. Nobody is told twice."""
    now = office.clock.now()
    is_first = await storage.is_only_open(connection, report_id)
    if is_first:
        await deliveries.cancel(connection, Kind.NEW_REPORTS, None)
    for organiser in sorted(organisers):
        if await deliveries.is_queued(connection, Kind.NEW_REPORTS, organiser):
            continue
        told = await deliveries.last_due(connection, Kind.NEW_REPORTS, organiser)
        due = now if is_first or told is None else max(now, told + domain.AGAIN)
        await deliveries.queue(connection, Kind.NEW_REPORTS, organiser, None, _by_day(office, Kind.NEW_REPORTS, due))


def _by_day(office: Office, kind: Kind, due: datetime) -> datetime:
    """The moment, or the end of the quiet hours that it is in, for a kind that respects them."""
    return office.sending.quiet.over(due) if RULES[kind].quiet else due


def _step(office: Office, guide_id: str, step_id: str) -> tuple[Guide, Step]:
    guide = office.library.guides.get(guide_id)
    if guide is None:
        raise Refusal("refusal.guide_gone")
    step = guide.step(step_id)
    if step is None:
        raise Refusal("refusal.report.step_gone")
    return guide, step


def _about(waiting: Sequence[Report], guide_id: str, step_id: str) -> Report | None:
    return next((one for one in waiting if (one.guide, one.step) == (guide_id, step_id)), None)


def _require_few(waiting: Sequence[Report]) -> None:
    if len(waiting) >= domain.MOST_OPEN:
        raise Refusal("refusal.report.most", count=len(waiting))


async def _stand(office: Office, person: Person, guide_id: str, step_id: str) -> None:
    now = office.clock.now()
    await people.stand(office.database, person.telegram_id, "report", None, now, f"{guide_id}:{step_id}")


# --- organisers


async def page(office: Office, organiser: Person, after: int) -> Page:
    """A page of open reports with ids above `after`, the oldest first; the first page where there are none (any more).
    Raises Refusal without the right."""
    await staff.require_staff(office, organiser)
    found = await storage.page(office.database, office.vault, after, PAGE + 1)
    if after and not found:
        return await page(office, organiser, 0)
    shown = found[:PAGE]
    first = shown[0].id if shown else after + 1
    return Page(
        [_entry(office, report) for report in shown],
        await storage.count_open(office.database),
        await storage.page_before(office.database, first, PAGE),
        shown[-1].id if len(found) > PAGE else None,
    )


async def card(office: Office, organiser: Person, report_id: int) -> Card:
    """A report with its screenshots. Raises Refusal without the right, and for one that is not there."""
    await staff.require_staff(office, organiser)
    report = await storage.get(office.database, office.vault, report_id)
    if report is None:
        raise Refusal("refusal.old_button")
    author = await people.get(office.database, report.person_id) if report.person_id else None
    language = (author.language if author else None) or report.language
    rows = await files.of_report(office.database, report_id)
    entry = _entry(office, report)
    return Card(
        report,
        entry.guide,
        entry.step,
        entry.now,
        language,
        office.words[language].label("language.own_name"),
        [row.id for row in rows if row.state != "refused"],
        await _name(office, organiser, report.answered_by),
    )


def _entry(office: Office, report: Report) -> Entry:
    guide = office.library.guides.get(report.guide)
    return Entry(report, guide, guide.step(report.step) if guide else None, office.clock.now())


async def send_screenshot(office: Office, organiser: Person, report_id: int, file_id: int) -> None:
    """Sends the organiser a screenshot of a report. Raises Refusal as `card` does, and for one that is gone."""
    found = await card(office, organiser, report_id)
    if file_id not in found.screenshots:
        raise Refusal("refusal.review.file_gone")
    async with office.database.write() as connection:
        await deliveries.queue(connection, Kind.FILE_TO_VIEW, organiser.id, file_id, office.clock.now())
    office.queued.set()


async def require_open(office: Office, organiser: Person, report_id: int) -> Card:
    """The report as long as somebody waits for its answer. Raises Refusal as `card` does, and where it is answered:
    with the name of who did it."""
    found = await card(office, organiser, report_id)
    if not found.report.is_open:
        raise _answered(found)
    return found


def checked_answer(text: str) -> str:
    """An answer without the white space around it. Raises Refusal when it is empty or too long."""
    return clean(text, domain.ANSWER_LIMIT)


async def answer(office: Office, organiser: Person, report_id: int, text: str) -> Card:
    """Answers a report; its author is told, by day. The second of two taps of one organiser finds it done.

    Raises Refusal as `require_open` does, and for an answer that is empty or too long.
    """
    await staff.require_staff(office, organiser)
    now, sealed = office.clock.now(), office.vault.seal_text(checked_answer(text))
    async with office.database.write() as connection:
        author = await storage.answer(connection, report_id, organiser.id, sealed, now)
        if author is not None:
            due = _by_day(office, Kind.REPORT_ANSWERED, now)
            await deliveries.queue(connection, Kind.REPORT_ANSWERED, author, report_id, due)
    office.queued.set()
    found = await card(office, organiser, report_id)
    if author is None and found.report.answered_by != organiser.id:
        raise _answered(found)
    return found


def _answered(found: Card) -> Refusal:
    if found.report.answered_at is None:
        return Refusal("refusal.report.nobody_waits")
    return Refusal("refusal.report.answered_by", name=found.who or "–")


async def _name(office: Office, organiser: Person, person_id: int | None) -> str:
    if person_id is None:
        return ""
    words = office.words[organiser.language or office.languages[0]]
    return (await staff.names(office, words.label("review.owner"))).get(person_id, "")[:LONGEST_NAME]


async def erase_old(office: Office) -> None:
    """Erases what was written too long ago: only counts are left of what was answered. Safe to repeat."""
    office.files.remove(await storage.erase_old(office.database, office.clock.now() - domain.KEPT))
