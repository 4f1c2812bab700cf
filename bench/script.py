"""The cases: what people do, and what our bot was seen to answer."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from bot.local_telegram import Control, Message

METHODS = ("sendMessage", "editMessageText", "editMessageReplyMarkup", "answerCallbackQuery")
GUIDE = "/start g_portal"
GUIDE_TAPS = 4
AT_ONCE = 16
"""How many people the feeder lets act at the same time."""
HANDLED_WITHIN = 60.0


@dataclass(slots=True)
class Act:
    """What a person does: types a text, or taps the newest button with this data; and the calls that answer it."""

    kind: Literal["type", "tap"]
    value: str
    calls: Counter[str] = field(default_factory=Counter)

    async def do(self, control: Control, person: int) -> None:
        """Does it."""
        if self.kind == "type":
            await control.send_text(person, self.value)
        else:
            await control.tap(person, data=self.value)


@dataclass(slots=True)
class Case:
    """Acts that bring a person to the place, and acts that are measured; `beside` another case of ours instead of the
    bare bot."""

    name: str
    title: str
    before: list[Act]
    measured: list[Act]
    aim: float | None = None
    by_applicants: bool = False
    beside: str = ""


def cases() -> list[Case]:
    """The kinds of update. The guide's taps are found when it is recorded."""
    return [
        Case("start", "/start", _typed("/start"), _typed("/start", "/start")),
        Case("guide_tap", "guide tap", _typed(GUIDE), [], 1.2),
        Case("form_answer", "form answer", _typed("?"), _typed("Образцова Анна Ивановна", "05.01.1960"), 1.6, True),
        Case("search", "search", _typed(GUIDE), _typed("привзать номер", "как получить эцп"), 2.0, beside="guide_tap"),
        Case("status", "/status", _typed("/start"), _typed("/status", "/status"), None, True),
    ]


def _typed(*texts: str) -> list[Act]:
    return [Act("type", text) for text in texts]


class Recording:
    """Screens by the text typed or the data tapped, as our bot showed them to one person a case."""

    def __init__(self) -> None:
        self.screens: dict[str, dict[str, Any]] = {}

    async def record(self, control: Control, case: Case, person: int) -> None:
        """Goes through a case as one person; a guide's case gets its taps here."""
        for act in case.before:
            await self._step(control, act, person)
        if case.measured:
            for act in case.measured:
                await self._step(control, act, person)
            return
        for _ in range(GUIDE_TAPS):
            act = _next_tap(await control.last_message(person), case.measured)
            case.measured.append(act)
            await self._step(control, act, person)

    async def _step(self, control: Control, act: Act, person: int) -> None:
        counted = await counts(control)
        await act.do(control, person)
        await control.settled(HANDLED_WITHIN, quiet=0.05)
        seen = Counter(await counts(control))
        seen.subtract(counted)
        act.calls = +seen
        if not act.calls:
            raise RuntimeError(f"our bot answered nothing to {act.value!r}")
        shown = await control.last_message(person)
        rows = [[asdict(button) for button in row] for row in shown.buttons]
        self.screens[act.value] = {"html": shown.html, "rows": rows}

    def write(self, path: Path) -> None:
        """For the bare bot."""
        path.write_text(json.dumps(self.screens, ensure_ascii=False))


def _next_tap(message: Message, taken: Iterable[Act]) -> Act:
    """A choice or the next step where there is one that was not taken; else any way in the guide."""
    ways = [button.value for row in message.buttons for button in row if button.value.startswith("g1:")]
    known = {act.value for act in taken}
    fresh = [way for way in ways if way not in known and way.rsplit(":", 1)[1][:1] in (".", "n", "s")]
    ahead = [way for way in fresh if not way.endswith(":s")]
    return Act("tap", (ahead or fresh or ways)[0])


async def counts(control: Control) -> Counter[str]:
    """How many calls of each kind have succeeded so far."""
    return Counter({method: await control.count_calls(method, "ok") for method in METHODS})


async def feed(control: Control, people: Iterable[int], act: Act) -> None:
    """Everybody does the same, a few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(person: int) -> None:
        async with gate:
            await act.do(control, person)

    await asyncio.gather(*(one(person) for person in people))


async def wave(control: Control, people: Sequence[int], act: Act) -> None:
    """Everybody acts, and is answered. Raises RuntimeError where calls are missing or too many."""
    wanted = await _wanted(control, len(people), act)
    await feed(control, people, act)
    await _handled(control, wanted, act)


@asynccontextmanager
async def queued(control: Control, people: Sequence[int], act: Act) -> AsyncIterator[None]:
    """Everybody acts while the bot is kept waiting for updates; it gets all but the first in the block, at once.

    At the end of the block all are answered; raises RuntimeError as `wave` does. So the feeding and the bot's work
    do not compete for the processors.
    """
    wanted = await _wanted(control, len(people), act)
    held = await control.add_fault("hold_before", "getUpdates")
    try:
        # The poll that is open brings the first; the next one is held.
        await wave_of_one(control, people[0], act)
        await held.reached(HANDLED_WITHIN)
        await feed(control, people[1:], act)
        yield
    finally:
        await held.remove()
    await _handled(control, wanted, act)


async def wave_of_one(control: Control, person: int, act: Act) -> None:
    """One acts and is answered; that the bot confirms it is not waited for."""
    wanted = await _wanted(control, 1, act)
    await act.do(control, person)
    await _until_made(control, wanted, act)


async def _wanted(control: Control, people: int, act: Act) -> Counter[str]:
    wanted = await counts(control)
    wanted.update({method: number * people for method, number in act.calls.items()})
    return wanted


async def _handled(control: Control, wanted: Counter[str], act: Act) -> None:
    """Until every call that was to come has come, and nothing else."""
    await control.settled(HANDLED_WITHIN)
    await _until_made(control, wanted, act)
    await control.settled(HANDLED_WITHIN)
    if (made := await counts(control)) != wanted:
        raise RuntimeError(f"after {act.value!r}: calls made {dict(made)}, to be made {dict(wanted)}")


async def _until_made(control: Control, wanted: Counter[str], act: Act) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + HANDLED_WITHIN
    while (made := await counts(control)).total() < wanted.total():
        if loop.time() > end:
            raise RuntimeError(f"after {act.value!r}: calls made {dict(made)}, to be made {dict(wanted)}")
        await asyncio.sleep(0.01)
