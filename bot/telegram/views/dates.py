"""The announced dates for organisers: which can be moved, and what a move would do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.services.dates import DEADLINE, Move
from bot.services.seasons import Season
from bot.telegram.screens import Screen
from bot.telegram.views.keyboards import Row, keyboard
from bot.telegram.views.pages import joined
from bot.telegram.views.seasons import act, back, change, moment_name, short
from bot.words import Words

LABEL_LIMIT = 60
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def dates(words: Words, found: Season, movable: Sequence[str], note: str = "") -> Screen:
    """All announced dates; those that can be moved are buttons."""
    contest = found.contest
    names = sorted((name for name in found.moments if contest.label(name)), key=lambda name: found.moments[name])
    lines = [
        f"{words.html(moment_name(words, contest, name))}: <b>{short(found.moments[name], contest)}</b>"
        for name in names
    ]
    rows: list[Row] = [
        [act(contest, f"✏️ {moment_name(words, contest, name)}"[:LABEL_LIMIT], "date", name)] for name in movable
    ]
    head = words("season.dates_of", contest=contest.title[words.language], zone=words.zone_name(contest.tz))
    hint = words("season.dates_hint") if movable else words("season.dates_over")
    return Screen(joined(note, head, "\n".join(lines), hint), keyboard([*rows, back(words, contest)], words))


def ask(words: Words, found: Season, name: str) -> Screen:
    """Asks for the new moment of a date."""
    contest = found.contest
    text = words(
        "season.date_ask",
        event=moment_name(words, contest, name),
        at=words.moment(found.moments[name], contest.tz),
        zone=words.zone_name(contest.tz),
    )
    return Screen(text, keyboard([[act(contest, words.label("button.back"), "dates")]], words))


def confirm(words: Words, move: Move) -> Screen:
    """What a move would do: old and new, what moves along, who is told."""
    contest = move.season.contest
    lines = [
        words.html(change(words, contest, name, move.before[name], move.after[name]))
        for name in [move.name, *move.along]
    ]
    parts = [words("season.date_confirm"), f"<b>{lines[0]}</b>"]
    if move.along:
        parts.append("\n".join([words("season.date_along"), *lines[1:]]))
    if move.before[DEADLINE] != move.after[DEADLINE]:
        parts.append(words("season.date_drafts", count=move.drafts))
    value = f"{move.name}.{packed(move.after[move.name])}.{move.seal}"
    rows: list[Row] = [
        [act(contest, words.label("season.date_yes"), "mv", value, style="danger")],
        [act(contest, words.label("button.back"), "dates")],
    ]
    return Screen(joined(*parts), keyboard(rows, words))


def packed(moment: datetime) -> str:
    """A moment, to the minute, in the few signs that a button has room for: minutes since 1970 to the base 36."""
    minutes, signs = int(moment.timestamp()) // 60, ""
    while minutes:
        minutes, digit = divmod(minutes, 36)
        signs = _DIGITS[digit] + signs
    return signs or "0"
