"""Ten thousand recipients, and what goes wrong while they are written to: `python -m tests.delivery.fault_table`.

Each case says how many were left out, how many got it twice, and of how many nobody knows; the counters that an
organiser sees are held against what the server itself counted.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text, update

from bot.clock import Clock
from bot.domain.applications import PUBLISH_NAME
from bot.domain.mailings import Audience, Mailing
from bot.domain.pushes import Kind, State
from bot.local_telegram import LocalTelegram
from bot.storage import contests, mailings, people, schema
from bot.storage.database import Database
from bot.storage.tables import announcements, deliveries
from bot.storage.tables import applications as applications_table
from bot.storage.tables import contests as contests_table
from bot.storage.tables import mailings as mailings_table
from bot.storage.tables import people as people_table
from bot.storage.tables import recipients as recipients_table
from tests.delivery.crowd import CONTEST, office_of
from tests.delivery.processes import WITHIN, BotProcess, Place, place
from tests.house import OWNER, running

COUNT = 10_000
FIRST = 1_000_001
CLAIMED = 256
TEXTS = {"kk": "Жәрмеңкеге келіңіз", "ru": "Приходите на ярмарку"}
FAST = {"BOT_SENDING__QUIET_FROM": "00:00", "BOT_SENDING__QUIET_UNTIL": "00:00"}


@dataclass
class Outcome:
    """What became of a case. `in_doubt` is how many rows were claimed when processes were killed."""

    mailing: Mailing
    states: Counter[State]
    got: dict[int, int]
    left_out: int
    in_doubt: int
    faults: list[str] = field(default_factory=list)

    @property
    def doubled(self) -> int:
        """How many messages too many arrived."""
        return sum(times - 1 for times in self.got.values())


class Round:
    """One announcement to ten thousand people."""

    def __init__(self, there: Place) -> None:
        self.there = there
        self.telegram = there.telegram
        self.database = Database(there.database)
        self.mailing_id = 0
        self.in_doubt = 0
        there.module = "tests.delivery.fast_bot"
        there.environment |= FAST

    async def prepare(self, clock: Clock | None = None, due_in: timedelta = timedelta(0)) -> None:
        """The people, and the announcement, due now or later."""
        now = (clock or Clock()).now()
        await schema.upgrade(self.database)
        await self.telegram.add_people(COUNT, FIRST, "ru")
        await self.telegram.add_person(OWNER, "Айгүл", started=True)
        author = await people.arrive(self.database, OWNER, now)
        since = {"created_at": now, "seen_at": now}
        readers = [
            {"telegram_id": FIRST + number, "language": "kk" if number % 2 else "ru", **since}
            for number in range(COUNT)
        ]
        content = insert(announcements).values(texts=TEXTS, created_at=now, updated_at=now, buttons=[])
        values = {"state": "scheduled", "created_at": now, "due_at": now + due_in, "author_id": author.id}
        async with self.database.write() as connection:
            await connection.execute(insert(people_table), readers)
            made = (await connection.execute(content.returning(announcements.c.id))).scalar_one()
            self.mailing_id = await mailings.create(
                connection,
                {**values, "kind": Kind.ANNOUNCEMENT, "announcement_id": made, "audience": Audience("everyone")},
            )

    async def mailing(self) -> Mailing:
        """As it stands in the database."""
        found = await mailings.get(self.database, self.mailing_id)
        assert found
        return found

    async def until(self, state: str, within: float = WITHIN) -> None:
        """Until the mailing is in the state."""
        await self.when(lambda found: found.state == state, within)

    async def when(self, check: Callable[[Mailing], bool], within: float = WITHIN) -> None:
        """Until the mailing is so."""
        async with asyncio.timeout(within):
            while not check(await self.mailing()):
                await self.telegram.settled(within, quiet=0.05)

    async def sent(self, count: int) -> None:
        """Until Telegram got so many messages."""

        async def so_many() -> bool:
            return await self.telegram.count_calls("sendMessage") >= count

        await self.telegram.wait_for(so_many, WITHIN)

    async def kill(self, bot: BotProcess) -> None:
        """kill -9; what is claimed at that moment is in doubt."""
        await bot.kill()
        self.in_doubt += (await self.states())[State.SENDING]

    async def states(self) -> Counter[State]:
        """State -> how many recipients."""
        table = recipients_table
        found = await self.database.read(
            select(table.c.state, func.count()).filter_by(mailing_id=self.mailing_id).group_by(table.c.state)
        )
        return Counter({State(row[0]): row[1] for row in found})

    async def outcome(self) -> Outcome:
        """What became of it, once it is done."""
        await self.until("done")
        for bot in self.there.started:
            if bot.runs:
                assert await bot.stop() == 0, "\n".join(bot.said)
        got: Counter[int] = Counter()
        for words in TEXTS.values():
            got.update(await self.telegram.receipts(words))
        states = await self._states_by_person()
        unreached = {person for person, state in states.items() if state is not State.SENT}
        known = {person for person, state in states.items() if state not in (State.QUEUED, State.SENDING)}
        everyone = set(range(FIRST, FIRST + COUNT))
        outcome = Outcome(
            await self.mailing(),
            Counter(states.values()),
            dict(got),
            left_out=len(everyone - known) + len(everyone - unreached - got.keys()),
            in_doubt=self.in_doubt,
        )
        outcome.faults = _faults(outcome, states)
        await self.database.close()
        return outcome

    async def _states_by_person(self) -> dict[int, State]:
        table = recipients_table
        statement = select(people_table.c.telegram_id, table.c.state).join(
            table, (table.c.person_id == people_table.c.id) & (table.c.mailing_id == self.mailing_id)
        )
        return {row[0]: State(row[1]) for row in await self.database.read(statement)}


def _faults(outcome: Outcome, states: dict[int, State]) -> list[str]:
    """What must never be, whatever went wrong."""
    counts, found = outcome.mailing.counts, outcome.states
    mine = {"sent": counts.sent, "blocked": counts.blocked, "failed": counts.failed, "unknown": counts.unknown}
    real = {name: found[State[name.upper()]] for name in mine}
    arrived = {person for person, state in states.items() if state is State.SENT}
    certain = outcome.got.keys() - {person for person, state in states.items() if state is State.UNKNOWN}
    checks = {
        f"left out: {outcome.left_out}": outcome.left_out == 0,
        f"got it twice: {outcome.doubled}": outcome.doubled == 0,
        f"recipients: {counts.total}": counts.total == COUNT,
        f"the counters say {mine}, the rows {real}": mine == real,
        f"marked sent {len(arrived)}, arrived {len(certain)}": arrived == certain,
    }
    return [fault for fault, is_right in checks.items() if not is_right]


Case = Callable[[Place], Awaitable[Outcome]]


def _expect(outcome: Outcome, **counts: int) -> Outcome:
    """Adds a fault where a counter is not what it must be."""
    for name, count in counts.items():
        found = getattr(outcome.mailing.counts, name)
        if found != count:
            outcome.faults.append(f"{name}: {found} instead of {count}")
    return outcome


def _killed(outcome: Outcome, kills: int = 1) -> Outcome:
    if not 0 < outcome.in_doubt <= CLAIMED * kills:
        outcome.faults.append(f"claimed at the kill: {outcome.in_doubt}")
    return _expect(outcome, unknown=outcome.in_doubt)


async def _started(there: Place) -> tuple[Round, BotProcess]:
    made = Round(there)
    await made.prepare()
    return made, await there.start()


async def killed_after_claim(there: Place) -> Outcome:
    """kill -9 after a claim's commit, before Telegram has the messages."""
    return await _killed_while_held(there, "hold_before")


