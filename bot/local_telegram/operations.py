"""Actions that concern the server rather than people: waiting, faults, limits, the clock, the log of calls."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from .api import Api
from .calls import CallLog
from .faults import FaultRule, Faults
from .world import Json


class Operations:
    """Powers over the server itself; arguments and results are JSON values, as in `People`."""

    def __init__(
        self,
        api: Api,
        log: CallLog,
        faults: Faults,
        move: Callable[[timedelta], Awaitable[None]],
    ) -> None:
        self._api = api
        self._bus = api.world.bus
        self._log = log
        self._faults = faults
        self._move = move

    # -- waiting ----------------------------------------------------------------------------------------------

    def version(self) -> int:
        """A number that grows with every change."""
        return self._bus.version

    async def wait_change(self, since: int, within: float) -> int:
        """Until the version is above `since`, or the time is over."""
        return await self._bus.wait(since, within)

    async def settled(self, within: float, quiet: float) -> None:
        """Until nothing is open; TimeoutError says what is."""
        end = time.monotonic() + within
        while True:
            version = self._bus.version
            still = self._open()
            if not still and quiet > 0:
                still = "calls" if await self._bus.wait(version, quiet) != version else ""
            if not still:
                return
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"not settled within {within} s: {still}")
            if self._bus.version == version:
                await self._bus.wait(version, left)

    def _open(self) -> str:
        queue = self._api.queue
        queue.drop_expired()
        parts = []
        if queue.pending:
            parts.append(f"{len(queue.pending)} updates not confirmed")
        if self._log.under_way:
            parts.append(f"{self._log.under_way} calls under way")
        return ", ".join(parts)

    def is_polled(self) -> bool:
        """Whether a bot waits in getUpdates now."""
        return self._api.queue.polled

    # -- the log ----------------------------------------------------------------------------------------------

    def calls(self, method: str | None, chat_id: int | None, limit: int) -> list[Json]:
        """The last calls, oldest first."""
        found = [
            call
            for call in self._log.ring
            if (method is None or call.method.lower() == method.lower()) and chat_id in (None, call.chat_id)
        ]
        return [call.view() for call in found[-limit:]]

    def count_calls(self, method: str | None, outcome: str | None, chat_id: int | None) -> int:
        """How many calls there were."""
        return self._log.count(method, outcome, chat_id)

    def sends_a_second(self, forget: bool) -> list[int]:
        """How many sends there were in each second."""
        found = self._log.sends_a_second()
        if forget:
            del self._log.sends[:]
        return found

    # -- faults and limits ------------------------------------------------------------------------------------

    def add_fault(self, **details: Any) -> int:
        """A rule; returns its id."""
        rule = FaultRule(self._api.world.number(), **details)
        self._faults.rules[rule.id] = rule
        return rule.id

    def clear_faults(self) -> None:
        """End all rules."""
        self._faults.clear()

    def _rule(self, fault_id: int) -> FaultRule:
        rule = self._faults.rules.get(fault_id)
        if rule is None:
            raise ValueError(f"there is no fault {fault_id}")
        return rule

    async def fault_reached(self, fault_id: int, within: float) -> None:
        """Until the rule strikes."""
        rule = self._rule(fault_id)
        try:
            await asyncio.wait_for(rule.reached.wait(), within)
        except TimeoutError:
            raise TimeoutError(f"no call met the fault {rule.kind} within {within} s") from None

    def fault_release(self, fault_id: int) -> None:
        """Let go what the rule holds."""
        self._rule(fault_id).released.set()

    def fault_remove(self, fault_id: int) -> None:
        """End a rule."""
        self._faults.remove(fault_id)

    def fault_hits(self, fault_id: int) -> int:
        """How many calls it struck."""
        return self._rule(fault_id).hits

    def set_limits(self, per_second: int | None, per_chat: float | None, chat_burst: int, paid_per_second: int) -> None:
        """Rate limits from now on."""
        limits = self._api.limits
        limits.per_second, limits.per_chat = per_second, per_chat
        limits.chat_burst, limits.paid_per_second = chat_burst, paid_per_second

    def set_callback_window(self, seconds: int) -> None:
        """How long a tap may be answered."""
        self._api.callback_window = seconds

    # -- time -------------------------------------------------------------------------------------------------

    def now(self) -> float:
        """Unix time by the server's clock."""
        return self._api.world.clock().timestamp()

    async def move_clock(self, seconds: float) -> None:
        """Move the clock and let everybody look again."""
        await self._move(timedelta(seconds=seconds))
        self._bus.tell("clock")
        self._api.queue.wake()
