"""Fetches a file that a person sent from Telegram, judges it by its content, and keeps it sealed."""

from __future__ import annotations

import hashlib

import filetype
import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest

from bot.domain.fields import FileField
from bot.services import arrivals
from bot.services.office import Office
from bot.storage import files

log = structlog.get_logger(__name__)


async def fetch(bot: Bot, office: Office, file_id: int) -> None:
    """Fetches the file of a row that waits; a row that is gone or settled is passed by.

    Raises aiogram's errors, and those of the connection, when the file cannot be had at the moment.
    """
    row = await files.get(office.database, file_id)
    if row is None or row.state != "waiting":
        return
    try:
        content = await _download(bot, office.vault.open_text(row.telegram_id))
    except TelegramBadRequest as error:
        log.warning("file cannot be fetched", file=file_id, reason=error.message)
        await arrivals.refuse(office, file_id)
        return
    field = arrivals.field_of(office, row.contest_id, row.field)
    if _accepted(content, field):
        await arrivals.keep(office, file_id, content, hashlib.sha256(content).hexdigest())
    else:
        await arrivals.refuse(office, file_id)


async def _download(bot: Bot, telegram_id: str) -> bytes:
    described = await bot.get_file(telegram_id)
    buffer = await bot.download_file(described.file_path or "", timeout=60)
    return buffer.read() if buffer else b""


def _accepted(content: bytes, field: FileField | None) -> bool:
    kind = filetype.guess_extension(content)
    return field is None or kind in field.types
