"""The released results: to each applicant, and as a list to everyone who wants to know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aiogram.methods import SendMessage
from aiogram.types import InlineKeyboardMarkup

from bot.domain.applications import PUBLISH_NAME, Application, number_shown
from bot.domain.contests import Contest
from bot.domain.mailings import Mailing
from bot.services import seasons
from bot.services.forms import YES
from bot.services.office import Office
from bot.services.seasons import Season
from bot.storage import seasons as storage
from bot.storage.recipients import Recipient
from bot.telegram.buttons import ApplicationTap, ContestTap
from bot.telegram.screens import Screen, message
from bot.telegram.views.calls import NOBODY, Compose
from bot.telegram.views.keyboards import keyboard, tap
from bot.telegram.views.pages import joined
from bot.words import Words

LIST_LIMIT = 3000
"""Signs of the list: its head and foot stand on the same screen."""


def shown_as(contest: Contest, application: Application) -> str:
    """How the public may know a winner: the full name where they agreed to that, the number else."""
    agreed = contest.consent.publish_name is not None and application.answers.get(PUBLISH_NAME) == YES
    name = contest.name_in(application.answers) if agreed else ""
    return name or number_shown(contest.prefix, application.number)


def listed(words: Words, contest: Contest, winners: Sequence[Application]) -> str:
    """Each place in the file's order, with who has it."""
    parts = []
    for place in contest.places:
        names = [shown_as(contest, one) for one in winners if one.place == place.id]
        if names:
            head = f"🏆 <b>{words.html(place.label[words.language])}</b>"
            parts.append("\n".join([head, *(words.html(name) for name in names)]))
    if not parts:
        return words("season.no_winners")
    return _cut(words, "\n\n".join(parts))


def _cut(words: Words, text: str) -> str:
    """As many lines as fit on a screen, and how many do not."""
    if len(text) <= LIST_LIMIT:
        return text
    lines = text.splitlines()
    kept: list[str] = []
    while lines and sum(map(len, kept)) + len(kept) + len(lines[0]) < LIST_LIMIT:
        kept.append(lines.pop(0))
    return joined("\n".join(kept), words("season.more", count=sum(1 for line in lines if line)))


def page(words: Words, contest: Contest, winners: Sequence[Application]) -> Screen:
    """The results on the contest's page."""
    data = ContestTap(contest=contest.id, act="open").pack()
    return Screen(_list_text(words, contest, winners), keyboard([[tap(words.label("button.back"), data)]], words))


async def one_by_one(office: Office, mailing: Mailing) -> Compose:
    """Tells each applicant whether they have a place."""
    found = await seasons.announced(office, mailing.contest_id or "")

    async def compose(recipient: Recipient) -> SendMessage | None:
        row = await storage.of_person(office.database, found.contest.id, recipient.person_id, seasons.RELEASED)
        if row is None:
            return None
        application_id, place, number = row
        words = office.words[recipient.language]
        text = _own(words, found, place, number, office.clock.now())
        data = ApplicationTap(application=application_id, act="new").pack()
        return message(NOBODY, Screen(text, _button(words.label("application.open"), data)))

    return compose


def _own(words: Words, found: Season, place_id: str | None, number: int | None, now: datetime) -> str:
    contest, language = found.contest, words.language
    place = contest.place(place_id)
    shown = {"contest": contest.title[language], "number": number_shown(contest.prefix, number)}
    if place_id is None:
        return joined(words("season.result_none", **shown), words("season.result_none_next"))
    label = place.label[language] if place else words.label("state.placed")
    return joined(words("season.result_place", place=label, **shown), _next(words, found, now))


def _next(words: Words, found: Season, now: datetime) -> str:
    """The contest's next date that concerns a winner; else that the organiser gets in touch."""
    ahead = [entry for entry in found.contest.dates if entry.id != "erased" and found.moments.get(entry.id, now) > now]
    if not ahead:
        return words("season.result_place_next", organiser=found.contest.organiser[words.language])
    entry = min(ahead, key=lambda entry: found.moments[entry.id])
    when = words.moment(found.moments[entry.id], found.contest.tz)
    return words("application.next", event=entry.label[words.language], when=when)


async def as_list(office: Office, mailing: Mailing) -> Compose:
    """Tells everyone who follows the contest who has which place; the list is made once a language."""
    found = await seasons.announced(office, mailing.contest_id or "")
    winners = await seasons.winners(office, found.contest.id)
    calls = {language: _list_call(words, found.contest, winners) for language, words in office.words.items()}

    async def compose(recipient: Recipient) -> SendMessage:
        return calls[recipient.language]

    return compose


def _list_call(words: Words, contest: Contest, winners: Sequence[Application]) -> SendMessage:
    data = ContestTap(contest=contest.id, act="new").pack()
    return message(
        NOBODY, Screen(_list_text(words, contest, winners), _button(words.label("season.open_contest"), data))
    )


def _list_text(words: Words, contest: Contest, winners: Sequence[Application]) -> str:
    return joined(words("season.results", contest=contest.title[words.language]), listed(words, contest, winners))


def _button(label: str, data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[tap(label, data)]])
