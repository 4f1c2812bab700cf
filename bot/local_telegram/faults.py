"""Failures on demand, and rate limits."""

import asyncio
import math
import random
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import get_args

from .errors import ApiError, too_many_requests
from .kinds import FaultKind

_PAID_PRICE = 0.1
_MAX_CHAT_BUCKETS = 100_000


@dataclass(slots=True)
class FaultRule:
    """One way to fail, and for which calls. `times` None: for ever. `hits` counts the calls it struck."""

    id: int
    kind: FaultKind
    method: str | None = None
    chat_id: int | None = None
    times: int | None = 1
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    retry_after: int = 1
    seconds: float = 1.0
    status: int | None = None
    description: str = ""
    hits: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"no such kind of fault: {self.kind}")
        self.dice = random.Random(self.seed)

    def strikes(self, method: str, chat_id: int | None) -> bool:
        """Whether this call is struck; counts the call."""
        if self.method is not None and self.method.lower() != method.lower():
            return False
        if self.chat_id is not None and self.chat_id != chat_id:
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.probability < 1.0 and self.dice.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def refusal(self) -> ApiError | None:
        """The JSON refusal of this kind, or None when the kind is not a refusal."""
        if self.kind == "429":
            return too_many_requests(self.retry_after)
        if self.kind == "400":
            return ApiError(self.status or 400, self.description or "Bad Request: failed on demand")
        if self.kind == "5xx_json":
            return ApiError(self.status or 500, self.description or "Internal Server Error: restart")
        return None


class Faults:
    """The rules in force; for each call the first rule that strikes decides."""

    def __init__(self) -> None:
        self.rules: dict[int, FaultRule] = {}

    def pick(self, method: str, chat_id: int | None) -> FaultRule | None:
        """The rule that strikes this call, or None."""
        for rule in self.rules.values():
            if rule.strikes(method, chat_id):
                return rule
        return None

    def remove(self, rule_id: int) -> None:
        """End a rule; calls that it holds go on."""
        rule = self.rules.pop(rule_id, None)
        if rule is not None:
            rule.released.set()

    def clear(self) -> None:
        """End all rules."""
        for rule_id in list(self.rules):
            self.remove(rule_id)


class Limits:
    """Rate limits by real time: sends per second in a strict sliding window, and per chat a small burst."""

    def __init__(self) -> None:
        self.per_second: int | None = None
        self.per_chat: float | None = None
        self.chat_burst = 3
        self.paid_per_second = 1000
        self.stars_spent = 0.0
        self._sent: deque[float] = deque()
        self._paid: deque[float] = deque()
        self._chats: OrderedDict[int, tuple[float, float]] = OrderedDict()

    @property
    def active(self) -> bool:
        """Whether anything is limited at all."""
        return self.per_second is not None or self.per_chat is not None

    def check(self, chat_id: int, paid: bool, stars: float) -> float:
        """Count a send. Returns the Stars that it costs; raises 429 when it is one too many.

        A paid send is free while the free window has room, as on the real server.
        """
        now = time.monotonic()
        self._check_chat(chat_id, now)
        price = self._check_window(now, paid, stars)
        self._take_chat(chat_id, now)
        return price

    def _check_window(self, now: float, paid: bool, stars: float) -> float:
        if self.per_second is None:
            return 0.0
        wait = _room(self._sent, now, self.per_second)
        if wait <= 0:
            self._sent.append(now)
            return 0.0
        if paid and stars >= _PAID_PRICE:
            wait = _room(self._paid, now, self.paid_per_second - self.per_second)
            if wait <= 0:
                self._paid.append(now)
                self.stars_spent += _PAID_PRICE
                return _PAID_PRICE
        raise too_many_requests(max(1, math.ceil(wait)))

    def _tokens(self, chat_id: int, now: float) -> float:
        tokens, then = self._chats.get(chat_id, (float(self.chat_burst), now))
        return min(float(self.chat_burst), tokens + (now - then) * (self.per_chat or 0.0))

    def _check_chat(self, chat_id: int, now: float) -> None:
        if self.per_chat is None:
            return
        tokens = self._tokens(chat_id, now)
        if tokens < 1:
            raise too_many_requests(max(1, math.ceil((1 - tokens) / self.per_chat)))

    def _take_chat(self, chat_id: int, now: float) -> None:
        if self.per_chat is None:
            return
        self._chats[chat_id] = (self._tokens(chat_id, now) - 1, now)
        self._chats.move_to_end(chat_id)
        if len(self._chats) > _MAX_CHAT_BUCKETS:
            # The oldest bucket has long been full again.
            self._chats.popitem(last=False)


def _room(window: deque[float], now: float, size: int) -> float:
    """Seconds until the window of one second has room for one more; 0 or less: now."""
    while window and now - window[0] >= 1.0:
        window.popleft()
    if len(window) < size:
        return 0.0
    return 1.0 - (now - window[len(window) - size]) if size > 0 else 1.0
