"""Organisers at the applications: /applications, their taps, and what they type while they decide."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.domain import moments
from bot.domain.applications import TRANSITIONS, Act
from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.services import reviews
from bot.services.forms import Form
from bot.services.office import Office
from bot.services.reviews import OWN_WORDS, Card, Decision
from bot.storage import people
from bot.telegram.buttons import DecisionTap, ReviewTap
from bot.telegram.filters import IsCommand, Known, Moved
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import reviews as views
from bot.words import Words

ACTS = (
    *("open", "history", "answer", "file"),
    *("admit", "return", "decline", "reconsider"),
    *("words", "until", "give", "sure", "deny"),
)
"""What the taps at one application do here; the others are for whoever sets the places."""
GONE = ("refusal.no_right", "refusal.old_button", "refusal.contest_gone")
"""Refusals after which there is no card to be shown."""
DATES = ("refusal.moment.form", "refusal.moment.past", "refusal.review.after_results", "refusal.words_wanted")
"""Refusals of a typed date: another one is typed then."""


def setup() -> Router:
    """The router."""
    router = Router(name="reviews")
    router.message.register(on_applications, IsCommand(), Command("applications"), Moved())
    router.callback_query.register(on_way, ReviewTap.filter(), Moved())
    router.callback_query.register(on_decision, DecisionTap.filter(F.act.in_(ACTS)), Known())
    return router


async def on_applications(message: Message, person: Person, office: Office, screens: Screens) -> None:
    """Shows an organiser the contests, or the only one. Raises Refusal for anyone else."""
    await screens.show(person.telegram_id, await _contests(office, person))


async def _contests(office: Office, person: Person) -> Screen:
    words = _words(office, person)
    announced = await reviews.all_contests(office, person)
    if len(announced) == 1:
        return views.dashboard(words, await reviews.dashboard(office, person, announced[0].id))
    return views.contests(words, announced)


async def on_way(
    query: CallbackQuery, callback_data: ReviewTap, person: Person, office: Office, screens: Screens
) -> None:
    """Leads to a contest, a list, the search. Raises Refusal."""
    screen = await _way(office, person, callback_data)
    await screens.turn(query, screen)


async def _way(office: Office, person: Person, tap: ReviewTap) -> Screen:
    words = _words(office, person)
    match tap.act:
        case "contests":
            return await _contests(office, person)
        case "open":
            return views.dashboard(words, await reviews.dashboard(office, person, tap.contest))
        case "list" if tap.state in ("", *views.SIGNS) and tap.state != "draft":
            return views.page(words, await reviews.page(office, person, tap.contest, tap.state, tap.before))
        case "find":
            found = await reviews.dashboard(office, person, tap.contest)
            await _ask(office, person, f"find:{tap.contest}")
            return views.find(words, found.contest)
    raise Refusal("refusal.old_button")


async def on_decision(
    query: CallbackQuery, callback_data: DecisionTap, person: Person, office: Office, screens: Screens
) -> None:
    """Does what the tap asks for; where that cannot be done, says why and shows the application as it is now."""
    words = _words(office, person)
    try:
        screen = await _decided(office, person, callback_data, words)
    except Refusal as refusal:
        if refusal.key in GONE:
            raise
        card = await reviews.card(office, person, callback_data.application)
        await _leave(office, person)
        await screens.turn(query, views.card(words, card), words.label(refusal.key, **refusal.values), alert=True)
        return
    if screen is None:
        await screens.answer(query, words.label("review.file_comes"))
        return
    await screens.turn(query, screen)


async def _decided(office: Office, person: Person, tap: DecisionTap, words: Words) -> Screen | None:
    """The screen after the tap; None: the screen stays, a file is on its way."""
    number, value, seen = tap.application, tap.value, tap.seen
    form = (await reviews.card(office, person, number)).form
    match tap.act:
        case "file" if value.isdecimal():
            await reviews.send_file(office, person, number, int(value))
            return None
        case "until":
            return await _until(office, person, form, seen, value)
        case "words" if value in ("return", "decline"):
            await _ask(office, person, f"words:{value}:{number}:{seen}")
            language = await reviews.applicant_language(office, form.application)
            return views.own_words(words, form, office.words[language].label("language.own_name"))
        case "sure":
            await _leave(office, person)
            language = await reviews.applicant_language(office, form.application)
            return views.sure(words, form, seen, form.contest.reason(value), "", language)
        case "admit":
            done = await reviews.decide(office, person, number, seen, Decision("admit"))
        case "reconsider":
            done = await reviews.decide(office, person, number, seen, Decision("reconsider"))
        case "give":
            days, _, reason = value.partition(".")
            until = reviews.days_offered(office, form).get(int(days) if days.isdecimal() else 0)
            note = await _typed(office, person, form, "return", f"until:{number}:{seen}:{OWN_WORDS}", reason)
            decision = Decision("return", _listed(reason), note, until)
            done = await reviews.decide(office, person, number, seen, decision)
        case "deny":
            note = await _typed(office, person, form, "decline", f"sure:{number}:{seen}", value)
            done = await reviews.decide(office, person, number, seen, Decision("decline", _listed(value), note))
        case _:
            await _leave(office, person)
            return await _shown(office, person, tap, words)
    await _leave(office, person)
    return _done(words, done)


async def _shown(office: Office, person: Person, tap: DecisionTap, words: Words) -> Screen:
    """What changes nothing."""
    card = await reviews.card(office, person, tap.application)
    match tap.act:
        case "open":
            return views.card(words, card)
        case "history":
            return views.history(words, *await reviews.history(office, person, tap.application))
        case "answer" if field := card.form.asked_field(tap.value):
            return views.answer(words, card.form, field)
        case "return":
            return views.reasons(words, card.form, tap.seen, "return")
        case "decline":
            return views.reasons(words, card.form, tap.seen, "decline")
    raise Refusal("refusal.old_button")


def _done(words: Words, card: Card) -> Screen:
    """The application after a decision, below a sentence that says what was decided."""
    return views.card(words, card, words(f"review.done.{card.form.application.state}"))


async def _until(
    office: Office, person: Person, form: Form, seen: int, reason: str, typed: str = "", note: str = ""
) -> Screen:
    """Asks until when; a date can be typed too. `typed` are own words, kept until then; `note` says what is wrong."""
    sealed = office.vault.seal_text(typed) if typed else None
    await _ask(office, person, f"until:{form.application.id}:{seen}:{reason}", sealed)
    return views.until(_words(office, person), form, seen, reason, reviews.days_offered(office, form), note)


async def take_search(office: Office, person: Person, asked: list[str], message: Message) -> Screen:
    """Looks for a typed number or name. Raises Refusal."""
    words = _words(office, person)
    found = await reviews.find(office, person, asked[0], _text(message))
    if len(found.applications) == 1:
        return views.card(words, await reviews.card(office, person, found.applications[0].id))
    return views.hits(words, found)


async def take_words(office: Office, person: Person, asked: list[str], message: Message) -> Screen:
    """Keeps an organiser's own words until they are confirmed: `asked` is the act, the application, what was seen.
    Raises Refusal."""
    act, number, seen = asked[0], int(asked[1]), int(asked[2])
    text = _text(message).strip()
    reviews.require_note(text)
    form = (await reviews.card(office, person, number)).form
    if act == "return":
        return await _until(office, person, form, seen, OWN_WORDS, text)
    await _ask(office, person, f"sure:{number}:{seen}", office.vault.seal_text(text))
    return views.sure(_words(office, person), form, seen, None, text, "")


async def take_words_again(office: Office, person: Person, asked: list[str], message: Message) -> Screen:
    """Other words, typed where those before were to be confirmed. Raises Refusal."""
    return await take_words(office, person, ["decline", *asked], message)


async def take_date(office: Office, person: Person, asked: list[str], message: Message) -> Screen:
    """Returns an application until a typed moment: `asked` is the application, what was seen, the reason."""
    number, seen, reason = int(asked[0]), int(asked[1]), asked[2]
    words = _words(office, person)
    card = await reviews.card(office, person, number)
    note = await _typed(office, person, card.form, "return", person.asked, reason)
    try:
        until = moments.typed(_text(message), card.form.contest.tz)
        done = await reviews.decide(office, person, number, seen, Decision("return", _listed(reason), note, until))
    except Refusal as refusal:
        said = words(refusal.key, **refusal.values)
        if refusal.key in DATES:
            return await _until(office, person, card.form, seen, reason, note, said)
        await _leave(office, person)
        return views.card(words, await reviews.card(office, person, number), said)
    await _leave(office, person)
    return _done(words, done)


async def _typed(office: Office, person: Person, form: Form, act: Act, asked: str, reason: str) -> str:
    """The own words that stand in place of a reason; empty where the reason is of the list, and where it is decided
    already (the second of two taps). Raises Refusal when the person was asked for something else since they typed."""
    if reason != OWN_WORDS:
        return ""
    sealed = await people.typed(office.database, person.id)
    if sealed is not None and (person.screen, person.asked) == ("desk", asked):
        return office.vault.open_text(sealed)
    if form.application.state in TRANSITIONS[act].of:
        raise Refusal("refusal.review.words_gone")
    return ""


def _listed(reason: str) -> str:
    return "" if reason == OWN_WORDS else reason


def _text(message: Message) -> str:
    if not message.text:
        raise Refusal("refusal.words_wanted")
    return message.text


async def _ask(office: Office, person: Person, asked: str, typed: bytes | None = None) -> None:
    now = office.clock.now()
    await people.stand(office.database, person.telegram_id, "desk", None, now, asked, typed)


async def _leave(office: Office, person: Person) -> None:
    await people.stand(office.database, person.telegram_id, "", None, office.clock.now())


def _words(office: Office, person: Person) -> Words:
    return office.words[person.language or office.languages[0]]
