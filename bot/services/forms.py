"""The form of a contest: consent, one question at a time, the summary, and sending it in.

Every answer is stored before the next question is asked, in one statement that is guarded by the question it
answers and by the update that brought it: a second delivery, or a second tap, finds nothing to do and is shown
where the applicant stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from bot.domain.applications import EDITABLE, PUBLISH_NAME, Act, Application, State, transition
from bot.domain.base import Refusal
from bot.domain.contests import Contest
from bot.domain.fields import Field, FileField
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.domain.search import words_of
from bot.services import consents as wordings
from bot.services.office import Office
from bot.storage import applications, consents, contests, deliveries, files, links, people
from bot.storage.applications import Change

SUMMARY = ""
LATE = "late."
"""Before a field's id: what was typed after the deadline. It is kept, and it is not an answer."""
LATE_LIMIT = 3000
SHOWN_WITHDRAWN = 3
YES, NO = "yes", "no"
NAME_HASH = 16
"""Bytes of the hash by which a word of a name is found."""
UNDECIDED: dict[str, Any] = {"reason": "", "note": None, "correct_by": None}
"""The columns of an organiser's decision when there is none (any more)."""
PHOTO_NAME = "photo.jpg"
"""The name under which a photo stands: Telegram gives it none."""


@dataclass(frozen=True, slots=True)
class Form:
    """An application with its contest, as it is to be shown. `note` says what just happened, if anything did.

    `stood` is the question that stands in the database: another one is shown when it is not asked any more.
    """

    application: Application
    contest: Contest
    note: Literal["", "late", "closed", "decided"] = ""
    stood: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that are asked, as the answers are."""
        return self.contest.asked(self.application.answers)

    def asked_field(self, question: str) -> Field | None:
        """The field of a question; None where it is not asked."""
        return next((field for field in self.fields if field.id == question), None)

    @property
    def field(self) -> Field | None:
        """The field that is being asked; None at the summary and at the question of publication."""
        return self.asked_field(self.application.question)

    @property
    def before(self) -> str | None:
        """The question before the one that stands; None at the first."""
        return self.fields[self.position - 2].id if self.position > 1 else None

    @property
    def position(self) -> int:
        """The number of the question that stands, from 1."""
        ids = [field.id for field in self.fields]
        question = self.application.question
        return ids.index(question) + 1 if question in ids else len(ids) + 1

    @property
    def total(self) -> int:
        """How many questions there are, as the answers are."""
        return len(self.fields) + (self.contest.consent.publish_name is not None)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as Telegram describes it: its id there, its name, its size in bytes."""

    telegram_id: str
    name: str
    size: int

    @property
    def extension(self) -> str:
        """The ending of the name, without the dot."""
        return self.name.rpartition(".")[2].lower()


def form(office: Office, application: Application) -> Form:
    """The application with its contest. Raises Refusal when the contest's file is gone."""
    contest = office.library.contests.get(application.contest_id)
    if contest is None:
        raise Refusal("refusal.contest_gone")
    found = Form(application, contest, stood=application.question)
    if application.question in (SUMMARY, PUBLISH_NAME) or found.field is not None:
        return found
    shown = next_question(contest, application.answers)
    return replace(found, application=replace(application, question=shown))


def next_question(contest: Contest, answers: Any) -> str:
    """The first question that has no answer, or the summary."""
    field = contest.open_question(answers)
    if field:
        return field.id
    if contest.consent.publish_name and PUBLISH_NAME not in answers:
        return PUBLISH_NAME
    return SUMMARY


async def begin(office: Office, person: Person, contest_id: str) -> Application | None:
    """The person's application that counts in this contest, or None: then the consent comes first.

    Raises Refusal for a contest that is gone, not open yet, or closed.
    """
    contest, moments = await _open_contest(office, contest_id)
    identity = _identity(office, contest, person)
    async with office.database.write() as connection:
        application = await applications.live_in(connection, office.vault, contest_id, identity)
    if application is None:
        _require_open(office.clock.now(), moments)
    return application


