"""`python -m bot.local_telegram`: the server in a process of its own."""

import argparse
import asyncio
import gc
import signal
from pathlib import Path

from .telegram import DEFAULT_TOKEN, LocalTelegram


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.local_telegram", description="A Telegram on this machine.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, help="file that keeps everything across restarts")
    parser.add_argument("--token", default=DEFAULT_TOKEN, help="token of the bot that may call")
    parser.add_argument("--username", default="local_bot", help="username of the bot")
    parser.add_argument("--name", default="Bot", help="name of the bot")
    parser.add_argument("--keep-messages", type=int, help="message bodies kept per chat; all if not given")
    return parser.parse_args()


async def _serve(given: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    telegram = LocalTelegram(
        given.token,
        state=given.state,
        keep_messages=given.keep_messages,
        username=given.username,
        name=given.name,
    )
    await telegram.start(given.port)
    # What was made at start lives until the end: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    print(telegram.url, flush=True)
    await stop.wait()
    await telegram.stop()


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
