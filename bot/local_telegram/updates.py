"""The queue of updates, and the two ways in which a bot takes them: long polling and a webhook."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from .errors import ApiError
from .world import FIRST_UPDATE_ID, Json, World

_DEFAULT_EXCLUDED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_LIFETIMES = {"callback_query": 150, "inline_query": 30, "chosen_inline_result": 600}
_DAY = 86_400
_MAX_TIMEOUT = 50
_REMEMBERED = 1000
_ANSWER_TIMEOUT = 60.0
_LONGEST_PAUSE = 60.0
_MAX_RETRY_AFTER = 3600.0


@dataclass(slots=True)
class Pending:
    """An update that the bot has not confirmed. `expires`: Unix seconds. `key`: its queue for webhooks."""

    id: int
    update: Json
    kind: str
    expires: int
    key: str
    handed_out: bool = False
    # Delivered once more on purpose: an offset beyond its id does not confirm it before it was handed out.
    again: bool = False

    def confirmed_by(self, offset: int) -> bool:
        """Whether getUpdates with this offset confirms the update."""
        return self.id < offset and (self.handed_out or not self.again)


@dataclass(slots=True)
class Webhook:
    """Where updates are sent, and how it went."""

    url: str
    secret: str = ""
    max_connections: int = 40
    last_error_date: int | None = None
    last_error: str | None = None


@dataclass(slots=True)
class UpdateQueue:
    """Updates in order of their ids until they are confirmed or too old."""

    world: World
    pending: "deque[Pending]" = field(default_factory=deque)
    history: "deque[Json]" = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    next_id: int = FIRST_UPDATE_ID
    allowed: list[str] | None = None
    webhook: Webhook | None = None
    sender: "WebhookSender | None" = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _poller: "asyncio.Future[None] | None" = None

    def add(self, kind: str, content: Any, key: str) -> int | None:
        """A new update for the bot. Returns its id, or None if the bot does not want this kind."""
        if not self.wants(kind):
            return None
        return self.put({"update_id": self.next_id, kind: content}, key)

    def wants(self, kind: str) -> bool:
        """Whether the kind is among the allowed updates."""
        if not self.allowed:
            return kind not in _DEFAULT_EXCLUDED
        return kind in self.allowed

    def put(self, update: Json, key: str, expires: int | None = None) -> int:
        """Queue an update as it is, whatever it holds. Ids given out later stay above its own."""
        update_id = int(update["update_id"])
        self.next_id = max(self.next_id, update_id + 1)
        kind = next((name for name in update if name != "update_id"), "")
        until = expires if expires is not None else self.world.now() + _LIFETIMES.get(kind, _DAY)
        self.pending.append(Pending(update_id, update, kind, until, key))
        self.history.append(update)
        self.world.mark("update", update_id)
        self.world.mark("meta", "numbers")
        self.wake()
        self.world.bus.tell("update", update=update_id)
        return update_id

    def wake(self) -> None:
        """Let whoever takes updates look again."""
        self.arrived.set()
        if self.sender is not None:
            self.sender.wake()

    def confirm(self, gone: Callable[[Pending], bool]) -> None:
        """Forget the updates of which `gone` is true."""
        left = deque(p for p in self.pending if not gone(p))
        if len(left) == len(self.pending):
            return
        for update in self.pending:
            self.world.mark("update", update.id)
        self.pending = left
        self.world.bus.tell("confirmed")

    def drop_expired(self) -> None:
        """Forget what is too old: taps after 150 s, messages after a day."""
        if self.pending:
            now = self.world.now()
            self.confirm(lambda p: p.expires <= now)

    async def poll(self, offset: int, limit: int, within: int, allowed: list[str] | None) -> list[Json]:
        """getUpdates. Raises 409 while a webhook is set, and in the older of two pollers."""
        if self.webhook is not None:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._end_poller()
        if allowed is not None:
            self.allowed = allowed
            self.world.mark("meta", "webhook")
        self._apply_offset(offset)
        limit = limit if 0 < limit <= 100 else 100
        if not self._take(limit):
            await self._wait(min(max(within, 0), _MAX_TIMEOUT))
        return self._take(limit)

    def _end_poller(self) -> None:
        if self._poller is not None and self.polled:
            self._poller.set_exception(
                ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            )

    def _apply_offset(self, offset: int) -> None:
        self.drop_expired()
        if offset > 0:
            self.confirm(lambda p: p.confirmed_by(offset))
        elif offset < 0:
            # A negative offset keeps only that many updates from the end of the queue.
            kept = {p.id for p in list(self.pending)[offset:]}
            self.confirm(lambda p: p.id not in kept)

    def _take(self, limit: int) -> list[Json]:
        self.drop_expired()
        taken = list(self.pending)[:limit]
        for update in taken:
            update.handed_out = True
        return [update.update for update in taken]

    async def _wait(self, within: float) -> None:
        """Until an update arrives. Raises the 409 that a second poller puts into the future."""
        if within <= 0:
            return
        loop = asyncio.get_running_loop()
        self._poller = poller = loop.create_future()
        self.arrived.clear()
        arrival = asyncio.ensure_future(self.arrived.wait())
        self.world.bus.tell("polling")
        try:
            await asyncio.wait({poller, arrival}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrival.cancel()
        if poller.done():
            # Only the exception is ever set.
            poller.result()
        poller.cancel()

    @property
    def polled(self) -> bool:
        """Whether a poller waits for updates now."""
        return self._poller is not None and not self._poller.done()

    def end_polling(self) -> None:
        """The server stops: a waiting poller gets its empty answer now."""
        self.arrived.set()


class WebhookSender:
    """Posts updates to the webhook: in order within a key, one at a time there, keys beside each other."""

    def __init__(
        self, queue: UpdateQueue, webhook: Webhook, reply: Callable[[Json], Awaitable[None]], pause: float
    ) -> None:
        self.queue = queue
        self.webhook = webhook
        self._reply = reply
        self._first_pause = pause
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_TIMEOUT))
        self.wake()

    @property
    def under_way(self) -> int:
        """How many keys have an update under way or waiting to be repeated."""
        return len(self._busy)

    def wake(self) -> None:
        """Start what can be started."""
        self.queue.drop_expired()
        for update in self.queue.pending:
            if len(self._busy) >= self.webhook.max_connections:
                return
            if update.key not in self._busy:
                update.handed_out = True
                self._busy[update.key] = asyncio.create_task(self._deliver(update))

    async def _deliver(self, update: Pending) -> None:
        pause = self._first_pause
        try:
            while update in self.queue.pending:
                retry = await self._post(update)
                if retry is None:
                    self.queue.confirm(lambda p: p is update)
                    break
                await asyncio.sleep(retry or pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                self.queue.drop_expired()
        finally:
            self._busy.pop(update.key, None)
        self.wake()
        self.queue.world.bus.tell("confirmed")

    async def _post(self, update: Pending) -> float | None:
        """One attempt. None: taken. Otherwise the seconds to wait that the bot asked for, 0 if it did not."""
        headers = {"Content-Type": "application/json"}
        if self.webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook.secret
        try:
            async with self._session.post(
                self.webhook.url, data=orjson.dumps(update.update), headers=headers
            ) as response:
                if 200 <= response.status < 300:
                    await self._carry_out(response)
                    return None
                self._failed(f"Wrong response from the webhook: {response.status} {response.reason}")
                asked = response.headers.get("Retry-After", "")
                return min(float(asked), _MAX_RETRY_AFTER) if asked.isdecimal() else 0.0
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            self._failed(str(problem) or type(problem).__name__)
            return 0.0

    def _failed(self, text: str) -> None:
        self.webhook.last_error_date = self.queue.world.now()
        self.webhook.last_error = text

    async def _carry_out(self, response: aiohttp.ClientResponse) -> None:
        """A bot may put one call into its answer to the webhook; how it went is told to nobody."""
        call: Json = {}
        if response.content_type.startswith("multipart/"):
            async for part in aiohttp.MultipartReader.from_response(response):
                if isinstance(part, aiohttp.BodyPartReader) and part.name and not part.filename:
                    call[part.name] = await part.text()
        elif response.content_type == "application/json":
            body = await response.read()
            parsed = orjson.loads(body) if body else None
            call = parsed if isinstance(parsed, dict) else {}
        if call.get("method"):
            await self._reply(call)

    async def close(self) -> None:
        """Stop sending; what is under way is not confirmed."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._busy.clear()
        await self._session.close()
