"""What leaves as a file, made at the moment of sending from what is true then: a contest's table."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import IO

from aiogram.methods import SendDocument

from bot.papers.applications import Table
from bot.services import exports
from bot.services.exports import Request
from bot.services.office import Office
from bot.storage.deliveries import Delivery
from bot.telegram.uploads import Made
from bot.words import Words


async def table(office: Office, delivery: Delivery, words: Words) -> SendDocument | None:
    """The table that a line of the journal asks for; None where nobody may have it any more."""
    asked = await exports.request(office, delivery.telegram_id, delivery.subject_id or 0)
    if asked is None:
        return None
    file = office.files.nameless()
    try:
        await _write_table(office, asked, words, file)
    except BaseException:
        file.close()
        raise
    return SendDocument(
        chat_id=delivery.telegram_id,
        document=Made(file, f"{asked.contest.id}.xlsx"),
        caption=words("export.table_caption", contest=asked.contest.title[words.language], at=asked.at),
        parse_mode="HTML",
    )


async def _write_table(office: Office, asked: Request, words: Words, file: IO[bytes]) -> None:
    """Page by page, each in a thread: taps are answered in between."""
    contest = asked.contest
    made = await asyncio.to_thread(Table, words, office.words.values(), contest, office.files.part)
    with closing(made):
        async for entries in exports.entries(office, contest):
            await asyncio.to_thread(made.add, entries)
        async for events in exports.events(office, asked):
            await asyncio.to_thread(made.add_events, events)
        await asyncio.to_thread(made.finish, await exports.counts(office, contest), file)
