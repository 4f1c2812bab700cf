"""What an owner sees of the organisers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.services.people import Organiser
from bot.telegram.buttons import OrganiserTap
from bot.telegram.screens import Screen
from bot.telegram.views.keyboards import Row, copying, keyboard, tap
from bot.words import Words

LONGEST_NAME = 40


def organisers(words: Words, held: Sequence[Organiser]) -> Screen:
    """All organisers, each to be removed, and the way to invite another."""
    rows: list[Row] = [
        [tap(words.label("organisers.remove", name=one.name[:LONGEST_NAME]), _data("ask", one.person_id))]
        for one in held
    ]
    rows.append([tap(words.label("organisers.invite"), _data("invite"), style="primary")])
    lines = [words("organisers.line", name=one.name, since=one.since) for one in held]
    text = words("organisers.text") + "\n\n" + ("\n".join(lines) or words("organisers.none"))
    return Screen(text, keyboard(rows, words))


def invitation(words: Words, address: str, expires: datetime) -> Screen:
    """The one-time link that an owner passes on."""
    rows = [
        [copying(words.label("organisers.copy"), address)],
        [tap(words.label("button.back"), _data("list"))],
    ]
    text = words("organisers.invitation", expires=expires)
    return Screen(f"{text}\n\n{words.html(address)}", keyboard(rows, words))


def removal(words: Words, one: Organiser) -> Screen:
    """Asks whether the organiser is to be removed."""
    rows = [
        [tap(words.label("organisers.remove_yes"), _data("remove", one.person_id), style="danger")],
        [tap(words.label("button.back"), _data("list"))],
    ]
    return Screen(words("organisers.remove_ask", name=one.name), keyboard(rows, words))


def _data(act: str, person: int = 0) -> str:
    return OrganiserTap(act=act, person=person).pack()
