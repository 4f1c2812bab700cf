"""A guardian's consent for an applicant under age: by a link, or by a signed paper that an organiser looks at."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.applications import EDITABLE, TRANSITIONS, Application
from bot.domain.base import Refusal
from bot.domain.contests import Contest
from bot.domain.fields import FileField, NameField
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.services import consents as wordings
from bot.services import forms
from bot.services import people as staff
from bot.services.forms import Form, Upload
from bot.services.office import Office
from bot.storage import applications, deliveries, files, links, people

PAPER = "~guardian"
"""The field under which a signed paper stands; no field of a form has such an id."""
PAPER_FIELD = FileField.model_validate(
    {"id": "paper", "kind": "file", "label": {}, "question": {}, "types": ["jpg", "png", "pdf"]}
)
NAME_FIELD = NameField.model_validate({"id": "guardian", "kind": "name", "label": {}, "question": {}})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a guardian is asked: for which contest, for whom, and the wording they agree to."""

    contest: Contest
    applicant: str
    text: str


async def invite(office: Office, person: Person, application_id: int) -> str:
    """A new one-time token for the guardian, valid until the deadline; an older one stops working.

    Raises Refusal where no guardian has to agree, or past the deadline.
    """
    found = await _needed(office, person, application_id)
    token = secrets.token_urlsafe(12)
    async with office.database.write() as connection:
        await links.replace(connection, _hash(office, token), "guardian", application_id, found.application.closes_at)
        # Whoever opened the older link, perhaps by mistake, cannot sign with it any more.
        await people.leave(connection, "guardian", application_id)
    return token


async def open_link(office: Office, person: Person, token: str) -> Asked:
    """What the guardian who opened the link is asked; their next typed message is their signature.

    Raises Refusal for a link that is used, expired or unknown, and for the applicant themselves.
    """
    link = await links.find(office.database, _hash(office, token))
    if link is None or link.kind != "guardian" or link.application_id is None:
        raise Refusal("refusal.link.unknown")
    if not link.is_valid(office.clock.now()):
        raise Refusal("refusal.link.used" if link.used_at else "refusal.link.expired")
    application = await _application(office, link.application_id)
    if application.person_id == person.id:
        raise Refusal("refusal.link.own")
    await people.stand(office.database, person.telegram_id, "guardian", link.application_id, office.clock.now())
    return asked(office, application, person.language or office.languages[0])


def asked(office: Office, application: Application, language: str) -> Asked:
    """What a guardian is asked for this application."""
    contest = forms.form(office, application).contest
    name = contest.name_in(application.answers)
    text = wordings.wording(office, contest, language, application.moments["erased"], name)
    return Asked(contest, name, text)


async def sign(office: Office, person: Person, application: Application, raw: str, at: datetime) -> str:
    """Takes the guardian's typed name as their consent; gives the applicant's name.

    Raises Refusal for what is no name, and when the consent is no longer needed or possible.
    """
    contest = forms.form(office, application).contest
    name = NAME_FIELD.parse(raw, contest.setting(at, application.moments))
    language = person.language or office.languages[0]
    async with office.database.write() as connection:
        current = await applications.lock(connection, office.vault, application.id)
        await people.stand_in(connection, person.id, "", None)
        now = office.clock.now()
        still_needed = (
            current is not None
            and current.guardian in ("needed", "paper")
            and await links.use_for(connection, "guardian", application.id, at, now)
            and await applications.change(connection, current, {"guardian": "agreed"})
        )
        if still_needed and application.person_id is not None:
            erased = application.moments["erased"]
            await wordings.write_down(
                connection,
                "guardian",
                wordings.processing_texts(office, contest, erased),
                {
                    "person_id": person.id,
                    "application_id": application.id,
                    "language": language,
                    "name": office.vault.seal_text(name),
                    "agreed_at": now,
                },
            )
            await applications.record(connection, application.id, now, person.id, "guardian_agreed", application.state)
            await deliveries.queue(connection, Kind.GUARDIAN_AGREED, application.person_id, application.id, now)
    if not still_needed:
        raise Refusal("refusal.link.used")
    office.queued.set()
    return contest.name_in(application.answers)