async def killed_after_acceptance(there: Place) -> Outcome:
    """kill -9 after Telegram took the messages, before the mark."""
    return await _killed_while_held(there, "hold_after")


async def _killed_while_held(there: Place, kind: str) -> Outcome:
    made = Round(there)
    await made.prepare()
    held = await made.telegram.add_fault(kind, "sendMessage", times=None, skip=3000)  # type: ignore[arg-type]
    bot = await there.start()
    await held.reached(WITHIN)
    await made.kill(bot)
    await made.telegram.clear_faults()
    await there.start()
    return _killed(await made.outcome())


async def killed_while_expanding(there: Place) -> Outcome:
    """kill -9 in the middle of the transaction that writes the third two thousand down."""
    made = Round(there)
    await made.prepare()
    # Takes a few seconds in the middle of the chunk, and does not change anything.
    slow = (
        "CREATE TRIGGER slow AFTER INSERT ON recipients WHEN NEW.person_id = 5000 BEGIN"
        " SELECT count(*) FROM people AS a, people AS b WHERE a.telegram_id + b.telegram_id < 0; END"
    )
    await made.database.run(text(slow))
    bot = await there.start_another()
    await made.when(lambda found: found.cursor >= 4000)
    await made.kill(bot)
    rows = sum((await made.states()).values())
    await made.database.run(text("DROP TRIGGER slow"))
    await there.start()
    outcome = _expect(await made.outcome(), sent=COUNT)
    if rows != 4000:
        outcome.faults.append(f"{rows} rows at the kill")
    return outcome