async def agree(office: Office, person: Person, contest_id: str, language: str) -> Form:
    """Writes down the consent and makes the draft; the second of two taps finds the draft of the first.

    Raises Refusal for a contest that is gone, not open yet, or closed.
    """
    contest, moments = await _open_contest(office, contest_id)
    now = office.clock.now()
    identity = _identity(office, contest, person)
    async with office.database.write() as connection:
        application = await applications.live_in(connection, office.vault, contest_id, identity)
        if application is None:
            _require_open(now, moments)
            created = await applications.create(
                connection,
                {
                    "contest_id": contest_id,
                    "person_id": person.id,
                    "identity": identity,
                    "revision": office.library.revisions[contest_id],
                    "question": contest.fields[0].id,
                    "created_at": now,
                    "updated_at": now,
                },
            )
            if created is not None:
                texts = wordings.processing_texts(office, contest, moments["erased"])
                values = _by(person, created, language, now)
                await wordings.write_down(connection, "processing", texts, values)
                await applications.record(connection, created, now, person.id, "agree", "draft")
            application = await applications.live_in(connection, office.vault, contest_id, identity)
        assert application is not None
        if application.state in EDITABLE:
            await people.stand_in(connection, person.id, "form", application.id)
    return form(office, application)


async def own(office: Office, person: Person, application_id: int) -> Form:
    """The person's own application. Raises Refusal where it is not theirs (a forged button) or is gone."""
    application = await applications.get(office.database, office.vault, application_id)
    if application is None or application.person_id != person.id:
        raise Refusal("refusal.old_button")
    return form(office, application)


async def ask(office: Office, person: Person, application_id: int, question: str) -> Form:
    """Makes a question (or the summary) the one that stands, and typed messages its answers.

    Raises Refusal where the application is not the person's or no longer counts, and past the deadline.
    """
    found = await own(office, person, application_id)
    known = question in (SUMMARY, PUBLISH_NAME) or found.asked_field(question)
    if not known:
        question = next_question(found.contest, found.application.answers)
    if question != SUMMARY and office.clock.now() > found.application.closes_at:
        raise Refusal("refusal.deadline", closes=found.application.closes_at)
    now = office.clock.now()
    if not await applications.ask(office.database, application_id, person.id, question, now):
        raise Refusal(f"refusal.state.{found.application.state}")
    await people.stand(office.database, person.telegram_id, "form", application_id, now)
    return replace(found, application=replace(found.application, question=question))


async def resume(office: Office, person: Person, application_id: int) -> Form:
    """The draft at the question where it stopped. Raises Refusal as `ask` does."""
    found = await own(office, person, application_id)
    return await ask(office, person, application_id, found.application.question)


async def answer(
    office: Office, person: Person, application: Application, raw: str, at: datetime, update_id: int
) -> Form:
    """Stores what was typed as the answer to the question that stands, and gives the form at the next one.

    `at` is when the person sent it (UTC), by which lateness is judged. Raises Refusal for what the question does
    not take; nothing is stored then.
    """
    found = form(office, application)
    if is_repeated(application, update_id, office.clock.now()):
        return found
    if application.state == "withdrawn":
        raise Refusal("refusal.state.withdrawn")
    if application.state not in EDITABLE:
        return await _keep_late(office, found, person, raw, update_id, "decided")
    if at > application.closes_at:
        return await _keep_late(office, found, person, raw, update_id, "late")
    if found.stood != found.application.question:
        # The question that was being answered is gone, and what was sent answers no other.
        return await ask(office, person, application.id, found.application.question)
    field = found.field
    if field is None:
        raise Refusal("refusal.tap")
    value = field.parse(raw, found.contest.setting(at, application.moments))
    stored = await _store(office, found, person, field.id, value, update_id)
    return replace(stored, note="closed") if office.clock.now() > application.closes_at else stored


