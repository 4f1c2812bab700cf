"""A profile as text: where the CPU time of an update goes, by part of the program and by function."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

SHOWN = 40
PARTS = (
    ("our sealing", r"bot/vault\.py|/cryptography/"),
    ("our words and views", r"bot/words\.py|telegram/views/|/babel/|gettext\.py|telegram/buttons\.py"),
    ("SQLAlchemy", r"/sqlalchemy/"),
    ("aiosqlite (the loop's side)", r"/aiosqlite/|storage/database\.py"),
    ("our session: encoding, decoding", r"telegram/session\.py|aiogram/client/session"),
    ("HTTP client (aiohttp, yarl)", r"/aiohttp/|/yarl/|/multidict/|/propcache/|/frozenlist/|/aiosignal/"),
    ("our screens and receiver", r"telegram/(screens|receiver)\.py"),
    ("our storage, services, domain", r"bot/(storage|services|domain)/|bot/clock\.py"),
    ("our handlers", r"/handlers/|telegram/filters\.py"),
    ("aiogram: building and calling methods", r"aiogram/(client|methods|utils)/"),
    ("aiogram: types and callback data", r"aiogram/types/|filters/callback_data\.py"),
    ("aiogram: routing", r"/aiogram/|telegram/dispatcher\.py|magic_filter"),
    ("asyncio", r"/asyncio/|selectors\.py"),
)
"""The innermost frame that fits decides to which part a sample belongs; first fit wins within a frame."""
_PARTS = [(part, re.compile(pattern)) for part, pattern in PARTS]


def text(title: str, path: Path, updates: int) -> str:
    """The profile of so many updates, in microseconds an update."""
    found = json.loads(path.read_text())
    stacks = [(stack.split("\n"), seconds * 1e6 / updates) for stack, seconds in found["stacks"].items()]
    parts: dict[str, float] = defaultdict(float)
    own: dict[str, float] = defaultdict(float)
    total: dict[str, float] = defaultdict(float)
    for frames, micros in stacks:
        parts[_part(frames)] += micros
        own[_short(frames[-1])] += micros
        for frame in {_short(frame) for frame in frames}:
            total[frame] += micros
    threads = found["threads"] * 1e6 / updates
    lines = [
        f"{title}: microseconds of CPU an update, over {updates:,} updates",
        f"{found['main'] * 1e6 / updates:8.0f}  main thread",
        f"{threads:8.0f}  other threads (SQLite and its queue; a commit's waiting is not CPU)",
    ]
    for heading, found_in in (
        ("main thread by part", parts),
        ("by function, with what it calls", total),
        ("by function, without", own),
    ):
        lines += ["", heading, *_most(found_in)]
    return "\n".join(lines)


def _most(found: dict[str, float]) -> list[str]:
    most = sorted(found.items(), key=lambda item: -item[1])[:SHOWN]
    return [f"{micros:8.0f}  {name}" for name, micros in most]


def _part(frames: list[str]) -> str:
    for frame in reversed(frames):
        for part, pattern in _PARTS:
            if pattern.search(frame):
                return part
    return "other"


def _short(frame: str) -> str:
    path, _, function = frame.rpartition(":")
    for mark in ("site-packages/", "/python3"):
        if mark in path:
            return f"{path.rpartition(mark)[2]}:{function}"
    return f"{'/'.join(path.split('/')[-3:])}:{function}"
