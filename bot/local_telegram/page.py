"""Serves the chat page: its files, what it shows at first, and a stream of what changes."""

import asyncio
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import orjson
from aiohttp import web

from .errors import ApiError
from .people import People
from .world import Json, World

_ASSETS = {
    "index.html": "text/html",
    "style.css": "text/css",
    "app.js": "text/javascript",
    "words.js": "text/javascript",
    "richtext.js": "text/javascript",
    "bubbles.js": "text/javascript",
}
_IMAGES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
# Nothing from elsewhere may load or run, whatever a message holds.
_POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
_SHOWN = 300
_BEAT = 15.0


class Page:
    """The page and what it asks for."""

    def __init__(self, world: World, people: People, clock_moves: bool) -> None:
        self._world = world
        self._people = people
        self._clock_moves = clock_moves
        self._streams: set[asyncio.Queue[bytes | None]] = set()
        self._sources: dict[str, Callable[[web.BaseRequest], Any]] = {
            "/page/state": self._state,
            "/page/chat": self._chat,
        }

    async def handle(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """A request of the page. Raises ApiError 404."""
        if path == "/":
            path = "/page/index.html"
        name = path.removeprefix("/page/")
        if name in _ASSETS:
            return _asset(name)
        if path == "/page/events":
            return await self._events(request)
        if path.startswith("/page/file/"):
            return self._file(name.removeprefix("file/"))
        if path in self._sources:
            return web.Response(body=orjson.dumps(self._sources[path](request)), content_type="application/json")
        raise ApiError(404, "Not Found")

    def _state(self, _: web.BaseRequest) -> Json:
        world = self._world
        settings = world.settings
        return {
            "bot": {
                "id": world.bot_id,
                "username": world.username,
                "names": settings.get("name") or {"": world.name},
                "descriptions": settings.get("description") or {},
                "short_descriptions": settings.get("short_description") or {},
            },
            "people": [person | {"received": self._received(person["id"])} for person in self._people.people()],
            "groups": [
                {"id": c.id, "title": c.title, "members": sorted(c.members)} for c in world.chats.values() if c.id < 0
            ],
            "now": world.clock().timestamp(),
            "clock_moves": self._clock_moves,
        }

    def _received(self, chat_id: int) -> list[int]:
        """Ids of what the bot wrote to a person: the page counts those it has not shown."""
        chat = self._world.chats.get(chat_id)
        messages = chat.messages.values() if chat else ()
        return [m.id for m in messages if m.sender_id == self._world.bot_id and not m.deleted][-99:]

    def _chat(self, request: web.BaseRequest) -> Json:
        person = int(request.query.get("person", "0"))
        chat_id = int(request.query.get("chat", "0")) or person
        somebody = self._world.person(person)
        if somebody is None:
            raise ApiError(404, "Not Found")
        chat = self._world.chat(chat_id)
        return {
            "messages": [
                self._shown(self._world.view(m)) for m in list(chat.messages.values())[-_SHOWN:] if not m.deleted
            ],
            "keyboard": chat.keyboard,
            "pinned": chat.pinned,
            "commands": self._people.commands(person, chat_id),
            "person": self._people.person(person),
            "waiting": [
                {"message_id": q.message_id, "data": q.data}
                for q in self._world.queries.values()
                if q.person_id == person and not q.answered and self._world.now() - q.date < 15
            ],
        }

    def _shown(self, view: Json) -> Json:
        return view | {"sender_name": self._world.sender(view["sender_id"])["first_name"]}

    # -- stream -----------------------------------------------------------------------------------------------

    async def _events(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._streams.add(queue)
        unsubscribe = self._world.bus.subscribe(lambda kind, data: self._put(queue, kind, data))
        try:
            await response.write(b"retry: 500\n\n")
            while (event := await _next(queue)) is not None:
                await response.write(event)
        except ConnectionResetError:
            pass
        finally:
            unsubscribe()
            self._streams.discard(queue)
        return response

    def _put(self, queue: "asyncio.Queue[bytes | None]", kind: str, data: Json) -> None:
        if kind in ("call", "update", "confirmed", "polling"):
            return
        if kind == "message":
            chat = self._world.chats.get(data["chat"])
            message = chat.messages.get(data["message"]) if chat else None
            if chat is None or message is None:
                return
            data = {"chat": chat.id, "keyboard": chat.keyboard, "message": self._shown(self._world.view(message))}
        elif kind == "clock":
            data = {"now": self._world.clock().timestamp()}
        queue.put_nowait(b"data: " + orjson.dumps({"kind": kind, **data}) + b"\n\n")

    def close(self) -> None:
        """End all streams."""
        for queue in self._streams:
            queue.put_nowait(None)

    # -- files ------------------------------------------------------------------------------------------------

    def _file(self, file_id: str) -> web.Response:
        file = self._world.files.get(file_id)
        if file is None or file.content is None:
            raise ApiError(404, "Not Found")
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        image = _image_type(file.content)
        if image is None:
            # Only pictures are shown in the page; anything else is saved, never opened here.
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=file.content, content_type=image or "application/octet-stream", headers=headers)


async def _next(queue: "asyncio.Queue[bytes | None]") -> bytes | None:
    """The next event; a comment now and then shows that the page is still there."""
    try:
        return await asyncio.wait_for(queue.get(), _BEAT)
    except TimeoutError:
        return b": beat\n\n"


def _image_type(content: bytes) -> str | None:
    for start, kind in ((b"\x89PNG", "png"), (b"\xff\xd8", "jpg"), (b"GIF8", "gif"), (b"RIFF", "webp")):
        if content.startswith(start):
            return _IMAGES[kind]
    return None


def _asset(name: str) -> web.Response:
    body = files(f"{__package__}.assets").joinpath(name).read_bytes()
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
    return web.Response(body=body, content_type=_ASSETS[name], charset="utf-8", headers=headers)
