"""Organisers' taps at a contest as a whole, and what they type there: a number, a moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.domain import moments
from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.services import dates, seasons
from bot.services.office import Office
from bot.storage import people
from bot.telegram.buttons import SeasonTap
from bot.telegram.filters import Moved
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import dates as date_views
from bot.telegram.views import seasons as views
from bot.words import Words

LATEST_MINUTE = 60 * 24 * 366 * 200
"""Minutes since 1970 that a forged button may name."""


def setup() -> Router:
    """The router."""
    router = Router(name="seasons")
    router.callback_query.register(on_tap, SeasonTap.filter(), Moved())
    return router


async def on_tap(
    query: CallbackQuery, callback_data: SeasonTap, person: Person, office: Office, screens: Screens
) -> None:
    """Shows what the tap asks for. Raises Refusal."""
    screen = await _screen(office, person, callback_data)
    if callback_data.act == "hold":
        await screens.answer(query)
        await screens.show(person.telegram_id, screen)
    else:
        await screens.turn(query, screen)


async def _screen(office: Office, person: Person, tap: SeasonTap) -> Screen:
    words = _words(office, person)
    match tap.act:
        case "places":
            return await _places(office, person, tap.contest)
        case "place":
            return await _choose(office, person, tap)
        case "set":
            place, application = _two(tap.value)
            await seasons.set_place(office, person, tap.contest, place, application)
            return await _places(office, person, tap.contest, words("season.place_given"))
        case "clear":
            await seasons.clear_place(office, person, tap.contest, _number(tap.value))
            return await _places(office, person, tap.contest, words("season.place_taken"))
        case "release" | "hold" | "now" | "results" | "at" | "cancel":
            return await _release(office, person, tap)
        case "dates":
            return await _dates(office, person, tap.contest)
        case "date":
            return await _ask_date(office, person, tap)
        case "mv":
            return await _move(office, person, tap)
        case "journal":
            return views.journal(words, *await seasons.journal(office, person, tap.contest))
    raise Refusal("refusal.old_button")


def _words(office: Office, person: Person) -> Words:
    return office.words[person.language or office.languages[0]]


async def _expect(office: Office, person: Person, asked: str) -> None:
    """Makes the person's next typed message the answer to `asked`; see TAKERS."""
    await people.stand(office.database, person.telegram_id, "desk", None, office.clock.now(), asked=asked)


# -- places ---------------------------------------------------------------------------------------------------------


async def _places(office: Office, person: Person, contest_id: str, note: str = "") -> Screen:
    found = await seasons.season(office, person, contest_id)
    return views.places(_words(office, person), found, await seasons.holders(office, found), note)


async def _choose(office: Office, person: Person, tap: SeasonTap) -> Screen:
    found = await seasons.season(office, person, tap.contest)
    place_id, after = _two(tap.value)
    place = found.contest.place(place_id)
    if place is None:
        raise Refusal("refusal.old_button")
    page, more = await seasons.admitted(office, found, after)
    await _expect(office, person, f"place:{tap.contest}:{place_id}")
    return views.choose(_words(office, person), found, place, page, more)


async def take_number(office: Office, person: Person, asked: list[str], message: Message) -> Screen:
    """The typed number of an application, which gets the place. Raises Refusal."""
    contest_id, place_id = asked
    match = re.fullmatch(r"\s*(?:[A-Za-z]{1,4}\s*-\s*)?0*(\d{1,9})\s*", message.text or "")
    if match is None:
        raise Refusal("refusal.place.no_number")
    await seasons.set_place_by_number(office, person, contest_id, place_id, int(match[1]))
    await people.stand(office.database, person.telegram_id, "", None, office.clock.now())
    return await _places(office, person, contest_id, _words(office, person)("season.place_given"))


# -- the release ------------------------------------------------------------------------------------------------------


async def _release(office: Office, person: Person, tap: SeasonTap) -> Screen:
    words, note = _words(office, person), ""
    match tap.act:
        case "now":
            await seasons.release(office, person, tap.contest, tap.value)
            found = await seasons.season(office, person, tap.contest)
            return views.released(words, found.contest)
        case "at":
            seen = await seasons.preview(office, person, tap.contest)
            await _expect(office, person, f"release:{tap.contest}")
            return views.ask_release(words, seen.season)
        case "results":
            found = await seasons.season(office, person, tap.contest)
            await seasons.set_release(office, person, tap.contest, found.moments["results"])
        case "cancel":
            await seasons.cancel_release(office, person, tap.contest)
            note = words("season.release_cancelled")
    seen = await seasons.preview(office, person, tap.contest)
    return views.release(words, seen, office.clock.now(), note)


async def take_release(office: Office, person: Person, asked: list[str], message: Message) -> Screen:
    """The typed moment of the release. Raises Refusal."""
    (contest_id,) = asked
    found = await seasons.season(office, person, contest_id)
    await seasons.set_release(office, person, contest_id, moments.typed(message.text or "", found.contest.tz))
    await people.stand(office.database, person.telegram_id, "", None, office.clock.now())
    seen = await seasons.preview(office, person, contest_id)
    return views.release(_words(office, person), seen, office.clock.now())


# -- dates ------------------------------------------------------------------------------------------------------------


async def _dates(office: Office, person: Person, contest_id: str, note: str = "") -> Screen:
    found = await seasons.season(office, person, contest_id)
    movable = dates.movable(found, office.clock.now())
    return date_views.dates(_words(office, person), found, movable, note)


async def _ask_date(office: Office, person: Person, tap: SeasonTap) -> Screen:
    found = await seasons.season(office, person, tap.contest)
    if tap.value not in dates.movable(found, office.clock.now()):
        raise Refusal("refusal.date.fixed")
    await _expect(office, person, f"date:{tap.contest}:{tap.value}")
    return date_views.ask(_words(office, person), found, tap.value)


async def take_date(office: Office, person: Person, asked: list[str], message: Message) -> Screen:
    """The typed moment of a date: shows what moving it would do. Raises Refusal."""
    contest_id, name = asked
    found = await seasons.season(office, person, contest_id)
    to = moments.typed(message.text or "", found.contest.tz)
    return date_views.confirm(_words(office, person), await dates.plan(office, person, contest_id, name, to))


async def _move(office: Office, person: Person, tap: SeasonTap) -> Screen:
    name, minutes, seen = [*tap.value.split("."), "", ""][:3]
    await dates.move(office, person, tap.contest, name, _moment(minutes), seen)
    return await _dates(office, person, tap.contest, _words(office, person)("season.date_moved"))


# -- what buttons carry -----------------------------------------------------------------------------------------------


def _two(value: str) -> tuple[str, int]:
    """An id and a number. Raises Refusal for anything else (a forged button)."""
    name, _, number = value.partition(".")
    return name, _number(number)


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise Refusal("refusal.old_button")
    return int(text)


def _moment(text: str) -> datetime:
    if not re.fullmatch(r"[0-9a-z]{1,6}", text) or int(text, 36) > LATEST_MINUTE:
        raise Refusal("refusal.old_button")
    return datetime.fromtimestamp(int(text, 36) * 60, UTC)
