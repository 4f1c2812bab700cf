"""Organisers write to many: /announcements, its taps, and what is typed for it."""

from __future__ import annotations

from aiogram import Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.domain import announcements as rules
from bot.domain import moments
from bot.domain.announcements import Media
from bot.domain.base import Refusal
from bot.domain.mailings import Audience
from bot.domain.markup import length, visible
from bot.domain.people import Person
from bot.services import announcements as service
from bot.services import contests, mailings
from bot.services.announcements import Board
from bot.services.office import Office
from bot.storage import people
from bot.telegram.buttons import MailingTap
from bot.telegram.filters import IsCommand, Moved
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import announcements as views
from bot.telegram.views import pages
from bot.words import Words

FORMATTING = frozenset(
    {
        *("bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote"),
        *("code", "pre", "text_link", "text_mention", "custom_emoji", "date_time"),
    }
)
"""What an author chose in their app; addresses, commands and the like are found by Telegram in any text."""


IN_PLACE = ("pause", "resume", "cancel")
"""Acts whose outcome the message that shows the progress shows itself."""


def setup() -> Router:
    """The router."""
    router = Router(name="announcements")
    router.message.register(on_announcements, IsCommand(), Command("announcements"), Moved())
    router.callback_query.register(on_tap, MailingTap.filter(), Moved())
    return router


async def on_announcements(message: Message, person: Person, office: Office, screens: Screens) -> None:
    """Shows the list. Raises Refusal for someone without the right."""
    boards = await service.recent(office, person, 0)
    await screens.show(person.telegram_id, views.listing(_words(office, person), boards))


async def on_tap(
    query: CallbackQuery, callback_data: MailingTap, person: Person, office: Office, screens: Screens, address: str
) -> None:
    """An organiser's tap. Raises Refusal."""
    if callback_data.act == "preview":
        await _preview(query, callback_data.mailing, person, office, screens)
        return
    screen = await _tapped(office, person, callback_data, address)
    if await _stays(office, person, query, callback_data.act):
        await screens.answer(query)
        await screens.show(person.telegram_id, screen)
    else:
        await screens.turn(query, screen)


async def _stays(office: Office, person: Person, query: CallbackQuery, act: str) -> bool:
    """Whether the message that was tapped stays as it is: a push, or the one that shows how an announcement goes."""
    if act in IN_PLACE or query.message is None:
        return False
    return act == "look" or await service.shows_progress(office, person, query.message.message_id)


async def _preview(query: CallbackQuery, number: int, person: Person, office: Office, screens: Screens) -> None:
    """Sends what readers will see, and the announcement's screen below it."""
    board = await service.read(office, person, number)
    if not board.content.texts:
        raise Refusal("refusal.news.empty")
    await screens.answer(query)
    words, note = _words(office, person), ""
    try:
        for call in views.previews(board.content, office.languages, person.telegram_id):
            await screens.post(call)
    except TelegramBadRequest as error:
        note = words("news.not_taken", reason=error.message)
    await screens.show(person.telegram_id, views.card(office, words, board, note))


async def _tapped(office: Office, person: Person, tap: MailingTap, address: str) -> Screen:
    words, number = _words(office, person), tap.mailing
    match tap.act:
        case "list":
            return views.listing(words, await service.recent(office, person, number))
        case "new":
            return await _ask_text(office, person, await service.new(office, person), office.languages[0])
        case "open" | "look":
            return views.card(office, words, await service.read(office, person, number))
        case "text" | "media" | "link" | "at" | "count":
            return await _ask(office, person, tap)
        case "buttons" | "unbutton" | "deep":
            return await _buttons(office, person, tap, address)
        case "who" | "everyone" | "language" | "followers" | "applicants" | "state":
            return await _audience(office, person, tap)
        case "when" | "now" | "late":
            return await _time(office, person, tap)
        case "unmedia":
            return views.card(office, words, await service.set_media(office, person, number, "", None))
        case "mode":
            board = await service.read(office, person, number)
            mode = "both" if board.content.mode == "own" else "own"
            return views.card(office, words, await service.set_mode(office, person, number, mode))
        case "check":
            return views.summary(office, words, await service.summary(office, person, number))
    return await _act(office, person, tap)


