"""The log of API calls: a bounded ring of the last ones, and counters that stay exact."""

import time
from array import array
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

from .parameters import Upload

_SHOWN = 200


@dataclass(slots=True)
class LoggedCall:
    """One call: when (Unix seconds by the world's clock), what, to whom, how it ended, how long it took."""

    at: int
    method: str
    chat_id: int | None
    parameters: dict[str, Any]
    outcome: str
    seconds: float

    def view(self) -> dict[str, Any]:
        """The call with its parameters shortened for reading."""
        return {
            "at": self.at,
            "method": self.method,
            "chat_id": self.chat_id,
            "parameters": {name: _short(value) for name, value in self.parameters.items()},
            "outcome": self.outcome,
            "seconds": round(self.seconds, 6),
        }


def _short(value: Any) -> Any:
    if isinstance(value, Upload):
        return f"<{value.name}: {len(value.content)} bytes>"
    if isinstance(value, str) and len(value) > _SHOWN:
        return value[:_SHOWN] + "…"
    return value


class CallLog:
    """Counters by method and outcome, and by chat below that; "ok" is the outcome of a call that succeeded."""

    def __init__(self, remembered: int) -> None:
        self.ring: deque[LoggedCall] = deque(maxlen=remembered)
        self.counts: dict[tuple[str, str], Counter[int | None]] = {}
        self.under_way = 0
        self.sends = array("d")

    def add(
        self, at: int, method: str, chat_id: int | None, parameters: dict[str, Any], outcome: str, started: float
    ) -> None:
        """Note a call that ended. `started`: time.monotonic() at its beginning."""
        now = time.monotonic()
        self.ring.append(LoggedCall(at, method, chat_id, parameters, outcome, now - started))
        if outcome == "ok" and method.startswith("send") and method != "sendChatAction":
            self.sends.append(now)
        counter = self.counts.get((method, outcome))
        if counter is None:
            counter = self.counts[method, outcome] = Counter()
        counter[chat_id] += 1

    def sends_a_second(self) -> list[int]:
        """How many calls that send succeeded in each second (by real time) since the first of them."""
        if not self.sends:
            return []
        found = [0] * (int(self.sends[-1] - self.sends[0]) + 1)
        for moment in self.sends:
            found[int(moment - self.sends[0])] += 1
        return found

    def count(self, method: str | None, outcome: str | None, chat_id: int | None) -> int:
        """How many calls there were; None means any. The outcome is "ok" or part of a description."""
        total = 0
        for (name, ended), by_chat in self.counts.items():
            if method is not None and name.lower() != method.lower():
                continue
            if outcome is not None and not (ended == outcome or (outcome != "ok" and outcome in ended)):
                continue
            total += by_chat[chat_id] if chat_id is not None else by_chat.total()
        return total
