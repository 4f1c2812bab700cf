"""The baseline of an announcement: aiogram as it comes, so many workers that each send to the next person.

Reads one line "go" for a round and prints a line when all were sent to. No ledger, no pace: a process that dies here
leaves nobody knowing who got the message.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterator

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import LinkPreviewOptions

from bot.local_telegram import DEFAULT_TOKEN


async def _worker(bot: Bot, people: Iterator[int], text: str) -> None:
    for person in people:
        await bot.send_message(
            person, text, parse_mode="HTML", link_preview_options=LinkPreviewOptions(is_disabled=True)
        )


async def _serve(given: dict[str, object]) -> None:
    bot = Bot(DEFAULT_TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(str(given["url"]))))
    await bot.me()
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        people = iter(range(int(str(given["first"])), int(str(given["first"])) + int(str(given["count"]))))
        await asyncio.gather(*(_worker(bot, people, str(given["text"])) for _ in range(int(str(given["workers"])))))
        print("done", flush=True)
    await bot.session.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(_serve(json.loads(sys.argv[1])))
