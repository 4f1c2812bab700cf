"""The pictures of content/: each is uploaded once, and then sent by Telegram's id."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from aiogram.types import FSInputFile, Message

from bot.storage import uploads
from bot.storage.database import Database


class Pictures:
    """Knows the ids of what this bot uploaded, by the content of the files; they outlive a restart."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._hashes: dict[str, str] = {}
        self._ids: dict[str, str] = {}

    async def source(self, name: str) -> str | FSInputFile:
        """What to send for the picture of this name: Telegram's id, or the file where it was not uploaded yet."""
        sha256 = await self._sha256(name)
        if sha256 not in self._ids:
            known = await uploads.get(self._database, sha256)
            if known is None:
                return self.file(name)
            self._ids[sha256] = known
        return self._ids[sha256]

    def file(self, name: str) -> FSInputFile:
        """The file itself, to upload it (again)."""
        return FSInputFile(self._folder / name)

    async def keep(self, name: str, shown: object) -> None:
        """Notes under which id Telegram has the picture, from the message that was just made of it."""
        if isinstance(shown, Message) and shown.photo:
            sha256, telegram_id = await self._sha256(name), shown.photo[-1].file_id
            self._ids[sha256] = telegram_id
            await uploads.keep(self._database, sha256, telegram_id)

    async def _sha256(self, name: str) -> str:
        if name not in self._hashes:
            content = await asyncio.to_thread((self._folder / name).read_bytes)
            self._hashes[name] = hashlib.sha256(content).hexdigest()
        return self._hashes[name]
