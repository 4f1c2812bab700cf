"""Sending one mailing: rows are claimed ahead of the sends, and marked in the same transactions.

A row that was claimed is posted, or given back, or (when the process dies) in doubt; never posted twice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import cast

import structlog
from aiogram import Bot
from aiogram.methods import TelegramMethod
from sqlalchemy.exc import SQLAlchemyError

from bot.delivery.errors import Verdict, verdict
from bot.domain.mailings import Mailing
from bot.domain.pushes import RULES, Lane, State
from bot.services.office import Office
from bot.storage import people, recipients
from bot.storage.recipients import Mark, Recipient
from bot.storage.seat import Seat
from bot.telegram.pace import Pace
from bot.telegram.session import Prepared, Session
from bot.telegram.views.mailings import Compose

log = structlog.get_logger(__name__)

MOST_CLAIMED = 256
TURN_SECONDS = 1 / 8
"""At most so long a send waits for its mark: each turn is a transaction, and a tap may have to wait for it."""
SHORTEST_TURN = 0.02
AT_A_TIME = 8
"""Rows that are taken up before the loop may do something else: a tap waits for no more."""
IDLE_SECONDS = 1.0
"""Between two looks at the mailing's state where nothing is to be marked or claimed."""
DATABASE_PAUSE = 1.0
ATTEMPTS = 8
"""Tries of what may have arrived; what surely did not is tried until it does."""
CONTENT_ERRORS = 3
"""In a row, in one language: then it is the content, not the people."""
UNKNOWN_IN_A_ROW = 5
"""From then on Telegram counts as being in trouble, and gets a rest."""
LONGEST_REST = 5.0
BODIES = 8
"""Bodies that are kept: one a language, and then some."""


class Stopped(Exception):
    """The mailing cannot be sent as it is; the text says why."""


