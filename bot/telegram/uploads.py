"""Files that are sent from where they were made, not from memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import IO, Any

from aiogram import Bot
from aiogram.methods import SendDocument, TelegramMethod
from aiogram.types import InputFile

CHUNK = 1024 * 1024
SECONDS = 600
"""For one call that brings a file: 50 MB take that long over less than 1 Mbit/s."""


class Made(InputFile):
    """An open file that was made to be sent; whoever sends it closes it."""

    def __init__(self, file: IO[bytes], filename: str) -> None:
        super().__init__(filename, CHUNK)
        self.file = file

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:
        """The content from its beginning."""
        await asyncio.to_thread(self.file.seek, 0)
        while chunk := await asyncio.to_thread(self.file.read, self.chunk_size):
            yield chunk


def seconds(call: TelegramMethod[Any]) -> int | None:
    """How long the call may take; None: as long as any other."""
    return SECONDS if isinstance(call, SendDocument) and isinstance(call.document, Made) else None


@contextmanager
def closing_file(call: TelegramMethod[Any]) -> Iterator[None]:
    """Closes the file that was made for the call, if there is one, at the end of the block: it is gone then."""
    try:
        yield
    finally:
        if isinstance(call, SendDocument) and isinstance(call.document, Made):
            call.document.file.close()