async def tap(office: Office, person: Person, application_id: int, question: str, raw: str, update_id: int) -> Form:
    """Stores the answer that a button carries (`raw` is empty to skip an optional question).

    A button of a question that does not stand any more changes nothing. Raises Refusal as `answer` does, and past
    the deadline, judged by the moment of the tap's arrival.
    """
    found = await own(office, person, application_id)
    now = office.clock.now()
    is_decided = found.application.state not in EDITABLE
    if found.application.question != question or is_decided or is_repeated(found.application, update_id, now):
        return found
    if now > found.application.closes_at:
        raise Refusal("refusal.deadline", closes=found.application.closes_at)
    if question == PUBLISH_NAME:
        return await _answer_publication(office, found, person, raw, update_id)
    field = found.field
    if field is None:
        return found
    if not raw:
        if field.required:
            raise Refusal("refusal.required")
        return await _store(office, found, person, field.id, "", update_id)
    value = field.parse(raw, found.contest.setting(now, found.application.moments))
    stored = await _store(office, found, person, field.id, value, update_id)
    if (person.screen, person.screen_id) != ("form", application_id):
        # The button of an older message leads back into the form: what is typed next is its answer.
        await people.stand(office.database, person.telegram_id, "form", application_id, now)
    return stored


async def upload(
    office: Office, person: Person, application: Application, file: Upload, at: datetime, update_id: int
) -> Form:
    """Takes a file as the answer to the question that stands; it is fetched right after. Raises Refusal."""
    found = form(office, application)
    if is_repeated(application, update_id, office.clock.now()):
        return found
    if application.state not in EDITABLE:
        raise Refusal(f"refusal.state.{application.state}")
    if found.stood != found.application.question:
        return await ask(office, person, application.id, found.application.question)
    field = found.field
    if not isinstance(field, FileField):
        raise Refusal("refusal.words_wanted")
    if at > application.closes_at:
        raise Refusal("refusal.deadline", closes=application.closes_at)
    field.judge(file.size, file.extension)
    change = _change(office, found, field.id, file.name, update_id)
    dropped: list[int] = []
    async with office.database.write() as connection:
        stored = await applications.store_answer_in(connection, office.vault, change)
        if stored:
            dropped = await files.drop(connection, [application.id], field.id)
            await take_file(office, connection, person, application.id, field.id, file, at)
            await _record_change(connection, found, change, person)
    office.files.remove(dropped)
    office.queued.set()
    return _after(found, change) if stored else await own(office, person, application.id)


async def take_file(
    office: Office,
    connection: Any,
    person: Person,
    application_id: int | None,
    field: str,
    file: Upload,
    at: datetime,
    report_id: int | None = None,
) -> int:
    """Writes the row of a file of an application or a report and queues its fetching, in the caller's transaction;
    gives the row's id."""
    file_id = await files.add(
        connection,
        {
            "application_id": application_id,
            "report_id": report_id,
            "field": field,
            "telegram_id": office.vault.seal_text(file.telegram_id),
            "name": office.vault.seal_text(file.name),
            "size": file.size,
            "sent_at": at,
        },
    )
    await deliveries.queue(connection, Kind.FETCH_FILE, person.id, file_id, office.clock.now())
    return file_id


async def submit(office: Office, person: Person, application_id: int) -> Form:
    """Sends in a draft, which gets a number, or what was returned for correction, and queues the receipt; the second
    of two taps finds it sent in.

    Raises Refusal past the deadline, while an answer or a guardian's consent is missing, or in another state.
    """
    found = await own(office, person, application_id)
    now = office.clock.now()
    async with office.database.write() as connection:
        application = await applications.lock(connection, office.vault, application_id)
        if application is None or application.state == "submitted":
            return replace(found, application=application or found.application)
        act: Act = "resubmit" if application.state == "returned" else "submit"
        state = transition(application.state, act, now, application.closes_at)
        _require_complete(found.contest, application)
        number = application.number or await applications.next_number(connection, application.contest_id)
        await applications.change(
            connection,
            application,
            {
                "state": state,
                "number": number,
                "submitted_at": now,
                "updated_at": now,
                "question": SUMMARY,
                **UNDECIDED,
            },
        )
        await _find_by_name(office, connection, found.contest, application_id, application.answers)
        await applications.record(connection, application_id, now, person.id, act, state)
        await people.stand_in(connection, person.id, "", None)
        await deliveries.queue(connection, Kind.RECEIPT, person.id, application_id, now)
    office.queued.set()
    submitted = replace(
        application, state=state, number=number, submitted_at=now, question=SUMMARY, reason="", note="", correct_by=None
    )
    return replace(found, application=submitted)


