"""One pace for everything that the bot sends: Telegram counts all of it together.

The times of the last sends are kept for a little more than a second, so that a strict sliding window never finds one
too many; a send that finds no room waits, and one timer lets the waiting go. Spacing sends evenly instead costs a
timer each, and still bunches them.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from aiogram.methods import SendDocument, SendMessage, SendPhoto

from bot.clock import Clock
from bot.domain.pushes import Lane

MESSAGES = (SendMessage, SendPhoto, SendDocument)
"""The calls that put a message into a chat: Telegram counts these, and each can be paid for."""
WINDOW = 1.006
"""Seconds: Telegram's own second, and what sends shift against each other on the way."""
TICK = 0.003
"""Seconds: the shorter, the evener, and the fewer calls the loop finds to do at once, which costs more for each."""
PEAK = 1.3
"""Times the pace, at most, over a few hundredths of a second: a whole second's sends at once would bunch again a
second later, and on the way a bunch shifts by more than WINDOW allows for."""
SHIFT = 0.004
"""Seconds by which sends shift against each other on the way as a rule: WINDOW allows for it."""
USUAL_RISES = 0.00002
"""Seconds by which the usual time of an answer may rise with each."""
BURST_SECONDS = 0.006
BURST = 3.0
HELD_TICK = 0.2
IN_A_CHAT = 1.0
"""Seconds of a chat's time that a message takes: one a second in the long run."""
AT_ONCE = 3
"""So many may come into a chat together when they are personal: Telegram lets a short burst through."""
CLIMB = timedelta(seconds=10)
STEP = 0.05
"""After a 429 the pace is halved; every CLIMB this part of the full pace comes back."""


class Pace:
    """Who may send when. Replies never wait: they are noted, and everything else gives way to them."""

    def __init__(self, clock: Clock, a_second: int, paid_a_second: int | None = None) -> None:
        """`a_second` is Telegram's limit for everything; `paid_a_second` that for announcements, where they are paid
        for (None: they are not)."""
        self._clock = clock
        self._is_paid = paid_a_second is not None
        self._free = _Window(a_second)
        self._all = _Window(paid_a_second) if paid_a_second is not None else self._free
        self._part = 1.0
        self._climbed_at = self._held_until = clock.now()
        self._chats: OrderedDict[int, float] = OrderedDict()
        self._lanes: dict[Lane, deque[Send]] = {lane: deque() for lane in Lane}
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False
        self._paid_at = 0.0
        self._usual = 0.0

    @property
    def held_for(self) -> float:
        """Seconds that nothing may be sent for; 0 or less: now."""
        return (self._held_until - self._clock.now()).total_seconds()

    @property
    def is_stopped(self) -> bool:
        """Whether nothing may leave any more."""
        return self._stopped

    @property
    def is_broadcasting(self) -> bool:
        """Whether a paid announcement fills Telegram's free limit: then the flag is needed on every message."""
        return self._is_paid and time.monotonic() - self._paid_at < WINDOW

    def note(self, chat_id: int) -> None:
        """A reply leaves now."""
        self._take(Send(chat_id, time.monotonic()), paid=False)

    @asynccontextmanager
    async def turn(self, chat_id: int, lane: Lane) -> AsyncIterator[bool]:
        """Waits until a push to this chat may leave, and counts it until Telegram answered, which is when the block
        ends. False: it may not leave, its lane was dismissed."""
        send = Send(chat_id, time.monotonic(), asyncio.get_running_loop().create_future())
        self._lanes[lane].append(send)
        if self._timer is None:
            self._tick()
        assert send.gone is not None
        try:
            may = await send.gone
        except asyncio.CancelledError:
            send.is_open = False  # it may have been let go just before
            raise
        if not may:
            yield False
            return
        # Only now: a busy loop comes to each of the many it let go at once a little later.
        left = send.at = time.monotonic()
        try:
            yield True
        finally:
            self._answered(send, left)

    def _answered(self, send: Send, left: float) -> None:
        """What took longer than usual may have reached Telegram later, and counts from then."""
        now = time.monotonic()
        self._usual = min(now - left, self._usual + USUAL_RISES)
        send.at = max(send.at, now - self._usual - SHIFT)
        send.is_open = False

    def hold(self, seconds: float) -> None:
        """Nothing is sent for so long."""
        self._held_until = max(self._held_until, self._clock.now() + timedelta(seconds=seconds))

    def refused(self, retry_after: float) -> None:
        """Telegram said 429: everything waits, and the pace is halved, once for all that were on their way."""
        if self.held_for <= 0:
            self._part = max(self._part / 2, 1 / self._all.limit)
            self._climbed_at = self._clock.now() + timedelta(seconds=retry_after)
        self.hold(retry_after)

    def dismiss(self, lane: Lane) -> None:
        """Whoever waits in this lane does not send."""
        for send in self._lanes[lane]:
            send.tell(False)
        self._lanes[lane].clear()

    def stop(self) -> None:
        """Whoever waits does not send any more, nor does whoever comes."""
        self._stopped = True
        for lane in self._lanes:
            self.dismiss(lane)

    def _tick(self) -> None:
        """Lets go who has room, personal pushes first, and comes again while somebody waits."""
        self._timer = None
        if self._stopped:
            self.stop()
        held = self.held_for
        if held <= 0:
            self._climb()
            self._let_go(time.monotonic())
        if any(self._lanes.values()):
            pause = TICK if held <= 0 else min(held, HELD_TICK)
            self._timer = asyncio.get_running_loop().call_later(pause, self._tick)

    def _let_go(self, now: float) -> None:
        self._forget_chats(now)
        for lane, queue in self._lanes.items():
            if not queue:
                continue
            paid = self._is_paid and lane is Lane.ANNOUNCEMENT
            window = self._all if paid else self._free
            room = window.room(now, self._part, has_reserve=lane is not Lane.PERSONAL)
            ahead = (AT_ONCE - 1) * IN_A_CHAT if lane is Lane.PERSONAL else 0.0
            early: list[Send] = []
            while room > 0 and queue:
                send = queue.popleft()
                if self._chats.get(send.chat_id, now) > now + ahead:
                    early.append(send)
                elif send.tell(True):
                    send.at = now
                    self._take(send, paid)
                    window.burst -= 1
                    room -= 1
            # Whose chat is not due yet stays in front, and keeps nobody waiting.
            queue.extendleft(reversed(early))

    def _take(self, send: Send, paid: bool) -> None:
        if paid:
            self._paid_at = send.at
        else:
            self._free.take(send)
        if self._is_paid:
            self._all.take(send)
        self._forget_chats(send.at)
        # Until when the chat's time is taken. Replies do not add up: who taps fast still gets what they wait for.
        taken = self._chats.get(send.chat_id, 0.0)
        since = send.at if send.gone is None else max(send.at, taken)
        self._chats[send.chat_id] = max(taken, since + IN_A_CHAT)
        self._chats.move_to_end(send.chat_id)

    def _forget_chats(self, now: float) -> None:
        while self._chats and next(iter(self._chats.values())) <= now:
            self._chats.popitem(last=False)

    def _climb(self) -> None:
        while self._part < 1 and self._clock.now() - self._climbed_at >= CLIMB:
            self._part = min(1.0, self._part + STEP)
            self._climbed_at += CLIMB


