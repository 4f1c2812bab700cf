"""Typed messages: answers, signatures, searches; and whatever else a person can send. Nothing meets silence."""

from __future__ import annotations

from datetime import UTC, datetime

from aiogram import Bot, Router
from aiogram.types import Contact, Message, Update

from bot.domain import secrets
from bot.domain.applications import Application
from bot.domain.base import Refusal
from bot.domain.fields import FileField, PhoneField
from bot.domain.people import Person
from bot.domain.search import Index
from bot.services import forms, guardians, people
from bot.services.forms import Upload
from bot.services.office import Office
from bot.storage import people as storage
from bot.storage.applications import Standing as Place
from bot.telegram.commands import register_for
from bot.telegram.filters import Holds, Standing
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import forms as form_views
from bot.telegram.views import pages
from bot.words import Words
from handlers import desk, reports

SEARCH_LIMIT = 200
EXPECTING = ("form", "guardian", "paper")
KINDS = ("voice", "video_note", "video", "audio", "sticker", "animation", "location", "venue", "poll", "dice", "story")
"""What has a sentence of its own; anything else gets the general one."""
GONE = ("refusal.link.used", "refusal.contest_gone", "refusal.guardian_done")
"""Refusals after which nothing is left to be asked again."""


def setup() -> Router:
    """The router."""
    router = Router(name="typed")
    router.message.filter(Standing())
    router.edited_message.filter(Standing())
    router.message.register(on_text, Holds("text"))
    router.message.register(on_contact, Holds("contact"))
    router.message.register(on_file, Holds("document", "photo"))
    router.message.register(on_anything)
    router.edited_message.register(on_edited)
    return router


async def on_text(
    message: Message,
    standing: Place,
    office: Office,
    screens: Screens,
    index: Index,
    bot: Bot,
    event_update: Update,
) -> None:
    """An answer, a signature, a code, or words to search for."""
    person, text = standing.person, message.text or ""
    words = office.words[person.language or office.languages[0]]
    screen = await _button(office, standing, text, words, event_update.update_id)
    if screen is None and person.screen == "desk":
        screen = await desk.typed(office, person, message)
    screen = screen or await _expected(office, standing, message, words, event_update.update_id)
    if screen is None and await people.claim_ownership(office, person, text):
        screen = pages.menu(words, words("owner.welcome"))
        await register_for(bot, office, person)
    if screen is None and secrets.is_secret_text(text):
        screen = await _warned(message, standing, office, screens, words)
    if screen is None and person.screen == "report":
        screen = await reports.take_words(office, person, text)
    await screens.show(person.telegram_id, screen or _search(office, words, index, text))


async def _button(office: Office, standing: Place, text: str, words: Words, update_id: int) -> Screen | None:
    """A tap on a keyboard that stands in place of letters: it arrives as its label, in whatever language it was."""
    pressed = next((key for key in _BUTTONS if text in {one.label(key) for one in office.words.values()}), None)
    person, application = standing.person, standing.application
    if pressed == "button.menu":
        await storage.stand(office.database, person.telegram_id, "", None, office.clock.now())
        return pages.menu(words)
    if pressed == "button.person":
        card = pages.person(words, office.department)
        return Screen(card.text, card.keyboard)
    if pressed is None or application is None or person.screen != "form":
        return None
    if pressed == "form.skip":
        found = await forms.tap(office, person, application.id, application.question, "", update_id)
    else:
        found = await forms.ask(office, person, application.id, _before(office, application))
    return form_views.form(words, found)


_BUTTONS = ("button.menu", "button.person", "button.back", "form.skip")


def _before(office: Office, application: Application) -> str:
    return forms.form(office, application).before or application.question


async def _expected(office: Office, standing: Place, message: Message, words: Words, update_id: int) -> Screen | None:
    """What the screen that stands does with the text; None where it expects none, or the text is a secret."""
    person, application, text = standing.person, standing.application, message.text or ""
    if application is None or person.screen not in EXPECTING:
        return None
    is_late = sent_at(message) > application.closes_at
    if is_late and person.screen == "form" and secrets.is_secret_text(text):
        return None
    try:
        if person.screen == "guardian":
            name = await guardians.sign(office, person, application, text, sent_at(message))
            return pages.menu(words, words("guardian.thanks", applicant=name))
        if person.screen == "paper":
            raise Refusal("refusal.file.wanted", types=guardians.PAPER_FIELD.types_shown, limit=20)
        found = await forms.answer(office, person, application, text, sent_at(message), update_id)
        return form_views.form(words, found)
    except Refusal as refusal:
        if secrets.is_secret_text(text) and not _is_attempt(office, standing, text):
            return None
        return await refused(office, standing, words, refusal)


def _is_attempt(office: Office, standing: Place, text: str) -> bool:
    """Whether the text is a clumsy answer to the question that stands, and no secret."""
    field = forms.form(office, standing.application).field if standing.application else None
    return standing.person.screen == "form" and field is not None and field.is_attempt(text)


async def refused(office: Office, standing: Place, words: Words, refusal: Refusal) -> Screen:
    """Why not, and the question once more; the answers so far stay."""
    note = words(refusal.key, **refusal.values)
    if refusal.key in GONE:
        return pages.menu(words, note)
    return await again(office, standing, words, note)