async def _act(office: Office, person: Person, tap: MailingTap) -> Screen:
    """What changes the state of an announcement, and what became of it."""
    words, number = _words(office, person), tap.mailing
    match tap.act:
        case "send":
            board = await service.confirm(office, person, number, _edition(tap.value))
        case "approve":
            board = await service.approve(office, person, number, _edition(tap.value))
        case "refuse":
            board = await service.refuse(office, person, number)
        case "pause" | "resume" | "cancel" | "repeat":
            return await _move(office, person, tap)
        case "stop":
            return views.stopping(words, await service.read(office, person, number))
        case "copy":
            board = await service.copy(office, person, number)
        case "edit":
            board = await service.begin_edit(office, person, number)
        case "recall_ask":
            board = await service.read(office, person, number)
            if not board.recallable:
                raise Refusal("refusal.news.too_old")
            return views.recall(words, board)
        case "recall":
            board = await service.recall(office, person, number)
        case "report":
            return views.report(office, words, await service.report(office, person, number))
        case "xlsx":
            await service.ask_for_file(office, person, number)
            return pages.notice(words, words("news.xlsx_coming"))
        case _:
            raise Refusal("refusal.old_button")
    return views.card(office, words, board)


async def _move(office: Office, person: Person, tap: MailingTap) -> Screen:
    """Pauses, goes on, cancels, or sends once more to those whose fate nobody knows; not only announcements."""
    words = _words(office, person)
    match tap.act:
        case "pause":
            await mailings.pause(office, person, tap.mailing)
        case "resume":
            await mailings.resume(office, person, tap.mailing)
        case "cancel":
            await mailings.cancel(office, person, tap.mailing)
        case "repeat":
            await mailings.repeat(office, person, tap.mailing)
    if await service.board_of(office, tap.mailing) is None:
        return pages.notice(words, words("news.done"))
    return views.card(office, words, await service.read(office, person, tap.mailing))


async def _ask(office: Office, person: Person, tap: MailingTap) -> Screen:
    """Asks for what is typed or sent next."""
    board, words = await service.read(office, person, tap.mailing), _words(office, person)
    match tap.act:
        case "text":
            return await _ask_text(office, person, board, tap.value)
        case "media":
            await _stand(office, person, board, "media")
            return views.files(words, board)
        case "count":
            await _stand(office, person, board, f"count:{_edition(tap.value)}")
        case _:
            await _stand(office, person, board, tap.act)
    return views.asked(office, words, board, tap.act)


async def _ask_text(office: Office, person: Person, board: Board, language: str) -> Screen:
    if language not in office.words:
        raise Refusal("refusal.old_button")
    await _stand(office, person, board, f"text:{language}")
    return views.asked(office, _words(office, person), board, "text", language)


async def _stand(office: Office, person: Person, board: Board, what: str) -> None:
    asked = f"news:{board.mailing.id}:{what}"
    await people.stand(office.database, person.telegram_id, "desk", None, office.clock.now(), asked=asked)


async def _buttons(office: Office, person: Person, tap: MailingTap, address: str) -> Screen:
    words = _words(office, person)
    if tap.act == "unbutton":
        return views.buttons(words, await service.clear_buttons(office, person, tap.mailing))
    if tap.act == "deep" and tap.value:
        return views.buttons(words, await service.add_deep_link(office, person, tap.mailing, tap.value, address))
    board = await service.read(office, person, tap.mailing)
    if tap.act == "deep":
        announced = await contests.all_announced(office)
        return views.deep_links(words, board, list(office.library.guides.values()), announced)
    return views.buttons(words, board)


async def _audience(office: Office, person: Person, tap: MailingTap) -> Screen:
    words, number, value = _words(office, person), tap.mailing, tap.value
    match tap.act:
        case "who":
            board = await service.read(office, person, number)
            return views.audiences(office, words, board, await contests.all_announced(office))
        case "everyone":
            audience = Audience("everyone")
        case "language":
            audience = Audience("language", language=value)
        case "followers":
            audience = Audience("followers", contest=value)
        case "applicants":
            audience = Audience("applicants", contest=value)
        case _:
            return views.states(office, words, await service.toggle_state(office, person, number, value))
    board = await service.set_audience(office, person, number, audience)
    return views.states(office, words, board) if tap.act == "applicants" else views.card(office, words, board)


