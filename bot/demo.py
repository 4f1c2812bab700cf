"""`bot demo`: the whole bot against a Telegram on this machine. No token, no network; all is kept in var/demo/."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bot import app
from bot.clock import Clock
from bot.local_telegram import LocalTelegram
from bot.settings import Settings

FOLDER = Path("var/demo")
PORT = 8088
ORGANISER = 104


async def run(
    settings: Settings, stop: asyncio.Event, port: int = PORT, say: Callable[[str], None] = app.print_at_once
) -> None:
    """Runs both until `stop`. A second start finds the chats, the answers and the clock as they were left.

    Raises OSError when the port is taken, app.CannotStart.
    """
    clock = Clock(_kept_offset())

    async def move(by: timedelta) -> None:
        await clock.move(by)
        _keep_offset(clock.offset)

    telegram = LocalTelegram(
        state=FOLDER / "telegram.sqlite3",
        clock=clock.now,
        on_clock_move=move,
        username="egov_demo_bot",
        name="eGov көмекшісі",
    )
    FOLDER.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # once, before anything runs
    try:
        await telegram.start(port)
    except OSError as error:
        raise app.CannotStart(f"port {port} is taken: choose another with `.venv/bin/bot demo --port 8099`") from error
    try:
        await _people(telegram)
        say(f"\n  Open the chat in a browser: {telegram.url}\n  Ctrl-C stops.\n")
        await app.run(_settings(settings, telegram), stop, clock, say=lambda _: None)
    finally:
        await telegram.stop()


async def _people(telegram: LocalTelegram) -> None:
    known = {person.id for person in await telegram.people()}
    for number, first, last, language in (
        (101, "Айгүл", "Серікқызы", "kk"),
        (102, "Нина", "Петровна", "ru"),
        (103, "Данияр", "Қайратұлы", "kk"),
        (ORGANISER, "Ұйымдастырушы", "", "kk"),
    ):
        if number not in known:
            await telegram.add_person(number, first, last_name=last or None, language_code=language)


def _settings(settings: Settings, telegram: LocalTelegram) -> Settings:
    """The settings with everything that the demo keeps apart from the real bot."""
    return settings.model_copy(
        update={
            "telegram": settings.telegram.model_copy(
                update={"api_base": telegram.url, "token": type(settings.telegram.token)(telegram.token)}
            ),
            "database": settings.database.model_copy(update={"url": f"sqlite+aiosqlite:///{FOLDER}/bot.sqlite3"}),
            "storage": settings.storage.model_copy(
                update={"files": FOLDER / "files", "keys": FOLDER / "secrets" / "keys.json"}
            ),
            "people": settings.people.model_copy(update={"owners": (ORGANISER,)}),
        }
    )


def _kept_offset() -> timedelta:
    path = FOLDER / "clock.json"
    return timedelta(seconds=json.loads(path.read_text())["ahead_seconds"]) if path.exists() else timedelta(0)


def _keep_offset(offset: timedelta) -> None:
    (FOLDER / "clock.json").write_text(json.dumps({"ahead_seconds": offset.total_seconds()}))
