"""The powers from another process: `Control(url)` speaks to a server over HTTP."""

import base64
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from .powers import NotSettled, PowerError, Powers

_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10)


class Control(Powers):
    """A client of `/control/…`; use it with `async with`, or call `close`. Not safe across event loops."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None
        self._base = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def perform(self, action: str, **arguments: Any) -> Any:
        """Post the action. Raises PowerError with the server's reason."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        if not self._base:
            # The control has a port of its own, which answers while the Bot API is made unreachable.
            self._base = self.url
            self._base = str(await self._post(self._session, "control_url", {}))
        return await self._post(self._session, action, arguments)

    async def _post(self, session: aiohttp.ClientSession, action: str, arguments: dict[str, Any]) -> Any:
        body = orjson.dumps(arguments, default=_bytes)
        headers = {"Content-Type": "application/json"}
        async with session.post(f"{self._base}/control/{action}", data=body, headers=headers) as response:
            answer = orjson.loads(await response.read())
            if response.status == 408:
                raise NotSettled(answer["error"])
            if response.status != 200:
                raise PowerError(answer["error"])
            return answer["result"]


def _bytes(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    raise TypeError(type(value).__name__)


def revived(value: Any) -> Any:
    """Arguments as they were before `Control` wrote them: bytes at any depth."""
    if isinstance(value, dict):
        if value.keys() == {"base64"}:
            return base64.b64decode(value["base64"])
        return {name: revived(item) for name, item in value.items()}
    if isinstance(value, list):
        return [revived(item) for item in value]
    return value
