"""`LocalTelegram`: a Telegram in this process, started and stopped by its owner."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .api import Api
from .calls import CallLog
from .faults import Faults
from .operations import Operations
from .page import Page
from .people import People
from .powers import NotSettled, PowerError, Powers
from .server import Actions, HttpServer, Listener, carry_out
from .state import StateFile
from .updates import UpdateQueue
from .world import World, system_clock

DEFAULT_TOKEN = "7000000001:AAE-local-telegram-needs-no-secret00"
Clock = Callable[[], datetime]
ClockMove = Callable[[timedelta], Awaitable[None]]


class LocalTelegram(Powers):
    """A Bot API server with its people, over loopback.

    token: of the one bot that exists here. state: a file that keeps everything across restarts, or None.
    clock: gives the aware UTC time for dates and expiry; without one the server has its own, which `move_clock`
    moves. on_clock_move: moves the owner's clock, and makes the page show the control for it. keep_messages: how
    many bodies each chat keeps, None for all; counters stay exact. webhook_pause: seconds before the first repeat of
    an update that the webhook did not take (the pause doubles).
    """

    def __init__(
        self,
        token: str = DEFAULT_TOKEN,
        *,
        state: Path | None = None,
        clock: Clock | None = None,
        on_clock_move: ClockMove | None = None,
        keep_messages: int | None = None,
        username: str = "local_bot",
        name: str = "Bot",
        remembered_calls: int = 2000,
        webhook_pause: float = 1.0,
    ) -> None:
        self.token = token
        self._offset = timedelta(0)
        self._own_clock = clock is None
        self._on_clock_move = on_clock_move
        world = World(int(token.partition(":")[0]), username, name, clock or self._shifted, keep_messages)
        self._queue = UpdateQueue(world)
        self._api = Api(world, self._queue, webhook_pause)
        self._log = CallLog(remembered_calls)
        self._faults = Faults()
        self._people = People(self._api)
        self._page = Page(world, self._people, clock_moves=on_clock_move is not None)
        self._actions = self._all_actions()
        http = HttpServer(token, self._api, self._log, self._faults, self._actions, self._page)
        self._listener = Listener(http.handle)
        self._state = StateFile(state, world, self._queue, self._log) if state is not None else None

    def _all_actions(self) -> Actions:
        operations = Operations(self._api, self._log, self._faults, self._move)
        actions: Actions = {}
        for owner in (self._people, operations):
            names = (name for name in dir(owner) if not name.startswith("_"))
            actions.update((name, getattr(owner, name)) for name in names)
        actions["pause_listening"] = self._pause
        actions["resume_listening"] = self._resume
        actions["control_url"] = self._control_url
        actions["flush_state"] = self._flush
        return actions

    # -- life -------------------------------------------------------------------------------------------------

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1. Reads the state file; a webhook that was set is served again."""
        if self._state is not None:
            self._state.open()
        await self._listener.open(port)
        if self._queue.webhook is not None:
            await self._api.use_webhook(self._api.start_sender)

    async def stop(self) -> None:
        """End polls, streams and held calls, write the state, close the sockets."""
        self._faults.clear()
        self._queue.end_polling()
        self._page.close()
        await self._api.use_webhook(None)
        await self._listener.close()
        if self._state is not None:
            self._state.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Base address: Bot API under `/bot<token>/`, the chat page at `/`."""
        return f"http://127.0.0.1:{self._listener.port}"

    @property
    def username(self) -> str:
        """The bot's username, without @."""
        return self._api.world.username

    # -- powers -----------------------------------------------------------------------------------------------

    async def perform(self, action: str, **arguments: Any) -> Any:
        """Carry out an action in this process."""
        try:
            return await carry_out(self._actions[action], arguments)
        except TimeoutError as problem:
            raise NotSettled(str(problem)) from None
        except (ValueError, KeyError) as problem:
            raise PowerError(str(problem)) from problem

    async def _pause(self) -> None:
        await self._listener.pause()

    async def _resume(self) -> None:
        await self._listener.resume()

    def _flush(self) -> None:
        if self._state is not None:
            self._state.write()

    def _control_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.control_port}"

    def _shifted(self) -> datetime:
        return system_clock() + self._offset

    async def _move(self, delta: timedelta) -> None:
        if self._on_clock_move is not None:
            await self._on_clock_move(delta)
        elif self._own_clock:
            self._offset += delta
        else:
            raise ValueError("the clock belongs to the owner of this server, who gave no way to move it")
