"""The menu and the pages that hang on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aiogram.types import InlineKeyboardMarkup

from bot.domain.contests import Contest
from bot.domain.guides import Guide
from bot.domain.search import Entry
from bot.services.office import Department
from bot.telegram.buttons import ContestTap, GuideTap, LanguageTap, PageTap, RightsTap
from bot.telegram.screens import Screen
from bot.telegram.views.keyboards import copying, keyboard, link, pairs, tap
from bot.words import Words


def languages(catalogues: Mapping[str, Words], preferred: str | None, payload: str = "") -> Screen:
    """Asks for the language in every language, the state language first; `preferred` only orders the buttons."""
    text = "\n\n".join(words("language.ask") for words in catalogues.values())
    order = sorted(catalogues, key=lambda language: language != preferred)
    return Screen(
        text,
        InlineKeyboardMarkup(
            inline_keyboard=[
                [
                    tap(
                        catalogues[language].label("language.own_name"),
                        LanguageTap(language=language, link=payload).pack(),
                    )
                ]
                for language in order
            ]
        ),
    )


def menu(words: Words, note: str = "") -> Screen:
    """The main menu; `note` says what just happened."""
    rows = [
        [tap(words.label("menu.guides"), PageTap(page="guides").pack())],
        [tap(words.label("menu.contests"), PageTap(page="contests").pack())],
        [tap(words.label("menu.applications"), PageTap(page="applications").pack())],
        [
            tap(words.label("menu.settings"), PageTap(page="settings").pack()),
            tap(words.label("menu.help"), PageTap(page="help").pack()),
        ],
        [tap(words.label("button.person"), PageTap(page="person").pack())],
    ]
    return Screen(joined(note, words("menu.text")), InlineKeyboardMarkup(inline_keyboard=rows))


def guides(words: Words, all_guides: Iterable[Guide]) -> Screen:
    """The list of guides."""
    rows = [
        [tap(guide.title[words.language], GuideTap(guide=guide.id, step="", act="o").pack())] for guide in all_guides
    ]
    return Screen(words("guides.text"), keyboard(rows, words))


def contests(words: Words, announced: Sequence[Contest]) -> Screen:
    """The list of contests."""
    rows = [
        [tap(contest.title[words.language], ContestTap(contest=contest.id, act="open").pack())] for contest in announced
    ]
    return Screen(words("contests.text" if rows else "contests.none"), keyboard(rows, words))


def settings(words: Words, is_muted: bool) -> Screen:
    """Language, whether announcements come, and the rights over one's data."""
    act = "unmute" if is_muted else "mute"
    rows = [
        [tap(words.label("settings.language"), PageTap(page="language").pack())],
        [tap(words.label("settings.unmute" if is_muted else "settings.mute"), PageTap(page=act).pack())],
        [tap(words.label("settings.my_data"), RightsTap(act="all").pack())],
        [tap(words.label("settings.forget"), RightsTap(act="forget").pack())],
    ]
    announcements = words("settings.muted" if is_muted else "settings.not_muted")
    return Screen(joined(words("settings.text"), announcements), keyboard(rows, words))


def help_page(words: Words) -> Screen:
    """What the bot can do, and its commands."""
    return Screen(words("help.text"), keyboard([], words))


def person(words: Words, department: Department) -> Screen:
    """Whom to speak to."""
    text = words(
        "person.text",
        department=department.name[words.language],
        phone=department.phone,
        hours=department.hours[words.language],
        address=department.address[words.language],
    )
    rows = pairs([copying("📋 1414", "1414"), copying(f"📋 {department.phone}", department.phone)])
    return Screen(text, InlineKeyboardMarkup(inline_keyboard=rows))


def found(words: Words, entries: Sequence[Entry], titles: Mapping[tuple[str, str], str]) -> Screen:
    """What a search found, and the menu; `titles` by kind and id."""
    rows = []
    for entry in entries:
        data = (
            GuideTap(guide=entry.id, step="", act="o").pack()
            if entry.kind == "guide"
            else ContestTap(contest=entry.id, act="open").pack()
        )
        rows.append([tap(titles[entry.kind, entry.id], data)])
    if rows:
        return Screen(words("search.found"), keyboard(rows, words))
    return menu(words, words("search.nothing"))


def notice(words: Words, text: str) -> Screen:
    """A sentence with the way on."""
    return Screen(text, keyboard([], words))


def group(catalogues: Mapping[str, Words], address: str) -> Screen:
    """Says in a group, in every language, that the bot works in private."""
    text = "\n\n".join(words("group.text") for words in catalogues.values())
    label = " / ".join(words.label("group.open") for words in catalogues.values())
    return Screen(text, InlineKeyboardMarkup(inline_keyboard=[[link(label, address)]]))


def forget(words: Words) -> Screen:
    """Asks whether everything is to be erased."""
    rows = [
        [tap(words.label("forget.yes"), RightsTap(act="confirm").pack(), style="danger")],
        [tap(words.label("forget.no"), PageTap(page="settings").pack())],
    ]
    return Screen(words("forget.ask"), keyboard(rows, words))


def joined(*parts: str) -> str:
    """The parts that say something, a paragraph each."""
    return "\n\n".join(part for part in parts if part)