class _Window:
    """The sends of the last second, and how many may be among them."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.burst = BURST
        # For replies, which never wait.
        self._reserve = max(min(5, limit // 6), limit // 125)
        self._sends: deque[Send] = deque()
        self._looked_at = 0.0

    def take(self, send: Send) -> None:
        """Counts a send."""
        self._forget(send.at)
        self._sends.append(send)

    def room(self, now: float, part: float, has_reserve: bool) -> int:
        """How many may leave now, at this part of the full pace."""
        self._forget(now)
        limit = max(1, int(self.limit * part))
        reserve = self._reserve if has_reserve and limit > self._reserve else 0
        most = max(BURST, PEAK * limit * BURST_SECONDS)
        self.burst = min(most, self.burst + PEAK * limit * (now - self._looked_at))
        self._looked_at = now
        return min(limit - reserve - len(self._sends), int(self.burst))

    def _forget(self, now: float) -> None:
        while self._sends and self._sends[0].at <= now - WINDOW:
            send = self._sends.popleft()
            if send.is_open:  # it may still be on its way
                send.at = now
                self._sends.append(send)


class Send:
    """A send that waits for its turn, or left at that moment; open until Telegram answered."""

    __slots__ = ("at", "chat_id", "gone", "is_open")

    def __init__(self, chat_id: int, at: float, gone: asyncio.Future[bool] | None = None) -> None:
        self.chat_id = chat_id
        self.at = at
        self.gone = gone
        self.is_open = gone is not None

    def tell(self, may: bool) -> bool:
        """Lets it go. False: nobody waits any more."""
        if self.gone is None or self.gone.done():
            return False
        self.gone.set_result(may)
        return True