async def killed_ten_times(there: Place) -> Outcome:
    """kill -9 at ten random moments in a row; the next process waits already."""
    made, bot = await _started(there)
    dice, sent = random.Random(7), 0
    for _ in range(10):
        following = await there.start_another()
        sent += dice.randint(300, 900)
        await made.sent(sent)
        await made.kill(bot)
        sent = await made.telegram.count_calls("sendMessage")
        bot = following
    return _killed(await made.outcome(), kills=10)


async def storms_of_429(there: Place) -> Outcome:
    """Telegram refuses everything for more than a second, three times."""
    made, _ = await _started(there)
    for count in (500, 2000, 4000):
        await made.sent(await made.telegram.count_calls("sendMessage", "Too Many Requests") + count)
        storm = await made.telegram.add_fault("429", "sendMessage", times=None)
        await storm.reached(WITHIN)
        await asyncio.sleep(1.2)
        await made.telegram.clear_faults()
    outcome = _expect(await made.outcome(), sent=COUNT)
    if not await made.telegram.count_calls("sendMessage", "Too Many Requests"):
        outcome.faults.append("nothing was refused")
    return outcome


async def five_in_a_hundred_blocked(there: Place) -> Outcome:
    """People blocked the bot; Telegram says so when they are written to."""
    made = Round(there)
    await made.prepare()
    for number in range(FIRST, FIRST + COUNT, 20):
        await made.telegram.block(number)
    await there.start()
    return _expect(await made.outcome(), blocked=COUNT // 20, sent=COUNT - COUNT // 20)


async def one_in_a_hundred_cut(there: Place) -> Outcome:
    """The connection breaks after Telegram took the message."""
    return await _unanswered(there, "cut_after")


async def bad_gateway(there: Place) -> Outcome:
    """A page of HTML with 502 instead of an answer, for one in a hundred."""
    return await _unanswered(there, "5xx_html")


async def _unanswered(there: Place, kind: str) -> Outcome:
    made = Round(there)
    await made.prepare()
    await made.telegram.add_fault(kind, "sendMessage", times=None, probability=0.01, seed=1)  # type: ignore[arg-type]
    await there.start()
    outcome = await made.outcome()
    lost = await made.telegram.count_calls("sendMessage", f"fault {kind}")
    if not lost:
        outcome.faults.append("nothing was cut")
    return _expect(outcome, unknown=lost, sent=COUNT - lost)


async def server_gone(there: Place) -> Outcome:
    """Connections are cut, and refused for a minute."""
    made, _ = await _started(there)
    await made.sent(3000)
    await made.telegram.pause_listening()
    await asyncio.sleep(60)
    await made.telegram.resume_listening()
    outcome = await made.outcome()
    if outcome.mailing.counts.unknown > CLAIMED:
        outcome.faults.append(f"unknown: {outcome.mailing.counts.unknown}")
    return outcome


async def database_busy(there: Place) -> Outcome:
    """Another program holds the database for longer than anybody waits."""
    made, _ = await _started(there)
    await made.sent(3000)
    busy = sqlite3.connect(there.folder / "bot.sqlite3", isolation_level=None, timeout=30)
    busy.execute("BEGIN IMMEDIATE")
    await asyncio.sleep(7)
    busy.execute("ROLLBACK")
    busy.close()
    return _expect(await made.outcome(), sent=COUNT)


async def clock_moved(there: Place) -> Outcome:
    """The clock jumps to its moment, then into the night, when it rests, and into the morning."""
    made = Round(there)
    noon = Clock().now().replace(hour=7, minute=0) + timedelta(days=1)
    clock = Clock(noon - Clock().now())
    await made.prepare(clock, due_in=timedelta(hours=3))
    places: dict[str, Any] = {"content": {"path": there.folder / "content"}, "sending": {"a_second": 1000}}
    async with running(there.folder, there.telegram, clock, **places):
        await clock.move(timedelta(hours=3))
        await made.sent(2000)
        await clock.move(timedelta(hours=7))
        await made.telegram.settled(WITHIN, quiet=1.5)
        by_night = (await made.mailing(), (await made.states())[State.SENDING])
        await clock.move(timedelta(hours=12))
        await made.until("done")
    outcome = _expect(await made.outcome(), sent=COUNT)
    if by_night[0].state != "sending" or by_night[1] or by_night[0].counts.sent == COUNT:
        outcome.faults.append(f"by night: {by_night}")
    return outcome


async def content_refused(there: Place) -> Outcome:
    """Telegram refuses what is sent: the announcement stops, and goes on when it is resumed."""
    made = Round(there)
    await made.prepare()
    await made.telegram.add_fault(
        "400", "sendMessage", times=None, skip=3000, description="Bad Request: can't parse entities: x"
    )
    bot = await there.start()
    await made.until("paused")
    await made.telegram.settled(WITHIN, quiet=0.3)
    assert await bot.stop() == 0
    stopped = await made.mailing()
    states = await made.states()
    told = await made.database.read(select(deliveries.c.kind).where(deliveries.c.kind == Kind.MAILING_STOPPED))
    await made.telegram.clear_faults()
    async with made.database.write() as connection:
        await mailings.move(connection, made.mailing_id, "resume", trouble="")
    await there.start()
    outcome = _expect(await made.outcome(), sent=COUNT)
    waits = Counter({State.SENT: stopped.counts.sent, State.QUEUED: COUNT - stopped.counts.sent})
    if (len(told), states, stopped.trouble) != (1, waits, "Bad Request: can't parse entities: x"):
        outcome.faults.append(f"when it stopped: {stopped.counts}, {dict(states)}, told: {len(told)}")
    return outcome


async def stopped_and_started(there: Place) -> Outcome:
    """SIGTERM in the middle: what is under way is marked, the rest given back."""
    made, bot = await _started(there)
    await made.sent(3000)
    assert await bot.stop() == 0
    left = (await made.states())[State.SENDING]
    await there.start()
    outcome = _expect(await made.outcome(), sent=COUNT)
    if left:
        outcome.faults.append(f"neither marked nor given back: {left}")
    return outcome


async def second_takes_over(there: Place) -> Outcome:
    """Two processes on one database; the first is killed in the middle."""
    made = Round(there)
    await made.prepare()
    held = await made.telegram.add_fault("hold_after", "sendMessage", times=None, skip=3000)
    first = await there.start()
    second = await there.start_another()
    await second.says("Another process works on this database")
    await held.reached(WITHIN)
    await made.kill(first)
    await made.telegram.clear_faults()
    await second.ready()
    return _killed(await made.outcome())


class Results(Round):
    """Ten thousand applicants who were admitted, and results that are to be released now."""

    async def prepare(self, clock: Clock | None = None, due_in: timedelta = timedelta(0)) -> None:
        """The people, their applications, the order to release."""
        await super().prepare(clock, due_in)
        now = Clock().now()
        async with office_of(self.there) as office:
            sealed = office.vault.seal_json({PUBLISH_NAME: "no"})
            stored = await contests.get(office.database, CONTEST.id)
            assert stored
            past = {name: now - timedelta(days=1) for name in ("applications_open", "applications_close", "results")}
            moments = {name: moment.isoformat() for name, moment in {**stored.moments, **past}.items()}
            common = {"contest_id": CONTEST.id, "state": "admitted", "revision": "r", "answers": sealed, "question": ""}
            since = {"created_at": now, "updated_at": now, "submitted_at": now}
            applied = [{"person_id": number + 2, "number": number + 1, **common, **since} for number in range(COUNT)]
            async with office.database.write() as connection:
                await connection.execute(insert(applications_table), applied)
                order = {"moments": moments, "closes_at": past["applications_close"], "release_at": now}
                await connection.execute(update(contests_table).where(contests_table.c.id == CONTEST.id).values(order))
                await mailings.move(connection, self.mailing_id, "cancel", ended_at=now)

    async def released(self) -> None:
        """Until the release is committed: then the mailing is there."""
        find = select(mailings_table.c.id).filter_by(kind=Kind.RESULT)
        async with asyncio.timeout(WITHIN):
            while (row := await self.database.row(find)) is None:
                await self.telegram.settled(WITHIN, quiet=0.05)
        self.mailing_id = row[0]


async def killed_after_the_decision(there: Place) -> Outcome:
    """kill -9 between the commit of the release and its first message, then after Telegram took three thousand."""
    made = Results(there)
    await made.prepare()
    before = await made.telegram.add_fault("hold_before", "sendMessage", times=None)
    bot = await there.start()
    await made.released()
    await bot.kill()
    await before.remove()
    told = await made.telegram.count_calls("sendMessage", "ok")
    after = await made.telegram.add_fault("hold_after", "sendMessage", times=None, skip=3000)
    bot = await there.start()
    await after.reached(WITHIN)
    await made.kill(bot)
    await made.telegram.clear_faults()
    await there.start()
    await made.until("done")
    got = {n: await made.telegram.count_calls("sendMessage", "ok", n) for n in range(FIRST, FIRST + COUNT)}
    outcome = await made.outcome()
    outcome.got = got
    outcome.left_out = sum(times == 0 for times in got.values())
    # A result is sent again rather than not at all, to those alone who were in doubt.
    is_right = 0 < outcome.doubled <= outcome.in_doubt <= CLAIMED
    outcome.faults = (
        [] if is_right and not outcome.left_out and not told else [f"{outcome.left_out}, {outcome.doubled}"]
    )
    return _expect(outcome, sent=COUNT, unknown=0)


CASES: dict[str, Case] = {
    case.__name__: case
    for case in (
        killed_after_claim,
        killed_after_acceptance,
        killed_while_expanding,
        killed_ten_times,
        storms_of_429,
        five_in_a_hundred_blocked,
        one_in_a_hundred_cut,
        bad_gateway,
        server_gone,
        database_busy,
        clock_moved,
        content_refused,
        stopped_and_started,
        second_takes_over,
        killed_after_the_decision,
    )
}


async def _one(case: Case) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        async with LocalTelegram(username="test_bot") as telegram, place(Path(folder), telegram) as there:
            return await case(there)


def main() -> None:
    """Runs the cases that are named, or all, and writes a line for each."""
    names = sys.argv[1:] or list(CASES)
    print(f"{'case':<28}{'s':>6}{'sent':>8}{'blocked':>9}{'unknown':>9}{'in doubt':>10}{'twice':>7}{'left out':>10}")
    for name in names:
        started = time.monotonic()
        outcome = asyncio.run(_one(CASES[name]))
        counts = outcome.mailing.counts
        print(
            f"{name:<28}{time.monotonic() - started:>6.1f}{counts.sent:>8}{counts.blocked:>9}{counts.unknown:>9}"
            f"{outcome.in_doubt:>10}{outcome.doubled:>7}{outcome.left_out:>10}",
            *outcome.faults,
            flush=True,
        )


if __name__ == "__main__":
    main()
