"""Shows screens where the person looks: a tap changes the message tapped, a typed message gets a new one.

The only place besides delivery/ that sends. Which message a person's last screen was is remembered in memory: a
restart forgets it, and then an old screen merely keeps its buttons, which carry all they need.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageMedia,
    EditMessageReplyMarkup,
    EditMessageText,
    SendMessage,
    SendPhoto,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    FSInputFile,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.telegram.pace import MESSAGES, Pace
from bot.telegram.pictures import Pictures
from bot.telegram.session import PASSING

log = structlog.get_logger(__name__)

TEXT_LIMIT = 4096
REMEMBERED = 20_000
PAUSES = (0.2, 1.0)
"""Seconds before the second and the third try of a reply."""
LONGEST_WAIT = 3
"""Seconds that a handler waits when Telegram asks for patience: the next updates wait with it."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Screen:
    """A text (Telegram HTML) with its buttons.

    `done` is said when a keyboard in place of letters is put away. `before` is what a tapped message becomes when
    the screen cannot take its place. `picture` is a file in content/pictures/ above the text.
    """

    text: str
    keyboard: InlineKeyboardMarkup | ReplyKeyboardMarkup | None = None
    done: str = ""
    before: str = ""
    picture: str = ""


def message(chat_id: int, screen: Screen, is_silent: bool = False) -> SendMessage:
    """The call that sends a screen as a message of its own."""
    return SendMessage(
        chat_id=chat_id,
        text=screen.text,
        parse_mode="HTML",
        reply_markup=screen.keyboard,
        link_preview_options=_NO_PREVIEW,
        disable_notification=is_silent or None,
    )


@dataclass(frozen=True, slots=True)
class _Last:
    """`below` is the message with a picture at which a tap brought it."""

    message_id: int
    is_inline: bool
    done: str = ""
    below: int = 0


