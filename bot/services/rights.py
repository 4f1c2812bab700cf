"""A person's rights over their data: to see it all, to have it erased; and erasing what a term has ended for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime

import structlog

from bot.domain.applications import PUBLISH_NAME, number_shown
from bot.domain.feedback import QUESTIONS
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.domain.reports import Report
from bot.services import consents as wordings
from bot.services import forms
from bot.services.office import Office
from bot.services.visits import write_down
from bot.storage import (
    applications,
    consents,
    contests,
    deliveries,
    erasure,
    feedback,
    files,
    people,
    recipients,
    reports,
    visits,
)
from bot.storage.database import AnyRow
from bot.words import Words

log = structlog.get_logger(__name__)


PENDING = ("place_set", "place_cleared")
"""Acts at a place, which is pending until the results are released."""


async def ask_for_all(office: Office, person: Person) -> None:
    """Queues the sending of everything that is held of the person."""
    async with office.database.write() as connection:
        if not await deliveries.is_queued(connection, Kind.MY_DATA, person.id):
            await deliveries.queue(connection, Kind.MY_DATA, person.id, None, office.clock.now())
    office.queued.set()


async def everything(office: Office, person: Person) -> tuple[str, bytes]:
    """All that is held of a person, as a file to send: its name and content.

    A text in their language; where they sent files, a ZIP of the text and the files. What is noted of their way through
    guides is written down before, where the database lets it; else it reads only.
    """
    await write_down(office)
    words = office.words[person.language or office.languages[0]]
    mine = await forms.mine(office, person)
    lines = [words.label("mydata.title", now=office.clock.now()), ""]
    lines += [words.label("mydata.telegram_id", id=person.telegram_id)]
    lines += [words.label("mydata.language", language=words.label("language.own_name"))]
    is_muted = await people.is_muted(office.database, person.id)
    lines += [words.label("mydata.muted" if is_muted else "mydata.not_muted")]
    lines += await _guide_lines(office, person, words)
    lines += await _visit_lines(office, person, words)
    lines += await _feedback_lines(office, person, words)
    lines += await _follow_lines(office, person, words)
    for form in mine:
        lines += ["", *await _application_lines(office, form, words)]
    reported = await reports.of_person(office.database, office.vault, person.id)
    for report in reported:
        lines += ["", *await _report_lines(office, report, words)]
    lines += ["", *await _consent_lines(office, person, words)]
    lines += ["", *await _delivery_lines(office, person, words)]
    text = "\n".join(lines)
    kept = [row for form in mine for row in await files.of_application(office.database, form.application.id)]
    kept += [row for report in reported for row in await files.of_report(office.database, report.id)]
    contents = [(row.id, office.vault.open_text(row.name)) for row in kept if row.state == "kept"]
    if not contents:
        return "mydata.txt", text.encode("utf-8-sig")
    return "mydata.zip", _zip(office, text, contents)


def _zip(office: Office, text: str, contents: list[tuple[int, str]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mydata.txt", text.encode("utf-8-sig"))
        for file_id, name in contents:
            archive.writestr(f"{file_id}-{name.replace('/', '_')}", office.vault.open(office.files.read(file_id)))
    return buffer.getvalue()


async def _guide_lines(office: Office, person: Person, words: Words) -> list[str]:
    return [
        words.label("mydata.guide", guide=guide.title[words.language], answers=_joined(person.guides[guide.id]))
        for guide in office.library.guides.values()
        if guide.id in person.guides
    ]


async def _visit_lines(office: Office, person: Person, words: Words) -> list[str]:
    """The steps that they reached; a guide or a step that an editor removed by its id."""
    lines = []
    for guide_id, step_id, at in await visits.of_person(office.database, person.id):
        guide = office.library.guides.get(guide_id)
        step = guide.step(step_id) if guide else None
        title = guide.title[words.language] if guide else guide_id
        called = step.first_words(words.language) if step else step_id
        lines.append(words.label("mydata.visit", guide=title, step=called, at=at))
    return lines


async def _feedback_lines(office: Office, person: Person, words: Words) -> list[str]:
    lines = []
    for guide_id, said, at in await feedback.of_person(office.database, person.id):
        guide = office.library.guides.get(guide_id)
        title = guide.title[words.language] if guide else guide_id
        managed = words.label("feedback.yes" if said.managed else "feedback.not_yet")
        lines.append(words.label("mydata.feedback", guide=title, at=at, managed=managed))
        for question in QUESTIONS:
            rating = getattr(said, question)
            if rating is not None:
                asked = words.label(f"feedback.question.{question}")
                given = words.label(f"feedback.rating.{rating}")
                lines.append("  " + words.label("mydata.rating", question=asked, rating=given))
    return lines


def _joined(run: object) -> str:
    return ", ".join(f"{key}: {value}" for key, value in run.items()) if isinstance(run, dict) else ""


async def _follow_lines(office: Office, person: Person, words: Words) -> list[str]:
    followed = await contests.followed(office.database, person.id)
    titles = {contest.id: contest.title[words.language] for contest in office.library.contests.values()}
    return [words.label("mydata.follows", contest=titles.get(row[0], row[0]), since=row[1]) for row in followed]


async def _application_lines(office: Office, form: forms.Form, words: Words) -> list[str]:
    application, contest = form.application, form.contest
    language = words.language
    lines = [
        words.label(
            "mydata.application",
            contest=contest.title[language],
            number=number_shown(contest.prefix, application.number) or "–",
            state=words.label(f"state.{application.state}"),
        )
    ]
    for key, value in application.answers.items():
        field = contest.field(key)
        label = _label(form, key, words)
        shown = field.whole(value, language) if field and value else value
        lines.append(f"  {label}: {shown}")
    for row in await applications.history_of(office.database, application.id):
        if row.act in PENDING and application.state not in ("placed", "not_placed"):
            continue  # a place is told to nobody before the results are released
        lines.append(f"  {words.shown(row.at)}: {words.label(f'act.{row.act}')}")
        reason = contest.reason(row.reason)
        lines += [f"    {line}" for line in wordings.plain(reason.text[language]).splitlines()] if reason else []
        lines += [f"    {line}" for line in office.vault.open_text(row.note).splitlines()] if row.note else []
    return lines + _file_lines(office, await files.of_application(office.database, application.id), words)


def _file_lines(office: Office, rows: Iterable[AnyRow], words: Words) -> list[str]:
    return [
        "  " + words.label("mydata.file", name=office.vault.open_text(row.name), size=row.size, at=row.sent_at)
        for row in rows
    ]


async def _report_lines(office: Office, report: Report, words: Words) -> list[str]:
    guide = office.library.guides.get(report.guide)
    title = guide.title[words.language] if guide else report.guide
    reason = words.label(f"report.reason.{report.reason}")
    lines = [words.label("mydata.report", guide=title, step=report.step, reason=reason, at=report.created_at)]
    lines += [f"    {line}" for line in report.words.splitlines()]
    if report.answered_at:
        lines.append("  " + words.label("mydata.answer", at=report.answered_at))
        lines += [f"    {line}" for line in report.answer.splitlines()]
    return lines + _file_lines(office, await files.of_report(office.database, report.id), words)


def _label(form: forms.Form, key: str, words: Words) -> str:
    if key == PUBLISH_NAME:
        return words.label("form.publish_label")
    field = form.contest.field(key.removeprefix(forms.LATE))
    label = field.label[words.language] if field else key.removeprefix(forms.LATE)
    return words.label("mydata.late", label=label) if key.startswith(forms.LATE) else label


async def _consent_lines(office: Office, person: Person, words: Words) -> list[str]:
    lines = []
    for row in await consents.of_person(office.database, person.id):
        kind = words.label(f"consent.kind.{row.kind}")
        lines.append(words.label("mydata.consent", kind=kind, version=row.version, at=row.agreed_at))
        if row.name:
            lines.append("  " + office.vault.open_text(row.name))
        if row.withdrawn_at:
            lines.append("  " + words.label("mydata.withdrawn", at=row.withdrawn_at))
        lines += [f"  | {line}" for line in wordings.plain(row.text or "").splitlines() if line]
    return lines


async def _delivery_lines(office: Office, person: Person, words: Words) -> list[str]:
    sent = await deliveries.of_person(office.database, person.id)
    sent += await recipients.of_person(office.database, person.id)
    return [words.label("mydata.message", kind=words.label(f"push.{kind.name.lower()}"), at=at) for kind, _, at in sent]


async def forget(office: Office, person: Person) -> None:
    """Erases everything that is held of the person: answers, reports, files, consents, their place, the person
    themselves.

    What stays of an application is its number, its state and its history without names: so that no number is given
    twice. Running applications are withdrawn by it.
    """
    now = office.clock.now()
    office.visits.forget(person.id)
    async with office.database.write() as connection:
        dropped = await erasure.of_person(connection, person.id, now)
        await people.erase(connection, person.id)
    office.files.remove(dropped)
    office.queued.set()


async def erase_expired(office: Office) -> None:
    """Erases the personal data of every contest whose term is over, in small transactions. Safe to repeat."""
    now = office.clock.now()
    for contest_id in await contests.to_erase(office.database, now):
        count = 0
        while True:
            async with office.database.write() as connection:
                batch, dropped = await erasure.batch_of_contest(connection, contest_id)
            office.files.remove(dropped)
            count += batch
            if not batch:
                break
        await contests.set_erased(office.database, contest_id, now)
        log.info("personal data erased: their term is over", contest=contest_id, applications=count)


async def next_erasure(office: Office) -> datetime | None:
    """When `erase_expired` has something to do next (UTC), or None."""
    moment = await contests.next_erasure(office.database)
    return moment.astimezone(UTC) if moment else None