async def withdraw(office: Office, person: Person, application_id: int) -> Form:
    """Takes the application back and withdraws the consent: the answers and files are erased at once.

    A new application can be made until the deadline. Raises Refusal where it is not the person's.
    """
    found = await own(office, person, application_id)
    now = office.clock.now()
    async with office.database.write() as connection:
        application = await applications.lock(connection, office.vault, application_id)
        if application is None or application.state == "withdrawn":
            return found
        state = transition(application.state, "withdraw", now, application.closes_at)
        await applications.change(
            connection,
            application,
            {
                "state": state,
                "answers": None,
                "identity": None,
                "question": SUMMARY,
                "guardian": "",
                "updated_at": now,
                "place": None,
                **UNDECIDED,
            },
        )
        await applications.forget_words(connection, [application_id])
        await links.drop(connection, application_id)
        await consents.withdraw(connection, application_id, now)
        dropped = await files.drop(connection, [application_id])
        await applications.record(connection, application_id, now, person.id, "withdraw", state)
        await people.stand_in(connection, person.id, "", None)
    office.files.remove(dropped)
    withdrawn = replace(application, state=state, answers={}, question=SUMMARY, reason="", note="", correct_by=None)
    return replace(found, application=withdrawn)


async def mine(office: Office, person: Person) -> list[Form]:
    """All applications of the person whose contest has a file, the newest first.

    Of those withdrawn only the last few: an applicant may withdraw and apply as often as they like.
    """
    found = await applications.of_person(office.database, office.vault, person.id)
    known = [application for application in found if application.contest_id in office.library.contests]
    withdrawn = [application.id for application in known if application.state == "withdrawn"][SHOWN_WITHDRAWN:]
    return [form(office, application) for application in known if application.id not in withdrawn]


async def _store(office: Office, found: Form, person: Person, question: str, value: str, update_id: int) -> Form:
    change = _change(office, found, question, value, update_id)
    if await _is_stored(office, found, person, change):
        return _after(found, change)
    # Somebody changed the application meanwhile, such as a guardian or an organiser: once more, from what it is now.
    found = await own(office, person, found.application.id)
    now = found.application
    if found.stood != change.asked or is_repeated(now, update_id, office.clock.now()):
        return found
    if now.state not in EDITABLE:
        return await _keep_late(office, found, person, value, update_id, "decided")
    change = _change(office, found, question, value, update_id)
    return _after(found, change) if await _is_stored(office, found, person, change) else found


async def _is_stored(office: Office, found: Form, person: Person, change: Change) -> bool:
    if found.application.state == "draft":
        return await applications.store_answer(office.database, office.vault, change)
    async with office.database.write() as connection:
        stored = await applications.store_answer_in(connection, office.vault, change)
        if stored:
            await _record_change(connection, found, change, person)
            if found.contest.name_in(change.answers) != found.contest.name_in(found.application.answers):
                await _find_by_name(office, connection, found.contest, change.application_id, change.answers)
    return stored


async def _find_by_name(
    office: Office, connection: Any, contest: Contest, application_id: int, answers: Mapping[str, str]
) -> None:
    """Makes organisers find the application by the words of this name."""
    hashes = name_hashes(office, contest, contest.name_in(answers))
    await applications.set_name_words(connection, application_id, hashes)


def name_hashes(office: Office, contest: Contest, text: str) -> set[bytes]:
    """The keyed hash of each word, by which names are found that nobody can read in the database."""
    return {office.vault.lookup(f"name:{contest.id}", word)[:NAME_HASH] for word in words_of(text)}