class Screens:
    """Sends, edits, answers taps, deletes. One a bot."""

    def __init__(self, bot: Bot, pace: Pace, pictures: Pictures) -> None:
        self._bot = bot
        self._pace = pace
        self._pictures = pictures
        self._last: OrderedDict[int, _Last] = OrderedDict()

    async def answer(self, query: CallbackQuery, text: str | None = None, alert: bool = False) -> None:
        """Answers a tap, so that the button stops spinning; too late is no error."""
        try:
            await self._call(AnswerCallbackQuery(callback_query_id=query.id, text=text, show_alert=alert or None))
        except TelegramBadRequest as error:
            log.info("tap answered too late", reason=error.message)

    async def turn(self, query: CallbackQuery, screen: Screen, toast: str | None = None, alert: bool = False) -> None:
        """Answers the tap, and shows the screen in the message that was tapped, or anew where that cannot be changed.

        Both at once: the screen does not wait until Telegram said that it heard the answer.
        """
        answering = asyncio.create_task(self.answer(query, toast, alert))
        try:
            await self._turn(query, screen)
        finally:
            await answering

    async def _turn(self, query: CallbackQuery, screen: Screen) -> None:
        message = query.message
        keyboard = screen.keyboard
        if not isinstance(message, Message):
            await self.show(query.from_user.id, screen)
            return
        if message.text is None and not screen.picture:
            await self._below(message, screen)
            return
        if isinstance(keyboard, ReplyKeyboardMarkup):
            # Such a keyboard comes only with a new message.
            self._last[message.chat.id] = _Last(message.message_id, is_inline=True)
            if screen.before and await self.redraw(message.chat.id, message.message_id, screen.before):
                self._last.pop(message.chat.id)
            await self.show(message.chat.id, screen)
            return
        redraw = self._redraw_picture if screen.picture else self._redraw_text
        if await redraw(message.chat.id, message.message_id, screen):
            self._remember(message.chat.id, message.message_id, screen)
        else:
            await self.show(message.chat.id, screen)

    async def _below(self, message: Message, screen: Screen) -> None:
        """Shows a text below a picture, which cannot become one. A second tap at it changes what the first brought."""
        chat_id, last = message.chat.id, self._last.get(message.chat.id)
        is_inline = last is not None and last.is_inline and not isinstance(screen.keyboard, ReplyKeyboardMarkup)
        is_second = last is not None and is_inline and last.below == message.message_id
        if last and is_second and await self._redraw_text(chat_id, last.message_id, screen):
            return
        await self.show(chat_id, screen)
        if chat_id in self._last:
            self._last[chat_id] = replace(self._last[chat_id], below=message.message_id)

    async def picture(self, query: CallbackQuery, name: str, content: bytes, screen: Screen) -> None:
        """Shows a picture with the screen below it in the message that was tapped, or anew where that cannot be
        changed any more."""
        chat_id, file, keyboard = query.from_user.id, BufferedInputFile(content, name), screen.keyboard
        assert isinstance(keyboard, InlineKeyboardMarkup)
        if isinstance(query.message, Message):
            media = InputMediaPhoto(media=file, caption=screen.text, parse_mode="HTML")
            number = query.message.message_id
            try:
                await self._call(
                    EditMessageMedia(chat_id=chat_id, message_id=number, media=media, reply_markup=keyboard)
                )
            except TelegramBadRequest as error:
                if "message is not modified" in error.message:
                    return
            else:
                self._remember(chat_id, number, screen)
                return
        sent = await self._call(
            SendPhoto(chat_id=chat_id, photo=file, caption=screen.text, parse_mode="HTML", reply_markup=keyboard)
        )
        self._remember(chat_id, sent.message_id, screen)

    async def show(self, chat_id: int, screen: Screen) -> None:
        """Shows the screen in a new message; the old one loses its buttons."""
        last = self._last.pop(chat_id, None)
        if last is not None:
            await self._put_away(chat_id, last, screen)
        message_id = await self.say(chat_id, screen)
        if screen.keyboard is not None:
            self._remember(chat_id, message_id, screen)

    async def say(self, chat_id: int, screen: Screen, is_silent: bool = False) -> int:
        """Sends a message that stays, such as a card, and gives its id. The current screen keeps its buttons.

        `is_silent`: the phone makes no sound.
        """
        if screen.picture:
            try:
                return await self._say_picture(chat_id, screen)
            except (TelegramBadRequest, FileNotFoundError) as error:
                log.error("a picture cannot be shown", picture=screen.picture, reason=str(error))
        sent = await self._call(message(chat_id, screen, is_silent))
        return sent.message_id

    async def post(self, call: TelegramMethod[TelegramType]) -> TelegramType:
        """Carries out a call that was made elsewhere, such as the preview of an announcement."""
        return await self._call(call)

    async def delete(self, message: Message) -> bool:
        """Deletes a message of the person. False: Telegram did not allow it."""
        try:
            await self._call(DeleteMessage(chat_id=message.chat.id, message_id=message.message_id))
        except TelegramBadRequest:
            return False
        return True

    async def _call(self, method: TelegramMethod[TelegramType]) -> TelegramType:
        """Calls Telegram, and again after a failure that passes: a screen that comes twice is better than none."""
        for pause in PAUSES:
            try:
                return await self._noted(method)
            except TelegramRetryAfter as error:
                if error.retry_after > LONGEST_WAIT:
                    raise
                await asyncio.sleep(error.retry_after)
            except PASSING:
                await asyncio.sleep(pause)
        return await self._noted(method)

    async def _noted(self, method: TelegramMethod[TelegramType]) -> TelegramType:
        """Calls Telegram; a message draws on the pace of everything that is sent, and a refusal holds all of it."""
        if isinstance(method, MESSAGES):
            self._pace.note(int(method.chat_id))
            if self._pace.is_broadcasting:
                method.allow_paid_broadcast = True
        try:
            return await self._bot(method)
        except TelegramRetryAfter as error:
            self._pace.refused(error.retry_after)
            raise

    async def redraw(
        self, chat_id: int, message_id: int, text: str, keyboard: InlineKeyboardMarkup | None = None
    ) -> bool:
        """Changes a message of the bot. False: it cannot be changed any more."""
        try:
            await self._call(
                EditMessageText(
                    chat_id=chat_id,
                    message_id=message_id,
                    text=text,
                    parse_mode="HTML",
                    reply_markup=keyboard,
                    link_preview_options=_NO_PREVIEW,
                )
            )
        except TelegramBadRequest as error:
            return "message is not modified" in error.message
        return True

    async def _redraw_text(self, chat_id: int, message_id: int, screen: Screen) -> bool:
        assert not isinstance(screen.keyboard, ReplyKeyboardMarkup)
        return await self.redraw(chat_id, message_id, screen.text, screen.keyboard)

    async def _redraw_picture(self, chat_id: int, message_id: int, screen: Screen) -> bool:
        assert not isinstance(screen.keyboard, ReplyKeyboardMarkup)
        keyboard = screen.keyboard

        def made(source: str | FSInputFile) -> EditMessageMedia:
            media = InputMediaPhoto(media=source, caption=screen.text, parse_mode="HTML")
            return EditMessageMedia(chat_id=chat_id, message_id=message_id, media=media, reply_markup=keyboard)

        try:
            await self._with_picture(screen.picture, made)
        except FileNotFoundError:
            return False
        except TelegramBadRequest as error:
            return "message is not modified" in error.message
        return True

    async def _say_picture(self, chat_id: int, screen: Screen) -> int:
        def made(source: str | FSInputFile) -> SendPhoto:
            return SendPhoto(
                chat_id=chat_id, photo=source, caption=screen.text, parse_mode="HTML", reply_markup=screen.keyboard
            )

        return (await self._with_picture(screen.picture, made)).message_id

    async def _with_picture(
        self, name: str, made: Callable[[str | FSInputFile], TelegramMethod[TelegramType]]
    ) -> TelegramType:
        """Carries out a call with Telegram's id of the picture; uploads it where Telegram does not know it."""
        source = await self._pictures.source(name)
        try:
            shown = await self._call(made(source))
        except TelegramBadRequest as error:
            if not isinstance(source, str) or "file identifier" not in error.message:
                raise
            source = self._pictures.file(name)
            shown = await self._call(made(source))
        if not isinstance(source, str):
            await self._pictures.keep(name, shown)
        return shown

    async def _put_away(self, chat_id: int, last: _Last, screen: Screen) -> None:
        """Takes the buttons of the last screen away. That it fails must not keep the next screen from coming."""
        try:
            if last.is_inline:
                await self._call(EditMessageReplyMarkup(chat_id=chat_id, message_id=last.message_id))
            elif not isinstance(screen.keyboard, ReplyKeyboardMarkup):
                await self._call(
                    SendMessage(chat_id=chat_id, text=last.done, reply_markup=ReplyKeyboardRemove(remove_keyboard=True))
                )
        except (TelegramForbiddenError, TelegramRetryAfter):
            raise
        except TelegramAPIError as error:
            log.info("old buttons stay", reason=error.message)

    def _remember(self, chat_id: int, message_id: int, screen: Screen) -> None:
        is_inline = not isinstance(screen.keyboard, ReplyKeyboardMarkup)
        self._last[chat_id] = _Last(message_id, is_inline, screen.done)
        self._last.move_to_end(chat_id)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
