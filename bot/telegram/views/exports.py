"""What leaves as a file, made at the moment of sending from what is true then: a contest's table, its files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from functools import partial
from typing import IO

from aiogram.methods import SendDocument

from bot.domain.applications import number_shown
from bot.domain.contests import Contest
from bot.domain.exports import Part
from bot.papers.applications import Table
from bot.papers.archives import Archive
from bot.services import exports
from bot.services.exports import MEGABYTE, Filed, Request
from bot.services.office import Office
from bot.storage.deliveries import Delivery
from bot.telegram.screens import Screen
from bot.telegram.uploads import Made
from bot.telegram.views.keyboards import keyboard
from bot.telegram.views.seasons import act, back
from bot.words import Words


async def table(office: Office, delivery: Delivery, words: Words) -> SendDocument | None:
    """The table that a line of the journal asks for; None where nobody may have it any more."""
    asked = await exports.request(office, delivery.telegram_id, delivery.subject_id or 0)
    if asked is None:
        return None
    caption = words("export.table_caption", contest=asked.contest.title[words.language], at=asked.at)
    return await _made(
        office, delivery, f"{asked.contest.id}.xlsx", caption, partial(_write_table, office, asked, words)
    )


async def archive(office: Office, delivery: Delivery, words: Words) -> SendDocument | None:
    """One ZIP of the files that a line of the journal asks for; None where nobody may have them any more."""
    asked = await exports.request(office, delivery.telegram_id, delivery.subject_id or 0)
    if asked is None:
        return None
    contest, part, of = asked.contest, asked.detail["part"], asked.detail["parts"]
    number = number_shown(contest.prefix, asked.detail["number"])
    name = "-".join([number or contest.id, "files", *([f"{part}-of-{of}"] if of > 1 else [])]) + ".zip"
    what = ": ".join([contest.title[words.language], *([number] if number else [])])
    caption = words("files.caption", what=what, part=part, parts=of)
    return await _made(office, delivery, name, caption, partial(_write_archive, office, asked, words))


async def _made(
    office: Office, delivery: Delivery, name: str, caption: str, write: Callable[[IO[bytes]], Awaitable[None]]
) -> SendDocument:
    """A document whose content `write` writes; it is gone when that fails."""
    file = office.files.nameless()
    try:
        await write(file)
    except BaseException:
        file.close()
        raise
    return SendDocument(chat_id=delivery.telegram_id, document=Made(file, name), caption=caption, parse_mode="HTML")


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


async def _write_archive(office: Office, asked: Request, words: Words, file: IO[bytes]) -> None:
    """File by file, each in a thread: one at a time is in memory."""
    made = Archive(words, file)
    for filed in await exports.files(office, asked):
        await asyncio.to_thread(_put, office, made, filed)
    await asyncio.to_thread(made.finish)


def _put(office: Office, made: Archive, filed: Filed) -> None:
    content = exports.content(office, filed)
    if content is None:
        made.miss(filed.name, filed.state)
    else:
        made.add(filed.name, content)


def files(words: Words, contest: Contest, count: int, planned: Sequence[Part]) -> Screen:
    """Asks whether all files of a contest are to come: how many they are, and how large."""
    size = sum(part.size for part in planned)
    text = words(
        "files.sure",
        contest=contest.title[words.language],
        count=count,
        size=max(1, round(size / MEGABYTE)),
        parts=len(planned),
    )
    rows = [[act(contest, words.label("files.send"), "zip")], back(words, contest)]
    return Screen(text, keyboard(rows, words))
