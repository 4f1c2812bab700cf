"""Commands. /start opens links; the others lead to the pages of the menu."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import Message

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.services import contests, forms, guardians, guides, people, rights
from bot.services.office import Office
from bot.storage import people as storage
from bot.telegram.commands import register_for
from bot.telegram.filters import IsCommand, Moved
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import contests as contest_views
from bot.telegram.views import forms as form_views
from bot.telegram.views import guides as guide_views
from bot.telegram.views import organisers as views
from bot.telegram.views import pages
from handlers import fallback


def setup() -> Router:
    """The router."""
    router = Router(name="commands")
    router.message.filter(IsCommand())
    router.message.register(on_start, CommandStart())
    router.message.register(on_language, Command("language"))
    router.message.register(on_page, Command("menu", "guides", "contests", "status", "settings", "help"), Moved())
    router.message.register(on_cancel, Command("cancel"), Moved())
    router.message.register(on_my_data, Command("mydata"), Moved())
    router.message.register(on_forget, Command("forget"), Moved())
    router.message.register(on_owner, Command("owner"), Moved())
    router.message.register(on_papers, Command("papers"), Moved())
    router.message.register(on_organisers, Command("organisers"), Moved())
    return router


async def on_start(message: Message, command: CommandObject, office: Office, screens: Screens, bot: Bot) -> None:
    """Greets, or opens what a link leads to; who chose no language is asked first."""
    assert message.from_user
    person = await storage.arrive(office.database, message.from_user.id, office.clock.now())
    if person.language is None:
        await fallback.ask_language(message, office, screens, command.args or "")
        return
    payload = command.args or ""
    await screens.show(person.telegram_id, await opened(office, person, payload, message.from_user.full_name))
    if payload.startswith("o_"):
        await register_for(bot, office, person)


async def opened(office: Office, person: Person, payload: str, name: str) -> Screen:
    """What a start link leads to: `g_` a guide, `c_` a contest, `k_` a guardian's consent, `o_` becoming an organiser;
    the menu otherwise. `name` is what Telegram calls the person."""
    words = office.words[person.language or office.languages[0]]
    kind, _, rest = payload.partition("_")
    try:
        if kind == "g":
            return await guide(office, person, rest)
        if kind == "c":
            return await contest(office, person, rest)
        if kind == "o":
            await people.join(office, person, rest, name)
            return pages.menu(words, words("organisers.welcome"))
        if kind == "k":
            asked = await guardians.open_link(office, person, rest)
            return form_views.guardian_asked(words, asked.contest, asked.applicant, asked.text)
    except Refusal as refusal:
        return pages.menu(words, words(refusal.key, **refusal.values))
    return pages.menu(words, words("refusal.link.unknown") if payload else words("menu.greeting"))


async def guide(office: Office, person: Person, guide_id: str, back: str = "") -> Screen:
    """The step of a guide where the person stopped; `back` is where they come from. Raises Refusal."""
    words = office.words[person.language or office.languages[0]]
    page = await guides.resume(office, person.telegram_id, guide_id, back)
    return guide_views.step(words, page) if page else pages.menu(words)


async def contest(office: Office, person: Person, contest_id: str) -> Screen:
    """A contest's page. Raises Refusal."""
    words = office.words[person.language or office.languages[0]]
    announced = await contests.read(office, person, contest_id)
    return contest_views.overview(words, announced, office.clock.now())


async def page(office: Office, person: Person, name: str) -> Screen | None:
    """A page of the menu, or None for a name that no page has."""
    words = office.words[person.language or office.languages[0]]
    match name:
        case "menu":
            return pages.menu(words)
        case "guides":
            return pages.guides(words, office.library.guides.values())
        case "contests":
            return pages.contests(words, await contests.all_announced(office))
        case "applications" | "status":
            return form_views.applications(words, await forms.mine(office, person), office.clock.now())
        case "settings":
            return pages.settings(words, await storage.is_muted(office.database, person.id))
        case "mute" | "unmute":
            return pages.settings(words, await people.mute(office, person, name == "mute"))
        case "help":
            return pages.help_page(words)
    return None


async def on_page(message: Message, command: CommandObject, person: Person, office: Office, screens: Screens) -> None:
    """Shows the page of the command's name."""
    screen = await page(office, person, command.command)
    assert screen is not None
    await screens.show(person.telegram_id, screen)


async def on_language(message: Message, office: Office, screens: Screens) -> None:
    """Asks for the language anew; where the person stands does not change."""
    assert message.from_user
    person = await storage.find(office.database, message.from_user.id)
    if person is None:
        await fallback.ask_language(message, office, screens)
        return
    await screens.show(message.chat.id, pages.languages(office.words, person.language))


async def on_cancel(message: Message, person: Person, office: Office, screens: Screens) -> None:
    """Leaves what the person was at; what they typed stays."""
    words = office.words[person.language or office.languages[0]]
    await screens.show(person.telegram_id, pages.menu(words, words("cancel.text")))


async def on_my_data(message: Message, person: Person, office: Office, screens: Screens) -> None:
    """Queues the sending of all that is held."""
    words = office.words[person.language or office.languages[0]]
    await rights.ask_for_all(office, person)
    await screens.show(person.telegram_id, pages.notice(words, words("mydata.coming")))


async def on_forget(message: Message, person: Person, office: Office, screens: Screens) -> None:
    """Asks whether everything is to be erased."""
    words = office.words[person.language or office.languages[0]]
    await screens.show(person.telegram_id, pages.forget(words))


async def on_papers(message: Message, person: Person, office: Office, screens: Screens) -> None:
    """Sends an organiser the guardians' papers that wait. Raises Refusal for anyone else."""
    words = office.words[person.language or office.languages[0]]
    count = await guardians.send_papers(office, person)
    text = words("review.waiting", count=count) if count else words("review.none")
    await screens.show(person.telegram_id, pages.notice(words, text))


async def on_organisers(message: Message, person: Person, office: Office, screens: Screens) -> None:
    """Shows an owner the organisers. Raises Refusal for anyone else."""
    words = office.words[person.language or office.languages[0]]
    await screens.show(person.telegram_id, views.organisers(words, await people.organisers(office, person)))


async def on_owner(
    message: Message, command: CommandObject, person: Person, office: Office, screens: Screens, bot: Bot
) -> None:
    """Takes the one-time code that `bot run` printed."""
    words = office.words[person.language or office.languages[0]]
    claimed = await people.claim_ownership(office, person, command.args or "")
    key = "owner.welcome" if claimed else "owner.wrong_code"
    await screens.show(person.telegram_id, pages.menu(words, words(key)))
    if claimed:
        await register_for(bot, office, person)
