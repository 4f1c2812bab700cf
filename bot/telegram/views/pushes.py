"""What a push says: the call that carries it, made at the moment of sending from what is true then."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from aiogram.methods import SendDocument, SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bot.domain.applications import State, number_shown
from bot.domain.pushes import Kind
from bot.papers import mailings as papers
from bot.services import announcements, arrivals, forms, freshness, rights
from bot.services.forms import Form
from bot.services.office import Office
from bot.services.people import is_staff
from bot.services.reviews import REMINDED
from bot.storage import applications, files, mailings, people, reports
from bot.storage.database import AnyRow
from bot.storage.deliveries import Delivery
from bot.telegram.buttons import ApplicationTap, PaperTap, SeasonTap
from bot.telegram.screens import Screen, message
from bot.telegram.views import announcements as news
from bot.telegram.views import exports
from bot.telegram.views import forms as views
from bot.telegram.views import reports as report_views
from bot.telegram.views.freshness import stale
from bot.telegram.views.keyboards import tap
from bot.telegram.views.pages import joined
from bot.telegram.views.where import where
from bot.words import Words

TOLD: Mapping[Kind, State] = {
    Kind.ADMITTED: "admitted",
    Kind.RETURNED: "returned",
    Kind.NOT_ADMITTED: "not_admitted",
    Kind.RECONSIDERED: "submitted",
    Kind.CORRECTION_REMINDER: "returned",
}
"""In which state what is told of an application still holds."""
_NEWS = (
    *(Kind.APPROVAL_WANTED, Kind.APPROVAL_REFUSED),
    *(Kind.MAILING_STOPPED, Kind.MAILING_MISSED, Kind.MAILING_ENDED),
)
"""What organisers are told of announcements."""


async def compose(office: Office, delivery: Delivery) -> TelegramMethod[Message] | None:
    """The call for a delivery, or None when it is of no use any more."""
    words = office.words[delivery.language or office.languages[0]]
    subject = delivery.subject_id or 0
    match delivery.kind:
        case Kind.MY_DATA:
            return await _my_data(office, delivery, words)
        case Kind.PAPER_TO_REVIEW:
            return await _paper(office, delivery, subject, words)
        case Kind.FILE_TO_VIEW:
            return await _file(office, delivery, subject, words)
        case Kind.ADMITTED | Kind.RETURNED | Kind.NOT_ADMITTED | Kind.RECONSIDERED | Kind.CORRECTION_REMINDER:
            found = await _form(office, subject)
            screen = _decision(office, words, delivery.kind, found) if found else None
        case Kind.SCREEN:
            person = await people.find(office.database, delivery.telegram_id)
            screen = await where(office, person) if person else None
        case Kind.MAILING_REPORT:
            return await _report(office, delivery, subject, words)
        case Kind.APPLICATIONS_TABLE:
            return await exports.table(office, delivery, words)
        case Kind.FILES_ARCHIVE:
            return await exports.archive(office, delivery, words)
        case kind if kind in _NEWS:
            mailing = await mailings.get(office.database, subject)
            board = await announcements.board_of(office, subject)
            screen = news.push(office, words, kind, mailing, board) if mailing else None
        case Kind.FILE_REFUSED:
            screen = await _file_refused(office, subject, words)
        case Kind.NEW_REPORTS:
            screen = await _new_reports(office, delivery, words)
        case Kind.REPORT_ANSWERED:
            screen = await _answered(office, subject, words)
        case Kind.STALE_STEPS:
            screen = await _stale_steps(office, delivery, words)
        case Kind.RELEASE_HELD:
            screen = await _release_held(office, subject, words)
        case Kind.RECEIPT:
            found = await _form(office, subject)
            screen = views.receipt(words, found) if found and found.application.submitted_at else None
        case _:
            found = await _form(office, subject)
            screen = _about_guardian(words, delivery.kind, found) if found else None
    return message(delivery.telegram_id, screen) if screen else None


async def _form(office: Office, application_id: int) -> Form | None:
    application = await applications.get(office.database, office.vault, application_id)
    if application is None or application.state == "withdrawn" or application.contest_id not in office.library.contests:
        return None
    return forms.form(office, application)


def _about_guardian(words: Words, kind: Kind, found: Form) -> Screen:
    text = words(f"push.{kind.name.lower()}_text", contest=found.contest.title[words.language])
    return Screen(text, _open(words, found.application.id))


def _decision(office: Office, words: Words, kind: Kind, found: Form) -> Screen | None:
    """What an organiser decided: what it means, why, what to do next and by when; None when it holds no more."""
    application, contest, now = found.application, found.contest, office.clock.now()
    if application.state != TOLD[kind]:
        return None
    if kind is Kind.CORRECTION_REMINDER and not application.closes_at - REMINDED <= now < application.closes_at:
        return None
    text = joined(
        words(f"push.{kind.name.lower()}_text"),
        words(
            "decision.about",
            number=number_shown(contest.prefix, application.number),
            contest=contest.title[words.language],
        ),
        views.why(words, found),
        _next_step(words, kind, found, now),
    )
    rows = views.correction_rows(words, found, "fix") if application.state == "returned" else []
    return Screen(text, InlineKeyboardMarkup(inline_keyboard=[*rows, [_opening(words, application.id)]]))


def _next_step(words: Words, kind: Kind, found: Form, now: datetime) -> str:
    match kind:
        case Kind.RETURNED | Kind.CORRECTION_REMINDER:
            return words("decision.correct_by", until=views.closes(words, found))
        case Kind.NOT_ADMITTED:
            return words("status.not_admitted_next")
        case Kind.ADMITTED:
            return views.coming(words, found, now)
    return words("decision.wait")


def _opening(words: Words, application_id: int) -> InlineKeyboardButton:
    return tap(words.label("application.open"), ApplicationTap(application=application_id, act="new").pack())


def _open(words: Words, application_id: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[_opening(words, application_id)]])


async def _file_refused(office: Office, file_id: int, words: Words) -> Screen | None:
    row = await files.get(office.database, file_id)
    if row is None:
        return None
    field = arrivals.field_of(office, row.contest_id, row.field)
    types = field.types_shown if field else ""
    if row.report_id is not None:
        report = await reports.get(office.database, office.vault, row.report_id)
        return report_views.refused_screenshot(words, report, types) if report else None
    text = words("push.file_refused_text", name=office.vault.open_text(row.name), types=types)
    data = ApplicationTap(application=row.application_id, act="fix", question=row.field).pack()
    return Screen(text, InlineKeyboardMarkup(inline_keyboard=[[tap(words.label("application.send_another"), data)]]))


async def _new_reports(office: Office, delivery: Delivery, words: Words) -> Screen | None:
    """To an organiser: how many reports wait; None when none does, and for who is no organiser any more."""
    person = await people.find(office.database, delivery.telegram_id)
    count = await reports.count_open(office.database)
    is_theirs = person is not None and await is_staff(office, person)
    return report_views.new_reports(words, count) if count and is_theirs else None


async def _answered(office: Office, report_id: int, words: Words) -> Screen | None:
    report = await reports.get(office.database, office.vault, report_id)
    if report is None or not report.answer:
        return None
    return report_views.answered(words, report, office.library.guides.get(report.guide))


async def _release_held(office: Office, line_id: int, words: Words) -> Screen | None:
    """To who ordered a release: that undecided applications held it. `line_id` is that of the journal."""
    line = await mailings.journal_line(office.database, line_id)
    contest = office.library.contests.get(line.contest_id) if line else None
    if line is None or contest is None:
        return None
    text = words("push.release_held_text", contest=contest.title[words.language], count=line.detail["count"])
    data = SeasonTap(contest=contest.id, act="hold").pack()
    return Screen(text, InlineKeyboardMarkup(inline_keyboard=[[tap(words.label("season.release_open_again"), data)]]))


async def _stale_steps(office: Office, delivery: Delivery, words: Words) -> Screen | None:
    """To an organiser: the steps to check again; None where there are none (any more), or for who is none any more."""
    person, found = await people.find(office.database, delivery.telegram_id), freshness.stale(office)
    if person is None or not found or not await is_staff(office, person):
        return None
    return Screen(stale(words, found))


async def _my_data(office: Office, delivery: Delivery, words: Words) -> SendDocument | None:
    person = await people.find(office.database, delivery.telegram_id)
    if person is None:
        return None
    name, content = await rights.everything(office, person)
    return SendDocument(
        chat_id=delivery.telegram_id,
        document=BufferedInputFile(content, name),
        caption=words("mydata.caption"),
        parse_mode="HTML",
    )


async def _report(office: Office, delivery: Delivery, mailing_id: int, words: Words) -> SendDocument | None:
    """The report of an announcement as a table; made in a thread: a sheet takes its time."""
    board = await announcements.board_of(office, mailing_id)
    if board is None:
        return None
    found = await announcements.report_of(office, board)
    content = await asyncio.to_thread(
        papers.report,
        words,
        board.mailing,
        {office.words[one].label("language.own_name"): ends for one, ends in found.languages.items()},
        found.reasons,
        [(row.at, row.act) for row in found.journal],
    )
    return SendDocument(
        chat_id=delivery.telegram_id,
        document=BufferedInputFile(content, words.label("news.xlsx_name", number=mailing_id)),
        caption=words("news.xlsx_caption", number=mailing_id),
        parse_mode="HTML",
    )


async def _paper(office: Office, delivery: Delivery, file_id: int, words: Words) -> SendPhoto | SendDocument | None:
    """A guardian's signed paper for an organiser, with the two answers; None when somebody decided already."""
    row = await files.get(office.database, file_id)
    found = await _form(office, row.application_id) if row else None
    if row is None or found is None or found.application.guardian != "paper":
        return None
    caption = words(
        "review.paper",
        contest=found.contest.title[words.language],
        number=number_shown(found.contest.prefix, found.application.number) or "–",
        applicant=found.contest.name_in(found.application.answers),
    )
    buttons = [
        tap(words.label("review.accept"), PaperTap(file=file_id, act="yes").pack(), style="success"),
        tap(words.label("review.decline"), PaperTap(file=file_id, act="no").pack(), style="danger"),
    ]
    return _sent_again(office, delivery, row, caption, InlineKeyboardMarkup(inline_keyboard=[buttons]))


