"""The HTTP side: the Bot API, the control of tests, and the chat page, on one loopback address.

Pace, seen from a client on the other core: about ten times the 1,000 messages a second of a paid broadcast without
bodies (`keep_messages=0`), and four fifths of that with all of them kept.
"""

import asyncio
import inspect
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from . import editing, sending, settings
from .api import Api
from .calls import CallLog
from .control import revived
from .errors import ApiError
from .faults import FaultRule, Faults
from .media import content_of
from .page import Page
from .requests import read_request

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_MAX_BODY = 64 * 1024 * 1024
_BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
# Importing these modules registers their methods.
SERVED = (editing, sending, settings)

_Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Actions = dict[str, Callable[..., Any]]


def json_response(body: Any, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: "asyncio.Task[None]") -> web.BaseRequest:
    """aiohttp's request, with room for the largest upload."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=_MAX_BODY)


class Listener:
    """The sockets: one for the Bot API and the page, one for the control, which answers while the first is down."""

    def __init__(self, handle: _Handle) -> None:
        self._handle = handle
        self._server: web.Server | None = None
        self._runner: web.ServerRunner | None = None
        self._site: web.SockSite | None = None
        self.port = 0
        self.control_port = 0

    async def open(self, port: int) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        self._server = web.Server(self._handle, request_factory=_request, access_log=None)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.5)
        await self._runner.setup()
        self.port = await self._listen(port)
        site = web.SockSite(self._runner, control := _socket(0))
        await site.start()
        self.control_port = control.getsockname()[1]

    async def _listen(self, port: int) -> int:
        if self._runner is None:
            raise ValueError("the server was not started")
        opened = _socket(port)
        self._site = web.SockSite(self._runner, opened)
        await self._site.start()
        return int(opened.getsockname()[1])

    async def pause(self) -> None:
        """Refuse connections, and cut those that stand."""
        if self._site is None or self._server is None:
            return
        site, self._site = self._site, None
        await site.stop()
        for connection in list(self._server.connections):
            transport = connection.transport
            if transport is not None and transport.get_extra_info("sockname")[1] == self.port:
                transport.abort()

    async def resume(self) -> None:
        """Listen on the same port again."""
        if self._site is None:
            await self._listen(self.port)

    async def close(self) -> None:
        """Close everything."""
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = self._site = None


def _socket(port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(("127.0.0.1", port))
    return opened


class HttpServer:
    """Sorts requests by path, and carries out calls with the faults that are in force."""

    def __init__(self, token: str, api: Api, log: CallLog, faults: Faults, actions: Actions, page: Page) -> None:
        self._token = token
        self._api = api
        self._log = log
        self._faults = faults
        self._actions = actions
        self._page = page

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Any request."""
        if not _from_here(request):
            return web.Response(status=403, text="This server answers only its own machine.\n")
        path = request.raw_path.partition("?")[0]
        try:
            if path.startswith("/bot"):
                token, _, name = path[4:].partition("/")
                return await self._call(request, token, name)
            if path.startswith("/file/bot"):
                token, _, name = path[9:].partition("/")
                return await self._download(request, token, name)
            if path.startswith("/control/"):
                return await self._control(request, path.removeprefix("/control/"))
            return await self._page.handle(request, path)
        except ApiError as refusal:
            return json_response(refusal.body(), refusal.code)

    def _check_token(self, token: str) -> None:
        if token == self._token:
            return
        number, colon, secret = token.partition(":")
        if not (number.isdecimal() and colon and secret):
            raise ApiError(404, "Not Found")
        raise ApiError(401, "Unauthorized")

    # -- Bot API ----------------------------------------------------------------------------------------------

    async def _call(self, request: web.BaseRequest, token: str, name: str) -> web.Response:
        self._check_token(token)
        method = self._api.method(name)
        given, uploads = await read_request(request)
        chat_id = _chat_id(given.get("chat_id"))
        waits = method.name == "getUpdates"
        started = time.monotonic()
        self._log.under_way += not waits
        outcome = "ok"
        try:
            rule = self._faults.pick(method.name, chat_id) if self._faults.rules else None
            response = await self._before(rule, request) if rule else None
            if response is None:
                result = await self._api.call(method, given, uploads)
                response = json_response({"ok": True, "result": result})
                if rule:
                    response = await self._after(rule, request, response)
            if rule and not rule.kind.startswith(("slow", "hold")):
                outcome = f"fault {rule.kind}"
            return response
        except ApiError as refusal:
            outcome = refusal.description
            return json_response(refusal.body(), refusal.code)
        finally:
            self._log.under_way -= not waits
            self._log.add(self._api.world.now(), method.name, chat_id, given, outcome, started)
            self._api.world.mark("count", (method.name, outcome, chat_id))
            self._api.world.bus.tell("call")

    async def _before(self, rule: FaultRule, request: web.BaseRequest) -> web.Response | None:
        """What a rule does before the call: a response instead of it, or None to go on. Raises its refusal."""
        if rule.kind != "hold_after":
            rule.reached.set()
        refusal = rule.refusal()
        if refusal is not None:
            raise refusal
        if rule.kind == "5xx_html":
            return _bad_gateway()
        if rule.kind == "slow":
            await asyncio.sleep(rule.seconds)
        elif rule.kind == "hold_before":
            await rule.released.wait()
        elif rule.kind == "cut_before":
            return _cut(request)
        return None

    async def _after(self, rule: FaultRule, request: web.BaseRequest, response: web.Response) -> web.Response:
        """What a rule does when the call has been carried out."""
        rule.reached.set()
        if rule.kind == "hold_after":
            await rule.released.wait()
        elif rule.kind == "cut_after":
            return _cut(request)
        elif rule.kind == "5xx_html_after":
            return _bad_gateway()
        return response

    async def _download(self, request: web.BaseRequest, token: str, path: str) -> web.Response:
        self._check_token(token)
        rule = self._faults.pick("file", None)
        struck = await self._before(rule, request) if rule else None
        if struck is not None:
            return struck
        file = next((f for f in self._api.world.files.values() if f.path == path), None)
        if file is None:
            raise ApiError(404, "Not Found")
        response = web.Response(body=content_of(file), content_type="application/octet-stream")
        return await self._after(rule, request, response) if rule else response

    # -- control ----------------------------------------------------------------------------------------------

    async def _control(self, request: web.BaseRequest, name: str) -> web.Response:
        action = self._actions.get(name)
        if action is None or request.method != "POST":
            return json_response({"error": f"there is no action {name}"}, 404)
        try:
            body = await request.read()
            arguments = revived(orjson.loads(body)) if body else {}
            return json_response({"result": await carry_out(action, arguments)})
        except TimeoutError as problem:
            return json_response({"error": str(problem)}, 408)
        except (ValueError, TypeError, KeyError) as problem:
            return json_response({"error": str(problem)}, 400)


async def carry_out(action: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Call an action, which may be a coroutine function."""
    result = action(**arguments)
    return await result if inspect.isawaitable(result) else result


def _chat_id(value: Any) -> int | None:
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return None
    return None


def _bad_gateway() -> web.Response:
    return web.Response(body=_BAD_GATEWAY, status=502, content_type="text/html")


def _cut(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _from_here(request: web.BaseRequest) -> bool:
    """A page elsewhere must not drive this server: neither under another host's name nor from another origin."""
    headers = request.headers
    host = headers.get("Host", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name not in _LOOPBACK:
        return False
    origin = headers.get("Origin")
    return origin is None or origin == f"http://{host}"
