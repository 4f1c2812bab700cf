"""Rows of buttons, and the two that stand below every screen."""

from __future__ import annotations

from urllib.parse import quote

from aiogram.types import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from bot.telegram.buttons import PageTap
from bot.words import Words

Row = list[InlineKeyboardButton]

MENU = PageTap(page="menu").pack()
PERSON = PageTap(page="person").pack()


def tap(text: str, data: str, style: str | None = None) -> InlineKeyboardButton:
    """A button that the bot is told of. `style`: primary, success or danger."""
    return InlineKeyboardButton(text=text, callback_data=data, style=style)


def link(text: str, url: str) -> InlineKeyboardButton:
    """A button that opens an address."""
    return InlineKeyboardButton(text=text, url=url)


def sharing(text: str, address: str, message: str) -> InlineKeyboardButton:
    """A button that asks to whom Telegram shall send the address with a message below it."""
    return link(text, f"https://t.me/share/url?url={quote(address, safe='')}&text={quote(message, safe='')}")


def copying(text: str, copied: str) -> InlineKeyboardButton:
    """A button that copies a text."""
    return InlineKeyboardButton(text=text, copy_text=CopyTextButton(text=copied))


def foot(words: Words) -> Row:
    """The way back to the menu, and to a person: below every screen."""
    return [tap(words.label("button.menu"), MENU), tap(words.label("button.person"), PERSON)]


def keyboard(rows: list[Row], words: Words) -> InlineKeyboardMarkup:
    """The rows, with the foot below."""
    return InlineKeyboardMarkup(inline_keyboard=[*rows, foot(words)])


def pairs(buttons: Row) -> list[Row]:
    """Two short buttons a row."""
    return [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
