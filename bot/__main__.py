"""The command line: `bot demo`, `bot run`, `bot check`, `bot migrate`."""

from __future__ import annotations

import gc

# Importing makes tens of thousands of lasting objects: looking through them for garbage costs a fifth of the start.
gc.disable()

import argparse
import asyncio
import signal
import sys
import tomllib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError

from bot import settings as settings_module
from bot.settings import Settings

NO_TOKEN = (
    "There is no token: ask @BotFather in Telegram for one (/newbot) "
    "and start with BOT_TELEGRAM__TOKEN=<token> make run"
)
BAD_TOKEN = "Telegram does not know this token: ask @BotFather for the bot's token and set BOT_TELEGRAM__TOKEN"


def main() -> None:
    """Runs the command. Exit codes: 0 done, 1 faults found, 2 cannot start."""
    arguments = _parser().parse_args()
    try:
        settings = _load(arguments.config)
        sys.exit(arguments.command(settings, arguments))
    except Fault as fault:
        print(fault, file=sys.stderr)
        sys.exit(2)


class Fault(Exception):
    """Why a command cannot start, in words for the administrator."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bot", description="A Telegram bot for e-government, in Kazakh and Russian.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, command, text in (
        ("demo", _demo, "the whole bot against a Telegram on this machine"),
        ("run", _run, "the bot on Telegram, by long polling"),
        ("check", _check, "look through config, content and locales"),
        ("migrate", _migrate, "bring the database up to date"),
    ):
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--config", type=Path, default=Path("config.toml"), help="default: config.toml")
        sub.set_defaults(command=command)
        if name == "demo":
            sub.add_argument("--port", type=int, default=8088, help="default: 8088")
    return parser


def _load(path: Path) -> Settings:
    try:
        return settings_module.load(path)
    except FileNotFoundError as error:
        raise Fault(f"{path}: there is no such file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Fault(f"{path}: not TOML: {error}") from error
    except SettingsError as error:
        raise Fault(
            f"{error}: lists and numbers are written as JSON, for example BOT_PEOPLE__OWNERS='[123]'"
        ) from error
    except ValidationError as error:
        from bot.content import readable

        raise Fault("\n".join(f"{path}: {line}" for line in readable(error))) from error


def _run(settings: Settings, _arguments: argparse.Namespace) -> int:
    if not settings.telegram.token.get_secret_value():
        raise Fault(NO_TOKEN)
    from bot import app

    return _serve(settings, lambda stop: app.run(settings, stop))


def _demo(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot import demo

    return _serve(settings, lambda stop: demo.run(settings, stop, arguments.port))


def _serve(settings: Settings, work: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> int:
    from aiogram.exceptions import TelegramNotFound, TelegramUnauthorizedError
    from aiogram.utils.token import TokenValidationError

    from bot import logs
    from bot.app import CannotStart
    from bot.storage.seat import SeatLost

    logs.configure(settings.log.format, settings.log.level)

    async def until_signalled() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        gc.freeze()  # else the first collection looks through everything that the imports made
        gc.enable()
        await work(stop)

    try:
        asyncio.run(until_signalled())
    except (TelegramUnauthorizedError, TelegramNotFound, TokenValidationError) as error:
        raise Fault(BAD_TOKEN) from error
    except SeatLost as error:
        raise Fault("The connection to the database broke, and another process may work by now: start again") from error
    except (CannotStart, OSError) as error:
        raise Fault(str(error)) from error
    return 0


def _check(settings: Settings, _arguments: argparse.Namespace) -> int:
    from bot import app
    from bot.clock import Clock

    try:
        faults = app.check(settings, Clock())
    except app.CannotStart as error:
        faults = str(error).splitlines()
    for fault in faults:
        print(fault)
    for warning in app.warnings(settings):
        print(f"warning: {warning}", file=sys.stderr)
    if not faults:
        print("config, content and locales: no fault found")
    return 1 if faults else 0


def _migrate(settings: Settings, _arguments: argparse.Namespace) -> int:
    from bot import app

    asyncio.run(app.migrate(settings))
    return 0


if __name__ == "__main__":
    main()
