"""The command line: `bot demo`, `bot run`, `bot check`, `bot poster`, `bot guides graph`, `bot migrate`."""

from __future__ import annotations

import gc

# Importing makes tens of thousands of lasting objects: looking through them for garbage costs a fifth of the start.
gc.disable()

import argparse
import asyncio
import re
import signal
import sys
import tomllib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError

from bot import settings as settings_module
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.app import Read

NO_TOKEN = (
    "There is no token: ask @BotFather in Telegram for one (/newbot) "
    "and start with BOT_TELEGRAM__TOKEN=<token> make run"
)
NO_USERNAME = "Which bot? Say --bot-username NAME, or set BOT_TELEGRAM__TOKEN, and Telegram is asked"
USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")
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
        ("poster", _poster, "a page for a wall (PDF) with a QR code that opens a guide or a contest"),
        ("guides", _guides, "look at the guides: `bot guides graph`"),
        ("migrate", _migrate, "bring the database up to date"),
    ):
        sub = commands.add_parser(name, help=text, description=text)
        if name == "guides":
            sub = _graph(sub)
        sub.add_argument("--config", type=Path, default=Path("config.toml"), help="default: config.toml")
        sub.set_defaults(command=command)
        if name == "demo":
            sub.add_argument("--port", type=int, default=8088, help="default: 8088")
        if name == "poster":
            _add_poster(sub)
    return parser


def _add_poster(poster: argparse.ArgumentParser) -> None:
    poster.add_argument("id", metavar="ID", help="of a guide, or of a contest")
    poster.add_argument("--step", default="", help="opens the guide at this step")
    poster.add_argument("--bot-username", metavar="NAME", help="default: Telegram is asked, by the bot's token")
    poster.add_argument("--out", type=Path, metavar="FILE", help="default: poster-<ID>.pdf")


def _graph(guides: argparse.ArgumentParser) -> argparse.ArgumentParser:
    text = "a guide as a Mermaid flowchart"
    graph = guides.add_subparsers(required=True, metavar="act").add_parser("graph", help=text, description=text)
    which = graph.add_mutually_exclusive_group(required=True)
    which.add_argument("guide", nargs="?", metavar="ID", help="prints this guide")
    which.add_argument("--all", action="store_true", help="writes every guide into a file <id>.mmd")
    graph.add_argument("--out", type=Path, default=Path("docs/guides"), help="with --all; default: docs/guides")
    graph.add_argument("--language", help="of the labels; default: the first of config.toml")
    return graph


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


def _poster(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot.domain import deep_links
    from bot.domain.base import Text
    from bot.papers import posters

    known = _read(settings)
    guide, contest = known.library.guides.get(arguments.id), known.library.contests.get(arguments.id)
    if guide is None and contest is None:
        ids = ", ".join([*known.library.guides, *known.library.contests])
        raise Fault(f"there is no guide or contest {arguments.id!r}; there are: {ids}")
    if arguments.step and (guide is None or guide.step(arguments.step) is None):
        raise Fault(f"there is no step {arguments.step!r} in a guide {arguments.id!r}")
    start = deep_links.to_guide(guide.id, arguments.step) if guide else deep_links.to_contest(arguments.id)
    link = deep_links.url(f"https://t.me/{_username(settings, arguments.bot_username)}", start)
    subject, department = guide or contest, settings.department
    assert subject
    try:
        content = posters.poster(
            known.words, subject.title, subject.summary, link, Text(department.name), department.phone
        )
    except ValueError as error:
        raise Fault(f"{arguments.id}: {error}") from error
    path = arguments.out or Path(f"poster-{arguments.id}.pdf")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Fault(str(error)) from error
    print(f"{path}: {link}")
    return 0


def _username(settings: Settings, given: str | None) -> str:
    """The bot's username: the one that was given, or what Telegram says."""
    if given is not None:
        name = given.removeprefix("@")
        if not USERNAME.fullmatch(name):
            raise Fault(f"{given}: not a username of Telegram: 5 to 32 letters, digits and _")
        return name
    if not settings.telegram.token.get_secret_value():
        raise Fault(NO_USERNAME)
    from aiogram.exceptions import AiogramError, TelegramNotFound, TelegramUnauthorizedError
    from aiogram.utils.token import TokenValidationError

    from bot import app

    try:
        return asyncio.run(app.username(settings))
    except (TelegramUnauthorizedError, TelegramNotFound, TokenValidationError) as error:
        raise Fault(BAD_TOKEN) from error
    except AiogramError as error:
        raise Fault(f"Telegram cannot be asked ({type(error).__name__}): say --bot-username") from error


def _guides(settings: Settings, arguments: argparse.Namespace) -> int:
    from bot.papers import graphs

    guides, language = _read(settings).library.guides, arguments.language or settings.words.languages[0]
    if language not in settings.words.languages:
        raise Fault(f"{language}: not a language of config.toml")
    if not arguments.all:
        if arguments.guide not in guides:
            raise Fault(f"there is no guide {arguments.guide!r}; there are: {', '.join(guides)}")
        print(graphs.flowchart(guides[arguments.guide], guides, language), end="")
        return 0
    arguments.out.mkdir(parents=True, exist_ok=True)
    for guide in guides.values():
        path = arguments.out / f"{guide.id}.mmd"
        path.write_text(graphs.flowchart(guide, guides, language), encoding="utf-8")
        print(path)
    return 0


def _read(settings: Settings) -> Read:
    from bot import app

    try:
        return app.read(settings)
    except app.CannotStart as error:
        raise Fault(str(error)) from error


def _migrate(settings: Settings, _arguments: argparse.Namespace) -> int:
    from bot import app

    asyncio.run(app.migrate(settings))
    return 0


if __name__ == "__main__":
    main()
