"""A step of a guide."""

from __future__ import annotations

from dataclasses import replace

from aiogram.types import InlineKeyboardButton

from bot.domain import deep_links
from bot.domain.guides import Button, Guide, Step
from bot.services.guides import Page
from bot.telegram.buttons import ApplicationTap, ContestTap, GuideTap
from bot.telegram.screens import Screen
from bot.telegram.views.feedback import managed
from bot.telegram.views.keyboards import Row, copying, keyboard, link, pairs, sharing, tap
from bot.words import Words


class Steps:
    """The screens of steps, made once each: there are a few hundred, and people ask for them all day."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._made: dict[tuple[object, ...], Screen] = {}

    def __call__(self, words: Words, page: Page) -> Screen:
        """The screen of the step."""
        before = page.previous.id if page.previous else ""
        place = (page.guide.id, page.step.id, before, page.position, page.total, page.back)
        key = (words.language, *place, page.is_stale, page.asks)
        if page.back.startswith("application:"):
            # One's own: as many of them as people would fill the memory.
            return step(words, page, self._address)
        screen = self._made.get(key)
        if screen is None:
            screen = self._made[key] = step(words, page, self._address)
        return screen


def step(words: Words, page: Page, address: str) -> Screen:
    """The step with its place on the way, its source, the ways on, and at an end the question whether it worked;
    `address` is the bot's."""
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
    picture = here.picture[language] if here.picture else ""
    return Screen("\n\n".join(parts), keyboard(_rows(words, page, address), words), picture=picture)


def landed(words: Words, page: Page, step_id: str, address: str) -> Screen:
    """The step to which a link led; says so where it is another than the link names."""
    screen = step(words, page, address)
    if step_id in ("", page.step.id):
        return screen
    return replace(screen, text=f"{words('guide.step_gone')}\n\n{screen.text}")


def _source(words: Words, guide: Guide, here: Step) -> str:
    source = guide.source_of(here)
    name = words.html(source.name[words.language])
    if source.url:
        name = f'<a href="{words.html(source.url)}">{name}</a>'
    lines = [f"{words('guide.source')} {name}", words("guide.verified", day=guide.verified_on(here))]
    if here.note:
        lines.append(here.note[words.language])
    return f"<blockquote>{chr(10).join(lines)}</blockquote>"


def _rows(words: Words, page: Page, address: str) -> list[Row]:
    guide, here, language = page.guide, page.step, words.language
    rows: list[Row] = [[tap(choice.label[language], _data(guide, here, f".{choice.id}"))] for choice in here.choices]
    rows += [[_button(guide, here, button, language)] for button in here.buttons]
    rows += [managed(words, guide, here)] if page.asks else []
    ways: Row = []
    if page.previous:
        ways.append(tap(words.label("button.back"), _data(guide, page.previous, "s")))
    if here.next:
        ways.append(tap(words.label("button.next"), _data(guide, here, "n"), style="primary"))
    rows += [ways] if ways else []
    if page.back:
        rows.append([way_back(words, page.back)])
    # At an end "not yet" says the same.
    last = [] if page.asks else [tap(words.label("guide.stuck"), _data(guide, here, "x"))]
    if page.previous:
        last.append(tap(words.label("guide.restart"), _data(guide, guide.first, "r")))
    if here.id == guide.first.id or not here.targets():
        last.append(_share(words, guide, address))
    return [*rows, *pairs(last)]


def way_back(words: Words, back: str) -> InlineKeyboardButton:
    """The button to where the person came from into a guide (services.guides.BACK)."""
    kind, _, where = back.partition(":")
    if kind == "contest":
        data = ContestTap(contest=where, act="open").pack()
    elif kind == "application":
        data = ApplicationTap(application=int(where), act="resume").pack()
    else:
        guide, _, step = where.partition(":")
        data = GuideTap(guide=guide, step=step, act="s").pack()
    return tap(words.label(f"guide.back_to.{kind}"), data)


def _share(words: Words, guide: Guide, address: str) -> InlineKeyboardButton:
    message = words.label("guide.share_text", title=guide.title[words.language])
    return sharing(words.label("button.share"), deep_links.url(address, deep_links.to_guide(guide.id)), message)


def _button(guide: Guide, here: Step, button: Button, language: str) -> InlineKeyboardButton:
    label = button.label[language]
    if button.url:
        return link(label, button.url)
    if button.copy_text:
        return copying(label, button.copy_text[language])
    return tap(label, _data(guide, here, f">{button.guide}"))


def _data(guide: Guide, step: Step, act: str) -> str:
    return GuideTap(guide=guide.id, step=step.id, act=act).pack()