def _change(office: Office, found: Form, question: str, value: str, update_id: int) -> Change:
    """What the answer changes: the answers, the next question, and whether a guardian must agree."""
    application, contest = found.application, found.contest
    now = office.clock.now()
    answers = {**application.answers, question: value}
    guardian = application.guardian
    is_birth_date = contest.guardian is not None and question == contest.guardian.field
    if is_birth_date or contest.born(answers) != contest.born(application.answers):
        young = contest.needs_guardian(answers, now.astimezone(contest.tz).date())
        guardian = (guardian or "needed") if young else ""
    was_complete = next_question(contest, application.answers) == SUMMARY
    opens = was_complete and next_question(contest, answers) != SUMMARY
    state: State = application.state
    if state == "submitted" and not question.startswith(LATE) and (guardian == "needed" or opens):
        state = transition(state, "reopen", now, application.closes_at)
    return Change(
        application_id=application.id,
        person_id=application.person_id or 0,
        asked=found.stood,
        was=application.state,
        guardian_was=application.guardian,
        becomes=state,
        answers=answers,
        next=next_question(contest, answers),
        guardian=guardian,
        update_id=update_id,
        now=now,
    )


def _after(found: Form, change: Change) -> Form:
    application = replace(
        found.application,
        answers=change.answers,
        question=change.next,
        guardian=change.guardian,
        state=change.becomes,
        update_id=change.update_id,
    )
    return replace(found, application=application, stood=change.next)


async def _record_change(connection: Any, found: Form, change: Change, person: Person) -> None:
    act: Act | Literal["change"] = "reopen" if change.becomes != change.was else "change"
    await applications.record(connection, change.application_id, change.now, person.id, act, change.becomes)


async def _keep_late(
    office: Office, found: Form, person: Person, raw: str, update_id: int, why: Literal["late", "decided"]
) -> Form:
    """Keeps what was typed after the deadline, or a decision, beside the answers, and leaves the form."""
    application = found.application
    typed = _change(office, found, LATE + found.stood, raw[:LATE_LIMIT], update_id)
    change = replace(typed, next=SUMMARY, becomes=application.state)
    async with office.database.write() as connection:
        if await applications.store_answer_in(connection, office.vault, change):
            await applications.record(
                connection, application.id, change.now, person.id, "late_answer", application.state
            )
        await people.stand_in(connection, person.id, "", None)
    return replace(_after(found, change), note=why)


async def _answer_publication(office: Office, found: Form, person: Person, raw: str, update_id: int) -> Form:
    if raw not in (YES, NO):
        raise Refusal("refusal.old_button")
    change = _change(office, found, PUBLISH_NAME, raw, update_id)
    async with office.database.write() as connection:
        stored = await applications.store_answer_in(connection, office.vault, change)
        if stored:
            await consents.withdraw(connection, change.application_id, change.now, "publish_name")
            if raw == YES:
                values = _by(person, change.application_id, person.language or "", change.now)
                texts = wordings.publication_texts(office, found.contest)
                await wordings.write_down(connection, "publish_name", texts, values)
            await _record_change(connection, found, change, person)
    return _after(found, change) if stored else await own(office, person, found.application.id)


def _by(person: Person, application_id: int, language: str, now: datetime) -> dict[str, Any]:
    return {"person_id": person.id, "application_id": application_id, "language": language, "agreed_at": now}


def is_repeated(application: Application, update_id: int, now: datetime) -> bool:
    """Whether Telegram brings an update again whose answer is stored already."""
    recent = now - application.updated_at < applications.REDELIVERY
    return recent and update_id <= application.update_id


def _identity(office: Office, contest: Contest, person: Person) -> bytes:
    """What may apply once, as a keyed hash: for `identity = "person"` the Telegram account."""
    return office.vault.lookup(f"identity:{contest.identity}", str(person.telegram_id))


def _require_open(now: datetime, moments: Mapping[str, datetime]) -> None:
    if now < moments["applications_open"]:
        raise Refusal("refusal.not_open_yet", opens=moments["applications_open"])
    if now > moments["applications_close"]:
        raise Refusal("refusal.deadline", closes=moments["applications_close"])


def _require_complete(contest: Contest, application: Application) -> None:
    if next_question(contest, application.answers) != SUMMARY:
        raise Refusal("refusal.incomplete")
    if application.guardian == "needed":
        raise Refusal("refusal.guardian_needed")


async def _open_contest(office: Office, contest_id: str) -> tuple[Contest, Mapping[str, datetime]]:
    contest = office.library.contests.get(contest_id)
    stored = await contests.get(office.database, contest_id)
    if contest is None or stored is None:
        raise Refusal("refusal.contest_gone")
    return contest, stored.moments