class Run:
    """One mailing that is being sent, from now until it is done or closed."""

    def __init__(self, bot: Bot, office: Office, seat: Seat, pace: Pace, mailing: Mailing, compose: Compose) -> None:
        self._bot = bot
        self._office = office
        self._seat = seat
        self._pace = pace
        self._mailing = mailing
        self._compose = compose
        self._rule = RULES[mailing.kind]
        self._paid = office.sending.paid and self._rule.lane is Lane.ANNOUNCEMENT
        rate = office.sending.announcements_a_second if self._paid else office.sending.a_second
        self._most = max(1, min(MOST_CLAIMED, rate // 4))
        self._flying: set[asyncio.Task[None]] = set()
        self._marks: list[Mark] = []
        self._suspects: dict[str, list[Mark]] = defaultdict(list)
        self._prepared: dict[int, Prepared] = {}
        self._closed = False
        self._trouble = ""
        self._changed = asyncio.Event()
        self._failures = 0

    def close(self) -> None:
        """Nothing more is posted: what is claimed is given back."""
        self._closed = True
        self._pace.dismiss(self._rule.lane)
        self._changed.set()

    async def work(self) -> bool:
        """Sends until nothing is left (True) or the run is closed (False). Raises Stopped, SeatLost."""
        try:
            done = await self._turns()
        except BaseException:
            self.close()
            raise
        finally:
            await self._landed()
        if self._trouble:
            raise Stopped(self._trouble)
        return done

    async def _turns(self) -> bool:
        """Turns until nothing is left or the run is closed, and until everything is marked."""
        left = True
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            self._changed.clear()
            closed = self._closed
            free = 0 if closed or not left else self._most - len(self._flying)
            again = any(mark.state is State.QUEUED for mark in self._marks)
            turn = await self._turn(free)
            left = bool(turn.claimed) if free > 0 else left or again
            if turn.state != "sending":
                self.close()
            for number, row in enumerate(turn.claimed, 1):
                task = asyncio.create_task(self._one(row))
                self._flying.add(task)
                task.add_done_callback(self._landing)
                if number % AT_A_TIME == 0:
                    await asyncio.sleep(0)
            if not self._flying and not self._marks and (closed or not left):
                if not self._suspects:
                    return not closed
                self._settle_suspects(State.QUEUED if closed else State.FAILED)
                continue
            await self._pause_after(started)

    def _landing(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        if not self._flying or self._closed or len(self._flying) < self._most // 2:
            self._changed.set()

    async def _pause_after(self, started: float) -> None:
        """Until something is to be marked or claimed, but not more often than turns are worth it."""
        if not self._changed.is_set():
            try:
                await asyncio.wait_for(self._changed.wait(), TURN_SECONDS if self._marks else IDLE_SECONDS)
            except TimeoutError:
                return
        spent = asyncio.get_running_loop().time() - started
        if self._flying and not self._closed and spent < SHORTEST_TURN:
            await asyncio.sleep(SHORTEST_TURN - spent)

    async def _turn(self, free: int) -> recipients.Turn:
        """Marks and claims, however long the database is busy: what was sent must not be sent again."""
        marks, self._marks = self._marks, []
        while True:
            try:
                return await recipients.turn(self._seat, self._mailing, marks, free)
            except SQLAlchemyError:
                log.exception("a mailing's marks cannot be written yet", mailing=self._mailing.id, count=len(marks))
                await asyncio.sleep(DATABASE_PAUSE)
                free = 0 if self._closed else free

    async def _landed(self) -> None:
        """Until nobody is under way."""
        while self._flying:
            await asyncio.wait(self._flying)

    async def _one(self, row: Recipient) -> None:
        try:
            mark = await self._carried_out(row)
        except SQLAlchemyError:
            log.exception("a recipient put off: the database does not answer", mailing=self._mailing.id)
            self._pace.hold(DATABASE_PAUSE)
            mark = Mark(row.person_id, State.QUEUED, back=1)
        except Exception as error:
            log.exception("a recipient cannot be composed", mailing=self._mailing.id)
            self._stop(type(error).__name__)
            mark = Mark(row.person_id, State.QUEUED, back=1)
        if mark is not None:
            self._marks.append(mark)

    async def _carried_out(self, row: Recipient) -> Mark | None:
        """What became of the row; None: that is not certain yet."""
        if row.blocked:
            return Mark(row.person_id, State.BLOCKED)
        if row.muted and self._rule.mutable:
            return Mark(row.person_id, State.MUTED)
        method = None if self._closed else await self._compose(row)
        if method is None:
            return Mark(row.person_id, State.QUEUED if self._closed else State.CANCELLED, back=int(self._closed))
        return await self._posted(row, method)

    async def _posted(self, row: Recipient, method: TelegramMethod[object]) -> Mark | None:
        tries = row.attempts
        post = self._poster(row, method)
        while True:
            async with self._pace.turn(row.telegram_id, self._rule.lane) as may:
                if not may or self._closed:
                    return Mark(row.person_id, State.QUEUED, back=int(tries == row.attempts))
                try:
                    message_id = await post()
                    break
                except Exception as error:
                    said = verdict(error)
            if said.meaning == "unknown" and self._rule.repeat_unknown and tries < ATTEMPTS:
                tries += 1
            elif said.meaning not in ("wait", "not_sent"):
                return await self._failed(row, said)
            self._rest(said)
        self._failures = 0
        self._trust(row.language)
        return Mark(row.person_id, State.SENT, message_id)

    def _poster(self, row: Recipient, method: TelegramMethod[object]) -> Callable[[], Awaitable[int | None]]:
        """What posts the call; its body is made once for all for whom the composer gives the same object."""
        prepared = self._prepared.get(id(method))
        session = cast(Session, self._bot.session)
        if prepared is None or prepared.method is not method:
            is_paid = self._paid and "allow_paid_broadcast" in type(method).model_fields
            prepared = session.prepare(self._bot, method, **({"allow_paid_broadcast": True} if is_paid else {}))
            if len(self._prepared) >= BODIES:
                self._prepared.clear()
            self._prepared[id(method)] = prepared
        about = row.message_id if "message_id" in type(method).model_fields else None
        return partial(session.send, self._bot, prepared, row.telegram_id, about)

    def _rest(self, said: Verdict) -> None:
        """Telegram asked for patience, or cannot be reached."""
        if said.meaning == "wait":
            self._pace.refused(said.seconds)
        elif self._pace.held_for <= 0:
            self._failures += 1
            if said.meaning == "not_sent" or self._failures > UNKNOWN_IN_A_ROW:
                self._pace.hold(min(LONGEST_REST, 0.1 * 2 ** min(self._failures, 10)))

    async def _failed(self, row: Recipient, said: Verdict) -> Mark | None:
        log.info("recipient not reached", mailing=self._mailing.id, means=said.meaning, why=said.reason)
        now = self._office.clock.now()
        match said.meaning:
            case "same":
                return Mark(row.person_id, State.SENT)
            case "blocked":
                await people.set_blocked(self._office.database, row.telegram_id, now)
                return Mark(row.person_id, State.BLOCKED, error=said.reason)
            case "gone":
                await people.retire(self._office.database, row.telegram_id, now)
                return Mark(row.person_id, State.BLOCKED, error=said.reason)
            case "unknown":
                self._rest(said)
                return Mark(row.person_id, State.UNKNOWN, error=said.reason)
            case "content":
                self._suspect(row, said.reason)
                return None
            case _:
                return Mark(row.person_id, State.FAILED, error=said.reason)

    def _suspect(self, row: Recipient, reason: str) -> None:
        """Not marked yet: after a success in this language it was the person, after a few more it is the content."""
        suspects = self._suspects[row.language]
        suspects.append(Mark(row.person_id, State.FAILED, error=reason))
        if len(suspects) >= CONTENT_ERRORS:
            self._stop(reason)

    def _trust(self, language: str) -> None:
        if language in self._suspects and not self._trouble:
            self._marks += self._suspects.pop(language)

    def _stop(self, trouble: str) -> None:
        self._trouble = self._trouble or trouble
        self.close()

    def _settle_suspects(self, state: State) -> None:
        for suspects in self._suspects.values():
            for one in suspects:
                self._marks.append(Mark(one.person_id, state, error=one.error if state is State.FAILED else None))
        self._suspects.clear()
