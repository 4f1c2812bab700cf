"""What is told to everyone with a draft: that the deadline comes near, and that it was moved."""

from __future__ import annotations

from datetime import datetime, timedelta

from aiogram.methods import SendMessage
from aiogram.types import InlineKeyboardMarkup

from bot.domain.mailings import Mailing
from bot.domain.pushes import Kind
from bot.services import seasons
from bot.services.office import Office
from bot.services.seasons import Season
from bot.storage import seasons as storage
from bot.storage.recipients import Recipient
from bot.telegram.buttons import ApplicationTap
from bot.telegram.screens import Screen, message
from bot.telegram.views.calls import NOBODY, Compose
from bot.telegram.views.keyboards import tap
from bot.words import Words

HOUR = timedelta(hours=1)
IN_DAYS = 48
"""From so many hours on, what is left is told in days."""


async def composer(office: Office, mailing: Mailing) -> Compose:
    """What makes the calls of a reminder, or of the word that the deadline was moved."""
    found = await seasons.announced(office, mailing.contest_id or "")

    async def compose(recipient: Recipient) -> SendMessage | None:
        now = office.clock.now()
        row = await storage.of_person(office.database, found.contest.id, recipient.person_id, ("draft",))
        if row is None or now > found.moments["applications_close"]:
            return None
        words = office.words[recipient.language]
        data = ApplicationTap(application=row[0], act="go").pack()
        keyboard = InlineKeyboardMarkup(inline_keyboard=[[tap(words.label("application.resume"), data)]])
        return message(NOBODY, Screen(_text(words, mailing.kind, found, now), keyboard))

    return compose


def _text(words: Words, kind: Kind, found: Season, now: datetime) -> str:
    closes = found.moments["applications_close"]
    values = {"contest": found.contest.title[words.language], "closes": words.moment(closes, found.contest.tz)}
    if kind is Kind.DEADLINE_MOVED:
        return words("season.deadline_moved", **values)
    return words("season.reminder", left=left(words, closes - now), **values)


def left(words: Words, span: timedelta) -> str:
    """How much time is left: in whole days, below two days in hours, below two hours in minutes."""
    hours = round(span / HOUR)
    if hours >= IN_DAYS:
        return words.label("season.days_left", count=hours // 24)
    if span > 2 * HOUR - timedelta(minutes=1):
        return words.label("season.hours_left", count=hours)
    return words.label("season.minutes_left", count=max(1, round(span / timedelta(minutes=1))))