async def again(office: Office, standing: Place, words: Words, note: str) -> Screen:
    """The screen that stands, below a sentence; the menu where nothing is expected."""
    person, application = standing.person, standing.application
    if person.screen == "report":
        return await reports.again(office, person, note)
    if application is None or person.screen not in EXPECTING:
        return pages.menu(words, note)
    if person.screen == "guardian":
        asked = guardians.asked(office, application, words.language)
        return form_views.guardian_asked(words, asked.contest, asked.applicant, asked.text, note)
    found = forms.form(office, application)
    if person.screen == "paper":
        screen = form_views.guardian_paper(words, found)
        return Screen(pages.joined(note, screen.text), screen.keyboard)
    return form_views.form(words, found, note)


async def _warned(message: Message, standing: Place, office: Office, screens: Screens, words: Words) -> Screen:
    """Deletes what nobody should send to anybody, says so, and asks again what stood."""
    deleted = await screens.delete(message)
    return await again(office, standing, words, words("secret.deleted" if deleted else "secret.not_deleted"))


def _search(office: Office, words: Words, index: Index, text: str) -> Screen:
    titles = {("guide", guide.id): guide.title[words.language] for guide in office.library.guides.values()}
    titles |= {("contest", one.id): one.title[words.language] for one in office.library.contests.values()}
    return pages.found(words, index.search(text[:SEARCH_LIMIT]), titles)


async def on_contact(message: Message, standing: Place, office: Office, screens: Screens, event_update: Update) -> None:
    """One's own number as an answer; anyone else's is refused."""
    person, application, contact = standing.person, standing.application, message.contact
    words = office.words[person.language or office.languages[0]]
    assert contact
    expected = (
        application is not None
        and person.screen == "form"
        and isinstance(forms.form(office, application).field, PhoneField)
    )
    if application is not None and _comes_again(office, standing, event_update):
        await screens.show(person.telegram_id, await again(office, standing, words, ""))
        return
    if application is None or not expected:
        await screens.show(person.telegram_id, await again(office, standing, words, words("unexpected.contact")))
        return
    try:
        number = _own_number(contact, person)
        found = await forms.answer(office, person, application, number, sent_at(message), event_update.update_id)
        screen = form_views.form(words, found)
    except Refusal as refusal:
        screen = await refused(office, standing, words, refusal)
    await screens.show(person.telegram_id, screen)


def _comes_again(office: Office, standing: Place, update: Update) -> bool:
    """Whether the answer that the update brings is stored already: then it only shows what stands."""
    application = standing.application
    is_form = application is not None and standing.person.screen == "form"
    return is_form and application is not None and forms.is_repeated(application, update.update_id, office.clock.now())


def _own_number(contact: Contact, person: Person) -> str:
    if contact.user_id != person.telegram_id:
        raise Refusal("refusal.contact.other")
    number = contact.phone_number
    return number if number.startswith("+") else f"+{number}"


async def on_file(message: Message, standing: Place, office: Office, screens: Screens, event_update: Update) -> None:
    """A document or photo: an answer, a guardian's paper, or nothing that is expected."""
    person, application = standing.person, standing.application
    words = office.words[person.language or office.languages[0]]
    file, caption = _upload(message), message.caption or ""
    if secrets.is_secret_file(file.name) or (person.screen == "report" and secrets.is_secret_text(caption)):
        screen = await _warned(message, standing, office, screens, words)
    elif person.screen == "desk":
        screen = await desk.typed(office, person, message)
    elif person.screen == "report":
        screen = await reports.take_screenshot(office, person, message, file)
    elif application is not None and _comes_again(office, standing, event_update):
        screen = await again(office, standing, words, "")
    elif application is None or not _takes_files(office, standing):
        screen = await again(office, standing, words, words("unexpected.file"))
    else:
        try:
            screen = await _taken(office, person, application, message, file, words, event_update.update_id)
        except Refusal as refusal:
            screen = await refused(office, standing, words, refusal)
    await screens.show(person.telegram_id, screen)


def _takes_files(office: Office, standing: Place) -> bool:
    if standing.person.screen == "paper":
        return True
    return (
        standing.application is not None
        and standing.person.screen == "form"
        and isinstance(forms.form(office, standing.application).field, FileField)
    )


async def _taken(
    office: Office,
    person: Person,
    application: Application,
    message: Message,
    file: Upload,
    words: Words,
    update_id: int,
) -> Screen:
    if person.screen == "paper":
        found = await guardians.take_paper(office, person, application, file, sent_at(message))
        return form_views.form(words, found, words("guardian.paper_taken"))
    found = await forms.upload(office, person, application, file, sent_at(message), update_id)
    return form_views.form(words, found)


def _upload(message: Message) -> Upload:
    if message.photo:
        largest = message.photo[-1]
        return Upload(largest.file_id, forms.PHOTO_NAME, largest.file_size or 1)
    document = message.document
    assert document
    size = document.file_size if document.file_size is not None else 1
    return Upload(document.file_id, document.file_name or "file", size)


async def on_anything(message: Message, standing: Place, office: Office, screens: Screens) -> None:
    """A voice message, a sticker, a location, …: a sentence that says what to do."""
    person = standing.person
    words = office.words[person.language or office.languages[0]]
    kind = next((kind for kind in KINDS if getattr(message, kind)), "other")
    await screens.show(person.telegram_id, await again(office, standing, words, words(f"unexpected.{kind}")))


async def on_edited(message: Message, standing: Place, office: Office, screens: Screens) -> None:
    """An edited message does not change an answer; the person is told how to."""
    person = standing.person
    words = office.words[person.language or office.languages[0]]
    await screens.show(person.telegram_id, await again(office, standing, words, words("unexpected.edited")))


def sent_at(message: Message) -> datetime:
    """When the person sent it (UTC): an outage of the bot must not make anyone late."""
    return message.date.astimezone(UTC)
