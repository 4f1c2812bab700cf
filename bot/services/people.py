"""Arriving, choosing a language, and owning the bot."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.services.office import Office
from bot.storage import deliveries, links, people

OWNER_CODE_LIFE = timedelta(days=7)
INVITATION_LIFE = timedelta(days=2)
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without signs that are read for one another."""


async def speak(office: Office, telegram_id: int, language: str) -> Person:
    """Notes the language a person chose, wherever they stand; their place and answers stay.

    Raises Refusal for a language that the bot does not have (a forged button).
    """
    if language not in office.words:
        raise Refusal("refusal.old_button")
    now = office.clock.now()
    person = await people.speak(office.database, telegram_id, language, now)
    if person is None:
        await people.arrive(office.database, telegram_id, now)
        person = await people.speak(office.database, telegram_id, language, now)
    assert person is not None
    return person


async def mute(office: Office, person: Person, wanted: bool) -> bool:
    """Notes whether the person wants no announcements; gives what holds now. What concerns their own application
    comes all the same."""
    await people.mute(office.database, person.id, office.clock.now() if wanted else None)
    return wanted


async def put_off_screen(office: Office, telegram_id: int, seconds: float) -> None:
    """Queues the screen where the person stands, once, for so many seconds from now."""
    person = await people.find(office.database, telegram_id)
    if person is None:
        return
    due = office.clock.now() + timedelta(seconds=seconds)
    async with office.database.write() as connection:
        if not await deliveries.is_queued(connection, Kind.SCREEN, person.id):
            await deliveries.queue(connection, Kind.SCREEN, person.id, None, due)
    office.queued.set()


async def is_staff(office: Office, person: Person) -> bool:
    """Whether the person is an owner or an organiser."""
    return any(member.id == person.id for member in await staff(office))


async def require_staff(office: Office, person: Person) -> None:
    """Raises Refusal for someone who is neither an owner nor an organiser."""
    if not await is_staff(office, person):
        raise Refusal("refusal.no_right")


async def names(office: Office, owner: str) -> dict[int | None, str]:
    """Person id -> what whoever is or was an organiser is called; owners, whose name nobody asked for, as `owner`."""
    found: dict[int | None, str] = {member.id: owner for member in await staff(office)}
    for person_id, name, _ in await people.holders(office.database, "former", "organiser"):
        if name:
            found[person_id] = office.vault.open_text(name)
    return found


async def staff(office: Office) -> list[Person]:
    """Owners (of config.toml, and by the one-time code) and organisers who have spoken with the bot."""
    named = [await people.find(office.database, telegram_id) for telegram_id in sorted(office.owners)]
    given = await people.with_role(office.database, "owner", "organiser")
    return list({person.id: person for person in [*filter(None, named), *given]}.values())


async def is_owner(office: Office, person: Person) -> bool:
    """Whether the person is an owner."""
    given = await people.with_role(office.database, "owner")
    return person.telegram_id in office.owners or any(owner.id == person.id for owner in given)


@dataclass(frozen=True, slots=True)
class Organiser:
    """An organiser as an owner sees them; `since` in UTC."""

    person_id: int
    name: str
    since: datetime


async def organisers(office: Office, owner: Person) -> list[Organiser]:
    """All organisers, for an owner. Raises Refusal for anyone else."""
    await _require_owner(office, owner)
    found = await people.holders(office.database, "organiser")
    return [Organiser(number, office.vault.open_text(name) if name else "–", since) for number, name, since in found]


async def invite(office: Office, owner: Person) -> tuple[str, datetime]:
    """A new one-time token that makes its first user an organiser, and until when (UTC); an older one stops working.

    Raises Refusal for anyone but an owner.
    """
    await _require_owner(office, owner)
    token, expires = secrets.token_urlsafe(12), office.clock.now() + INVITATION_LIFE
    async with office.database.write() as connection:
        await links.replace(connection, office.vault.lookup("organiser", token), "organiser", None, expires)
    return token, expires


async def join(office: Office, person: Person, token: str, name: str) -> None:
    """Makes the person an organiser by an invitation; `name` is what their Telegram calls them.

    Raises Refusal for an invitation that is used, expired or unknown, and for who is an owner or organiser already.
    """
    hashed = office.vault.lookup("organiser", token)
    link = await links.find(office.database, hashed)
    if link is None or link.kind != "organiser":
        raise Refusal("refusal.link.unknown")
    if await is_staff(office, person):
        raise Refusal("refusal.staff_already")
    now = office.clock.now()
    async with office.database.write() as connection:
        if not await links.use(connection, hashed, now, "organiser"):
            raise Refusal("refusal.link.used" if link.used_at or now <= link.expires_at else "refusal.link.expired")
        await people.give_role(connection, person.id, "organiser", now, office.vault.seal_text(name))


async def remove(office: Office, owner: Person, organiser_id: int) -> list[Organiser]:
    """Removes an organiser: from this moment their old buttons refuse. The name stays for the history of what they
    did. Gives those who are left.

    Raises Refusal for anyone but an owner; removing twice is the same.
    """
    await _require_owner(office, owner)
    async with office.database.write() as connection:
        await people.dismiss(connection, organiser_id)
    return await organisers(office, owner)


async def _require_owner(office: Office, person: Person) -> None:
    if not await is_owner(office, person):
        raise Refusal("refusal.no_right")


async def owner_code(office: Office) -> str | None:
    """A new one-time code that makes its first sender the owner; None where there is an owner already."""
    if office.owners or await people.with_role(office.database, "owner"):
        return None
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
    async with office.database.write() as connection:
        expires = office.clock.now() + OWNER_CODE_LIFE
        await links.replace(connection, _hash(office, code), "owner", None, expires)
    return code


async def claim_ownership(office: Office, person: Person, text: str) -> bool:
    """Makes the person the owner if the text is the code that stands. False: it is not."""
    code = text.strip().upper()
    if not _looks_like_code(code):
        return False
    now = office.clock.now()
    async with office.database.write() as connection:
        if not await links.use(connection, _hash(office, code), now, "owner"):
            return False
        await people.give_role(connection, person.id, "owner", now)
    return True


def _looks_like_code(text: str) -> bool:
    parts = text.split("-")
    return len(parts) == 3 and all(len(part) == 4 and set(part) <= set(_ALPHABET) for part in parts)


def _hash(office: Office, code: str) -> bytes:
    return office.vault.lookup("owner", code)
