"""Our whole bot in a process of its own, put together as `bot run` does, with a clock and a sampler for the bench."""

from __future__ import annotations

import bot.__main__  # isort: skip  # noqa: F401 (as in `bot run`, it keeps the collector off while all is imported)

import asyncio
import gc
import json
import signal
import sys
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from bench.house import make_settings
from bench.sampler import Sampler
from bot import app, logs
from bot.clock import Clock


async def _serve(given: dict[str, Any]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    if given["samples"]:
        sampler = Sampler(Path(given["samples"]))
        loop.add_signal_handler(signal.SIGUSR1, sampler.start)
        loop.add_signal_handler(signal.SIGUSR2, sampler.stop)
    gc.freeze()
    gc.enable()
    clock = Clock(timedelta(seconds=given["ahead"]))
    made = make_settings(Path(given["folder"]), given["url"])
    if "a_second" in given:
        # Past what config.toml takes: the bare loop has no pace either.
        made = made.model_copy(update={"sending": made.sending.model_copy(update=_pace(given["a_second"]))})
    await app.run(made, stop, clock)


def _pace(a_second: int) -> dict[str, Any]:
    return {"a_second": a_second, "quiet_from": time(0), "quiet_until": time(0)}


if __name__ == "__main__":
    logs.configure("console", "WARNING")
    asyncio.run(_serve(json.loads(sys.argv[1])))
