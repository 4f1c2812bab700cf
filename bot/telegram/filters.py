"""Filters: where an event happened; who it is from and where they stand, read once and handed to the handlers.

None is a MagicFilter: aiogram runs those in a thread each, which costs as much as a read of the database.
"""

from __future__ import annotations

from typing import Any

from aiogram.filters import Filter
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from bot.services.office import Office
from bot.storage import applications, people


class InGroup(Filter):
    """Lets events of groups and channels through."""

    async def __call__(self, event: Message | CallbackQuery | ChatMemberUpdated) -> bool:
        """Whether it happened in a chat that others read."""
        message = event.message if isinstance(event, CallbackQuery) else event
        return message is not None and message.chat.type != "private"


class Holds(Filter):
    """Lets messages through that hold one of the kinds: text, photo, …"""

    def __init__(self, *kinds: str) -> None:
        self._kinds = kinds

    async def __call__(self, event: Message) -> bool:
        """Whether one of the kinds is there."""
        return any(getattr(event, kind) for kind in self._kinds)


class IsCommand(Filter):
    """Lets messages through that begin as commands do: answers of forms need not be asked by each command."""

    async def __call__(self, event: Message) -> bool:
        """Whether the text begins with a slash."""
        return event.text is not None and event.text.startswith("/")


class Known(Filter):
    """Lets people through who chose a language: `person`. Where they stand does not change."""

    async def __call__(self, event: Message | CallbackQuery, office: Office) -> bool | dict[str, Any]:
        """The person, or no match: the fallback then asks for the language."""
        user = event.from_user
        person = await people.find(office.database, user.id) if user else None
        return {"person": person} if person and person.language else False


class Moved(Filter):
    """Lets people through who chose a language: `person`. They leave a form: nothing typed is expected any more."""

    async def __call__(self, event: Message | CallbackQuery, office: Office) -> bool | dict[str, Any]:
        """The person, or no match: the fallback then asks for the language."""
        user = event.from_user
        if user is None:
            return False
        person = await people.stand(office.database, user.id, "", None, office.clock.now())
        return {"person": person} if person and person.language else False


class Standing(Filter):
    """Lets people through who chose a language: `standing`, with the application that a typed message is about."""

    async def __call__(self, event: Message, office: Office) -> bool | dict[str, Any]:
        """Where the person stands, or no match: the fallback then asks for the language."""
        if event.from_user is None:
            return False
        standing = await applications.standing(office.database, office.vault, event.from_user.id)
        return {"standing": standing} if standing and standing.person.language else False
