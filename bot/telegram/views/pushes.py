"""What a push says: the call that carries it, made at the moment of sending from what is true then."""

from __future__ import annotations

from aiogram.methods import SendDocument, SendMessage, SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, LinkPreviewOptions, Message

from bot.domain.applications import number_shown
from bot.domain.pushes import Kind
from bot.services import arrivals, forms, guardians, rights
from bot.services.forms import Form
from bot.services.office import Office
from bot.storage import applications, files, mailings, people
from bot.storage.deliveries import Delivery
from bot.telegram.buttons import ApplicationTap, PaperTap, SeasonTap
from bot.telegram.screens import Screen
from bot.telegram.views import forms as views
from bot.telegram.views.keyboards import tap
from bot.telegram.views.where import where
from bot.words import Words


async def compose(office: Office, delivery: Delivery) -> TelegramMethod[Message] | None:
    """The call for a delivery, or None when it is of no use any more."""
    words = office.words[delivery.language or office.languages[0]]
    subject = delivery.subject_id or 0
    match delivery.kind:
        case Kind.MY_DATA:
            return await _my_data(office, delivery, words)
        case Kind.PAPER_TO_REVIEW:
            return await _paper(office, delivery, subject, words)
        case Kind.SCREEN:
            person = await people.find(office.database, delivery.telegram_id)
            screen = await where(office, person) if person else None
        case Kind.FILE_REFUSED:
            screen = await _file_refused(office, subject, words)
        case Kind.RELEASE_HELD:
            screen = await _release_held(office, subject, words)
        case Kind.RECEIPT:
            found = await _form(office, subject)
            screen = views.receipt(words, found) if found and found.application.submitted_at else None
        case _:
            found = await _form(office, subject)
            screen = _about_guardian(words, delivery.kind, found) if found else None
    return _message(delivery, screen) if screen else None


def _message(delivery: Delivery, screen: Screen) -> SendMessage:
    return SendMessage(
        chat_id=delivery.telegram_id,
        text=screen.text,
        parse_mode="HTML",
        reply_markup=screen.keyboard,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )


async def _form(office: Office, application_id: int) -> Form | None:
    application = await applications.get(office.database, office.vault, application_id)
    if application is None or application.state == "withdrawn" or application.contest_id not in office.library.contests:
        return None
    return forms.form(office, application)


def _about_guardian(words: Words, kind: Kind, found: Form) -> Screen:
    text = words(f"push.{kind.name.lower()}_text", contest=found.contest.title[words.language])
    return Screen(text, _open(words, found.application.id))


def _open(words: Words, application_id: int) -> InlineKeyboardMarkup:
    data = ApplicationTap(application=application_id, act="new").pack()
    return InlineKeyboardMarkup(inline_keyboard=[[tap(words.label("application.open"), data)]])


async def _file_refused(office: Office, file_id: int, words: Words) -> Screen | None:
    row = await files.get(office.database, file_id)
    if row is None:
        return None
    field = arrivals.field_of(office, row.contest_id, row.field)
    types = field.types_shown if field else ""
    text = words("push.file_refused_text", name=office.vault.open_text(row.name), types=types)
    data = ApplicationTap(application=row.application_id, act="fix", question=row.field).pack()
    return Screen(text, InlineKeyboardMarkup(inline_keyboard=[[tap(words.label("application.send_another"), data)]]))


async def _release_held(office: Office, line_id: int, words: Words) -> Screen | None:
    """To who ordered a release: that undecided applications held it. `line_id` is that of the journal."""
    line = await mailings.journal_line(office.database, line_id)
    contest = office.library.contests.get(line.contest_id) if line else None
    if line is None or contest is None:
        return None
    text = words("push.release_held_text", contest=contest.title[words.language], count=line.detail["count"])
    data = SeasonTap(contest=contest.id, act="hold").pack()
    return Screen(text, InlineKeyboardMarkup(inline_keyboard=[[tap(words.label("season.release_open_again"), data)]]))


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
        applicant=guardians.applicant_name(found.contest, found.application),
    )
    buttons = [
        tap(words.label("review.accept"), PaperTap(file=file_id, act="yes").pack(), style="success"),
        tap(words.label("review.decline"), PaperTap(file=file_id, act="no").pack(), style="danger"),
    ]
    markup = InlineKeyboardMarkup(inline_keyboard=[buttons])
    telegram_id = office.vault.open_text(row.telegram_id)
    if office.vault.open_text(row.name) == forms.PHOTO_NAME:
        return SendPhoto(
            chat_id=delivery.telegram_id, photo=telegram_id, caption=caption, parse_mode="HTML", reply_markup=markup
        )
    return SendDocument(
        chat_id=delivery.telegram_id, document=telegram_id, caption=caption, parse_mode="HTML", reply_markup=markup
    )
