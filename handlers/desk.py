"""What organisers type at their desk: `people.asked` names what they were asked for, its first word who takes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiogram.types import Message

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.services import people
from bot.services.office import Office
from bot.telegram.screens import Screen
from bot.telegram.views import pages
from handlers import announcements, reports, reviews, seasons

Taker = Callable[[Office, Person, list[str], Message], Awaitable[Screen]]
"""Takes a typed message or a file: whose it is, the words of `asked` after the first, the message."""

TAKERS: Mapping[str, Taker] = {
    "find": reviews.take_search,
    "words": reviews.take_words,
    "sure": reviews.take_words_again,
    "until": reviews.take_date,
    "news": announcements.take,
    "report": reports.take_answer,
    "place": seasons.take_number,
    "release": seasons.take_release,
    "date": seasons.take_date,
}
"""The first word of `asked` -> who takes what is typed."""


async def typed(office: Office, person: Person, message: Message) -> Screen:
    """What the message leads to. A refusal leaves the person where they are: they may type once more."""
    words = office.words[person.language or office.languages[0]]
    first, *rest = person.asked.split(":")
    taker = TAKERS.get(first)
    try:
        if taker is None:
            raise Refusal("refusal.old_button")
        await people.require_staff(office, person)
        return await taker(office, person, rest, message)
    except Refusal as refusal:
        return pages.notice(words, words(refusal.key, **refusal.values))