async def decline(office: Office, person: Person) -> None:
    """The guardian does not agree: nothing is kept, the link stays valid in case they change their mind."""
    await people.stand(office.database, person.telegram_id, "", None, office.clock.now())


async def expect_paper(office: Office, person: Person, application_id: int) -> Form:
    """Makes the next photo or document of the applicant the signed paper. Raises Refusal as `invite` does."""
    found = await _needed(office, person, application_id)
    await people.stand(office.database, person.telegram_id, "paper", application_id, office.clock.now())
    return found


async def take_paper(office: Office, person: Person, application: Application, file: Upload, at: datetime) -> Form:
    """Takes the signed paper; the application can be sent in, and every organiser is asked to look at it.

    Raises Refusal for a file of another kind, and when no guardian has to agree any more.
    """
    found = forms.form(office, application)
    if at > application.closes_at:
        raise Refusal("refusal.deadline", closes=application.closes_at)
    PAPER_FIELD.judge(file.size, file.extension)
    reviewers = await staff.staff(office)
    async with office.database.write() as connection:
        current = await applications.lock(connection, office.vault, application.id)
        if current is None or current.guardian not in ("needed", "paper"):
            raise Refusal("refusal.guardian_done")
        now = office.clock.now()
        dropped = await files.drop(connection, [application.id], PAPER)
        file_id = await forms.take_file(office, connection, person, application.id, PAPER, file, at)
        await applications.change(connection, current, {"guardian": "paper"})
        await applications.record(connection, application.id, now, person.id, "paper_sent", current.state)
        is_form = current.state in EDITABLE
        await people.stand_in(connection, person.id, "form" if is_form else "", application.id if is_form else None)
        for reviewer in reviewers:
            await deliveries.queue(connection, Kind.PAPER_TO_REVIEW, reviewer.id, file_id, now)
    office.files.remove(dropped)
    office.queued.set()
    return replace(found, application=replace(current, guardian="paper"))


async def review(office: Office, organiser: Person, file_id: int, accepted: bool) -> Application:
    """An organiser accepts or declines a signed paper; the applicant is told.

    Raises Refusal for someone without the right, and when somebody decided before.
    """
    await staff.require_staff(office, organiser)
    file = await files.get(office.database, file_id)
    if file is None or file.field != PAPER:
        raise Refusal("refusal.old_button")
    async with office.database.write() as connection:
        application = await applications.lock(connection, office.vault, file.application_id)
        if application is None or application.guardian != "paper" or application.person_id is None:
            raise Refusal("refusal.decided")
        now = office.clock.now()
        guardian = "agreed" if accepted else "needed"
        await applications.change(connection, application, {"guardian": guardian})
        act = "paper_accepted" if accepted else "paper_declined"
        await applications.record(connection, application.id, now, organiser.id, act, application.state)
        kind = Kind.PAPER_ACCEPTED if accepted else Kind.PAPER_DECLINED
        await deliveries.queue(connection, kind, application.person_id, application.id, now)
    office.queued.set()
    return application


async def send_papers(office: Office, organiser: Person) -> int:
    """Sends the organiser every paper that waits for a decision once more; gives how many.

    Raises Refusal for someone without the right.
    """
    await staff.require_staff(office, organiser)
    waiting = await files.papers_to_review(office.database, PAPER)
    async with office.database.write() as connection:
        for file_id in waiting:
            await deliveries.queue(connection, Kind.PAPER_TO_REVIEW, organiser.id, file_id, office.clock.now())
    office.queued.set()
    return len(waiting)


async def _needed(office: Office, person: Person, application_id: int) -> Form:
    found = await forms.own(office, person, application_id)
    if found.application.guardian not in ("needed", "paper"):
        raise Refusal("refusal.guardian_done")
    if found.application.state not in TRANSITIONS["withdraw"].of:
        raise Refusal(f"refusal.state.{found.application.state}")
    if office.clock.now() > found.application.closes_at:
        raise Refusal("refusal.deadline", closes=found.application.closes_at)
    return found


async def _application(office: Office, application_id: int) -> Application:
    application = await applications.get(office.database, office.vault, application_id)
    if application is None or application.guardian not in ("needed", "paper"):
        raise Refusal("refusal.link.used")
    return application


def _hash(office: Office, token: str) -> bytes:
    return office.vault.lookup("guardian", token)