async def _time(office: Office, person: Person, tap: MailingTap) -> Screen:
    words, number = _words(office, person), tap.mailing
    match tap.act:
        case "now":
            board = await service.set_due(office, person, number, None)
        case "late":
            board = await service.set_late(office, person, number, tap.value)
        case _:
            board = await service.read(office, person, number)
    return views.times(words, board)


def _edition(value: str) -> int:
    if not value.isdecimal() or len(value) > 9:
        raise Refusal("refusal.old_button")
    return int(value)


# -- what is typed --------------------------------------------------------------------------------------------------


async def take(office: Office, person: Person, rest: list[str], message: Message) -> Screen:
    """What an organiser typed or sent for an announcement; `rest`: its id, what was asked for, and a detail of that.
    After a refusal they may try once more, or go back to the announcement."""
    try:
        return await _taken(office, person, rest, message)
    except Refusal as refusal:
        board = await service.read(office, person, int(rest[0]))
        words = _words(office, person)
        return views.refused(words, board, words(refusal.key, **refusal.values))


async def _taken(office: Office, person: Person, rest: list[str], message: Message) -> Screen:
    number, what, *detail = rest
    words = _words(office, person)
    if what == "text":
        return await _take_text(office, person, int(number), detail[0], message)
    if what == "media":
        board = await _take_media(office, person, int(number), message)
        return await _settled(office, person, views.card(office, words, board))
    if not message.text:
        raise Refusal("refusal.news.type")
    if what == "rest":
        return await _take_rest(office, person, int(number), message)
    if what == "link":
        button = rules.typed_button(message.text, office.languages)
        board = await service.add_button(office, person, int(number), button)
        return await _settled(office, person, views.buttons(words, board))
    if what == "at":
        due_at = moments.typed(message.text, words.zone, otherwise=None)
        board = await service.set_due(office, person, int(number), due_at)
        return await _settled(office, person, views.times(words, board))
    if what == "count":
        board = await service.confirm(office, person, int(number), int(detail[0]), message.text)
        return await _settled(office, person, views.card(office, words, board))
    raise Refusal("refusal.old_button")


async def _take_text(office: Office, person: Person, number: int, language: str, message: Message) -> Screen:
    """The text in one language; then the next one that is missing is asked for."""
    if not message.text:
        raise Refusal("refusal.news.type")
    is_formatted = any(entity.type in FORMATTING for entity in message.entities or ())
    text = rules.typed_text(message.text, message.html_text, is_formatted)
    try:
        board = await service.write_text(office, person, number, language, text, message.date)
    except Refusal:
        await _ask_missing(office, person, await service.read(office, person, number))
        raise
    screen = await _ask_missing(office, person, board)
    if screen is None:
        screen = views.card(office, _words(office, person), board)
        if length(visible(text)) < rules.NEARLY_FULL:
            return await _settled(office, person, screen)
        # An app may have cut it: what comes at once would be the rest.
        await _stand(office, person, board, "rest")
    return screen


async def _ask_missing(office: Office, person: Person, board: Board) -> Screen | None:
    """Asks for the first text that is missing; None: both are there."""
    missing = next((one for one in office.languages if not board.content.texts.get(one)), None)
    return await _ask_text(office, person, board, missing) if missing else None


async def _take_rest(office: Office, person: Person, number: int, message: Message) -> Screen:
    """What came after a text that fills a message: its rest, or something that nobody asked for."""
    try:
        board = await service.take_rest(office, person, number, message.text or "", message.date)
    except Refusal:
        await _ask_missing(office, person, await service.read(office, person, number))
        raise
    return await _settled(office, person, views.card(office, _words(office, person), board))


async def _take_media(office: Office, person: Person, number: int, message: Message) -> Board:
    if message.media_group_id:
        raise Refusal("refusal.news.album")
    media: Media = "photo" if message.photo else "document"
    file = message.photo[-1] if message.photo else message.document
    if file is None:
        raise Refusal("refusal.news.send_file")
    return await service.set_media(office, person, number, media, file.file_id)


async def _settled(office: Office, person: Person, screen: Screen) -> Screen:
    """The screen; nothing typed is expected any more."""
    await people.stand(office.database, person.telegram_id, "", None, office.clock.now())
    return screen


def _words(office: Office, person: Person) -> Words:
    return office.words[person.language or office.languages[0]]
