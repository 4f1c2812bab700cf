"""A step of a guide."""

from __future__ import annotations

from aiogram.types import InlineKeyboardButton

from bot.domain.guides import Button, Guide, Step
from bot.services.guides import Page
from bot.telegram.buttons import GuideTap
from bot.telegram.screens import Screen
from bot.telegram.views.feedback import managed
from bot.telegram.views.keyboards import Row, copying, keyboard, link, tap
from bot.words import Words


class Steps:
    """The screens of steps, made once each: there are a few hundred, and people ask for them all day."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Screen] = {}

    def __call__(self, words: Words, page: Page) -> Screen:
        """The screen of the step."""
        before = page.previous.id if page.previous else ""
        place = (page.guide.id, page.step.id, before, page.position, page.total)
        key = (words.language, *place, page.is_stale, page.asks)
        screen = self._made.get(key)
        if screen is None:
            screen = self._made[key] = step(words, page)
        return screen


def step(words: Words, page: Page) -> Screen:
    """The step with its place on the way, its source, the ways on, and at an end the question whether it worked."""
    guide, here, language = page.guide, page.step, words.language
    parts = [
        f"<b>{words.html(guide.title[language])}</b>\n"
        + words("guide.position", position=page.position, total=page.total),
    ]
    if here.device:
        parts.append(words(f"guide.device.{here.device}"))
    parts.append(here.text[language])
    if page.is_stale:
        parts.append(words("guide.stale"))
    parts.append(_source(words, guide, here))
    if page.asks:
        parts.append(words("feedback.managed"))
    return Screen("\n\n".join(parts), keyboard(_rows(words, page), words))


def _source(words: Words, guide: Guide, here: Step) -> str:
    source = guide.source_of(here)
    name = words.html(source.name[words.language])
    if source.url:
        name = f'<a href="{words.html(source.url)}">{name}</a>'
    lines = [f"{words('guide.source')} {name}", words("guide.verified", day=guide.verified_on(here))]
    if here.note:
        lines.append(here.note[words.language])
    return f"<blockquote>{chr(10).join(lines)}</blockquote>"


def _rows(words: Words, page: Page) -> list[Row]:
    guide, here, language = page.guide, page.step, words.language
    rows: list[Row] = [[tap(choice.label[language], _data(guide, here, f".{choice.id}"))] for choice in here.choices]
    rows += [[_button(button, language)] for button in here.buttons]
    rows += [managed(words, guide, here)] if page.asks else []
    ways: Row = []
    if page.previous:
        ways.append(tap(words.label("button.back"), _data(guide, page.previous, "s")))
    if here.next:
        ways.append(tap(words.label("button.next"), _data(guide, here, "n"), style="primary"))
    rows += [ways] if ways else []
    if page.previous:
        rows.append([tap(words.label("guide.restart"), _data(guide, guide.first, "r"))])
    return rows


def _button(button: Button, language: str) -> InlineKeyboardButton:
    label = button.label[language]
    if button.url:
        return link(label, button.url)
    if button.copy_text:
        return copying(label, button.copy_text[language])
    return tap(label, GuideTap(guide=button.guide or "", step="", act="o").pack())


def _data(guide: Guide, step: Step, act: str) -> str:
    return GuideTap(guide=guide.id, step=step.id, act=act).pack()