async def _file(office: Office, delivery: Delivery, file_id: int, words: Words) -> SendPhoto | SendDocument | None:
    """A file of an application or a report for an organiser who asked for it; None for who is none any more."""
    row = await files.get(office.database, file_id)
    person = await people.find(office.database, delivery.telegram_id)
    if row is None or person is None or not await is_staff(office, person):
        return None
    if row.report_id is not None:
        return _sent_again(office, delivery, row, words("reports.screenshot_of", number=row.report_id))
    found = await _form(office, row.application_id)
    if found is None:
        return None
    field = found.contest.field(row.field)
    caption = words(
        "review.file_of",
        number=number_shown(found.contest.prefix, found.application.number),
        label=field.label[words.language] if field else office.vault.open_text(row.name),
    )
    return _sent_again(office, delivery, row, caption)


def _sent_again(
    office: Office, delivery: Delivery, row: AnyRow, caption: str, markup: InlineKeyboardMarkup | None = None
) -> SendPhoto | SendDocument:
    """The file of this row, by its id at Telegram: nothing is uploaded once more."""
    telegram_id, chat = office.vault.open_text(row.telegram_id), delivery.telegram_id
    if office.vault.open_text(row.name) == forms.PHOTO_NAME:
        return SendPhoto(chat_id=chat, photo=telegram_id, caption=caption, parse_mode="HTML", reply_markup=markup)
    return SendDocument(chat_id=chat, document=telegram_id, caption=caption, parse_mode="HTML", reply_markup=markup)
