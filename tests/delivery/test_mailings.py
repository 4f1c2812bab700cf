"""What goes to many: sent to each once, at one pace, halted and resumed, stopped by what nobody can be sent."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiogram.methods import EditMessageText, SendMessage, TelegramMethod
from sqlalchemy import select

from bot import app
from bot.clock import Clock
from bot.delivery.worker import Worker
from bot.domain.base import Refusal
from bot.domain.mailings import Audience, Counts, Mailing
from bot.domain.people import Person
from bot.domain.pushes import Kind, State
from bot.local_telegram import LocalTelegram
from bot.services import mailings as service
from bot.services import rights
from bot.services.office import Office
from bot.storage import mailings, people, recipients
from bot.storage.recipients import Recipient
from bot.storage.seat import Seat
from bot.storage.tables import deliveries as deliveries_table
from bot.storage.tables import recipients as recipients_table
from bot.telegram.views.mailings import Compose
from tests.delivery.crowd import office_with
from tests.house import OWNER, make_settings

TODAY = datetime(2026, 12, 1, 6, tzinfo=UTC)
TEXT = {"ru": "Приходите на ярмарку", "kk": "Жәрмеңкеге келіңіз"}
FIRST = 1_000_001

Content = Callable[[Recipient], TelegramMethod[Any] | None]


@pytest.fixture
def clock() -> Clock:
    """By day, where no quiet hours hold."""
    return Clock(TODAY - Clock().now())


def _text(row: Recipient) -> TelegramMethod[Any] | None:
    return MESSAGES[row.language]


MESSAGES = {language: SendMessage(chat_id=0, text=text) for language, text in TEXT.items()}


@dataclass
class Post:
    """A worker that runs in the block, and what becomes of mailings."""

    telegram: LocalTelegram
    office: Office
    clock: Clock
    seat: Seat
    bot: Any
    content: Content = _text
    worker: Worker | None = None

    async def people(self, count: int) -> None:
        """So many people who started the bot; every second speaks Kazakh."""
        await self.telegram.add_people(count, FIRST, "ru")
        for number in range(FIRST, FIRST + count):
            await people.arrive(self.office.database, number, self.clock.now())
            await people.speak(self.office.database, number, "kk" if number % 2 else "ru", self.clock.now())

    async def owner(self) -> Person:
        """An owner, who has no language and so gets no mailing."""
        await self.telegram.add_person(OWNER, "Айгүл", started=True)
        return await people.arrive(self.office.database, OWNER, self.clock.now())

    async def mailing(self, kind: Kind = Kind.ANNOUNCEMENT, **more: Any) -> int:
        """A mailing to everyone, due now; gives its id."""
        values = {
            "kind": kind,
            "state": "scheduled",
            "audience": Audience("everyone"),
            "created_at": self.clock.now(),
            "due_at": self.clock.now(),
        }
        async with self.office.database.write() as connection:
            made = await mailings.create(connection, {**values, **more})
        return made

    async def get(self, mailing_id: int) -> Mailing:
        found = await mailings.get(self.office.database, mailing_id)
        assert found
        return found

    async def until(self, mailing_id: int, state: str, within: float = 20.0) -> Mailing:
        """Waits until the mailing is in the state."""

        async with asyncio.timeout(within):
            while (found := await self.get(mailing_id)).state != state:
                await self.telegram.settled(within, quiet=0.02)
        return found

    async def sent(self, count: int) -> None:
        """Waits until Telegram got so many messages."""

        async def so_many() -> bool:
            return await self.telegram.count_calls("sendMessage") >= count

        await self.telegram.wait_for(so_many, 20)

    async def without(self, mailing_id: int, state: State) -> None:
        """Waits until no recipient is in the state."""
        async with asyncio.timeout(20):
            while state in await self.states(mailing_id):
                await self.telegram.settled(quiet=0.02)

    async def states(self, mailing_id: int) -> dict[State, int]:
        """State -> how many recipients."""
        statement = select(recipients_table.c.state).filter_by(mailing_id=mailing_id)
        found = [State(row[0]) for row in await self.office.database.read(statement)]
        return {state: found.count(state) for state in set(found)}

    async def got(self) -> dict[int, int]:
        """Who got one of the texts: chat -> how many times."""
        found: dict[int, int] = {}
        for text in TEXT.values():
            found |= await self.telegram.receipts(text)
        return found

    async def pushed(self) -> list[tuple[Kind, int]]:
        """Personal pushes: kind and subject."""
        table = deliveries_table
        return [
            (Kind(row[0]), row[1])
            for row in await self.office.database.read(select(table.c.kind, table.c.subject_id).order_by(table.c.id))
        ]

    async def compose(self, office: Office, mailing: Mailing) -> Compose:
        """As telegram.views.mailings.composer."""

        async def made(row: Recipient) -> TelegramMethod[Any] | None:
            return self.content(row)

        return made

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A worker runs."""
        self.worker = Worker(self.bot, self.office, self.seat, app.make_pace(self.office), self.compose)
        stop = asyncio.Event()
        running = asyncio.create_task(self.worker.run(stop))
        try:
            yield
        finally:
            stop.set()
            await running


@pytest.fixture
async def post(tmp_path: Path, migrated: Path, telegram: LocalTelegram, clock: Clock) -> AsyncIterator[Post]:
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    settings = make_settings(
        tmp_path, telegram={"token": telegram.token, "api_base": telegram.url}, sending={"a_second": 1000}
    )
    bot = app.make_bot(settings)
    async with office_with(settings, clock) as office:
        yield Post(telegram, office, clock, Seat(office.database), bot)
    # aiogram's own close sleeps, for connections that are encrypted.
    await (await bot.session.create_session()).close()  # type: ignore[attr-defined]
    assert await telegram.complaints() == []


async def test_everyone_gets_it_once_in_their_language(post: Post) -> None:
    await post.people(300)
    author = await post.owner()
    mailing = await post.mailing(author_id=author.id)
    async with post.working():
        await service.begin_due(post.office)
        found = await post.until(mailing, "done")
    assert found.counts == Counts(total=300, sent=300)
    assert await post.got() == dict.fromkeys(range(FIRST, FIRST + 300), 1)
    assert set(await post.telegram.receipts(TEXT["kk"])) == set(range(FIRST, FIRST + 300, 2))
    assert (Kind.MAILING_ENDED, mailing) in await post.pushed()


async def test_a_pause_stops_within_a_second_and_going_on_repeats_nobody(post: Post) -> None:
    await post.people(1500)
    author = await post.owner()
    mailing = await post.mailing()
    async with post.working():
        await service.begin_due(post.office)
        await post.sent(200)
        await service.pause(post.office, author, mailing)
        at_pause = await post.telegram.count_calls("sendMessage")
        await post.telegram.settled(quiet=1)
        # Only what was under way.
        assert await post.telegram.count_calls("sendMessage") - at_pause <= 50
        await post.without(mailing, State.SENDING)
        found = await post.get(mailing)
        assert (found.state, found.counts.sent) == ("paused", len(await post.got()))
        await service.resume(post.office, author, mailing)
        found = await post.until(mailing, "done")
    assert found.counts == Counts(total=1500, sent=1500)
    assert await post.got() == dict.fromkeys(range(FIRST, FIRST + 1500), 1)


async def test_a_cancelled_mailing_leaves_the_rest(post: Post) -> None:
    await post.people(1000)
    author = await post.owner()
    mailing = await post.mailing()
    async with post.working():
        await service.begin_due(post.office)
        await post.sent(100)
        found = await service.cancel(post.office, author, mailing)
        await post.telegram.settled(quiet=0.3)
        await post.without(mailing, State.SENDING)
    found = await post.get(mailing)
    assert found.state == "cancelled"
    assert found.ended_at is not None
    assert found.counts.sent == len(await post.got()) < 1000
    assert found.counts.left == 1000 - found.counts.sent == (await post.states(mailing))[State.QUEUED]
    with pytest.raises(Refusal) as caught:
        await service.resume(post.office, author, mailing)
    assert caught.value.key == "refusal.mailing.cancelled"


async def test_only_organisers_have_a_hand_on_it(post: Post) -> None:
    await post.people(1)
    (nina,) = [await people.arrive(post.office.database, FIRST, post.clock.now())]
    mailing = await post.mailing(state="sending")
    for act in (service.pause, service.resume, service.cancel, service.repeat):
        with pytest.raises(Refusal) as caught:
            await act(post.office, nina, mailing)
        assert caught.value.key == "refusal.no_right"
    assert (await post.get(mailing)).state == "sending"


async def test_the_unknown_can_be_sent_to_once_more(post: Post) -> None:
    await post.people(40)
    author = await post.owner()
    await post.telegram.add_fault("5xx_html", "sendMessage", times=3)
    mailing = await post.mailing()
    async with post.working():
        await service.begin_due(post.office)
        found = await post.until(mailing, "done")
        assert found.counts == Counts(total=40, sent=37, unknown=3)
        found = await service.repeat(post.office, author, mailing)
        assert (found.counts, found.ended_at) == (Counts(total=40, sent=37), None)
        found = await post.until(mailing, "done")
    assert found.counts == Counts(total=40, sent=40)
    assert await post.got() == dict.fromkeys(range(FIRST, FIRST + 40), 1)
    with pytest.raises(Refusal) as caught:
        await service.repeat(post.office, author, mailing)
    assert caught.value.key == "refusal.mailing.nobody_left"
    acts = [row[3] for row in await mailings.journal_of(post.office.database, mailing_id=mailing)]
    assert acts == ["repeat"]


async def test_a_personal_push_overtakes(post: Post) -> None:
    """At full pace and at Telegram's limit: the push leaves within two seconds, and nothing is refused."""
    post.office = replace(post.office, sending=replace(post.office.sending, a_second=100))
    await post.telegram.set_limits(per_second=100)
    await post.people(400)
    author = await post.owner()
    mailing = await post.mailing()
    async with post.working():
        await service.begin_due(post.office)
        await post.sent(100)
        loop = asyncio.get_running_loop()
        asked = loop.time()
        await rights.ask_for_all(post.office, author)
        await post.telegram.wait_message(OWNER)
        assert loop.time() - asked < 2
        assert (await post.get(mailing)).state == "sending"
        await post.until(mailing, "done")
    assert await post.telegram.count_calls("sendMessage", "Too Many Requests") == 0


async def test_a_notice_goes_before_an_announcement(post: Post) -> None:
    await post.people(1500)
    announcement = await post.mailing()
    async with post.working():
        await service.begin_due(post.office)
        await post.sent(200)
        notice = await post.mailing(Kind.DEADLINE_MOVED)
        await service.begin_due(post.office)
        await post.until(notice, "done")
        assert (await post.get(announcement)).state == "sending"
        found = await post.until(announcement, "done")
    assert found.counts == Counts(total=1500, sent=1500)
    assert set((await post.got()).values()) == {2}


async def test_who_cannot_or_will_not_read_it(post: Post) -> None:
    """Blocked before and now, deleted, muted; a notice reaches who muted announcements, and a deleted account is
    left out of everything from then on."""
    await post.people(8)
    ids = {n: (await people.arrive(post.office.database, FIRST + n, post.clock.now())).id for n in range(8)}
    await people.set_blocked(post.office.database, FIRST, post.clock.now())
    await people.mute(post.office.database, ids[1], post.clock.now())
    await post.telegram.add_fault(
        "400", "sendMessage", FIRST + 2, status=403, description="Forbidden: user is deactivated"
    )
    await post.telegram.add_fault(
        "400", "sendMessage", FIRST + 3, status=403, description="Forbidden: bot was blocked by the user"
    )
    await post.telegram.add_fault("400", "sendMessage", FIRST + 4, description="Bad Request: PEER_ID_INVALID")
    async with post.working():
        first = await post.mailing()
        await service.begin_due(post.office)
        found = await post.until(first, "done")
        assert found.counts == Counts(total=8, sent=3, blocked=3, muted=1, failed=1)
        assert await recipients.reasons(post.office.database, first) == {"Bad Request: PEER_ID_INVALID": 1}
        second = await post.mailing(Kind.DEADLINE_MOVED)
        await service.begin_due(post.office)
        found = await post.until(second, "done")
        assert found.counts == Counts(total=7, sent=5, blocked=2)
    assert await post.telegram.count_calls("sendMessage", chat_id=FIRST + 2) == 1


async def test_what_nobody_can_be_sent_stops_it(post: Post) -> None:
    """In one language only: the other's successes do not hide it, and nobody is lost."""
    await post.people(600)
    author = await post.owner()
    broken = SendMessage(chat_id=0, text="<b>Жәрмеңкеге", parse_mode="HTML")
    post.content = lambda row: broken if row.language == "kk" else _text(row)
    mailing = await post.mailing(author_id=author.id)
    async with post.working():
        await service.begin_due(post.office)
        found = await post.until(mailing, "paused")
        await post.without(mailing, State.SENDING)
        assert "can't parse entities" in found.trouble
        assert (Kind.MAILING_STOPPED, mailing) in await post.pushed()
        states = await post.states(mailing)
        assert states.keys() <= {State.SENT, State.QUEUED}
        assert states[State.QUEUED] >= 300
        post.content = _text
        found = await service.resume(post.office, author, mailing)
        assert found.trouble == ""
        found = await post.until(mailing, "done")
    assert found.counts == Counts(total=600, sent=600)
    assert await post.got() == dict.fromkeys(range(FIRST, FIRST + 600), 1)


async def test_an_odd_refusal_is_one_persons(post: Post) -> None:
    await post.people(20)
    await post.telegram.add_fault("400", "sendMessage", FIRST + 3, description="Bad Request: SOMETHING_NEW")
    mailing = await post.mailing()
    async with post.working():
        await service.begin_due(post.office)
        found = await post.until(mailing, "done")
    assert found.counts == Counts(total=20, sent=19, failed=1)


async def test_a_mailing_that_cannot_be_composed_stops(post: Post) -> None:
    await post.people(20)
    author = await post.owner()

    def fails(row: Recipient) -> TelegramMethod[Any]:
        raise KeyError("secret")

    async def never(office: Office, mailing: Mailing) -> Compose:
        raise ValueError("secret")

    post.content = fails
    one = await post.mailing(author_id=author.id)
    async with post.working():
        await service.begin_due(post.office)
        found = await post.until(one, "paused")
        assert found.trouble == "KeyError"
        await post.without(one, State.SENDING)
    assert await post.states(one) == {State.QUEUED: 20}
    post.compose = never  # type: ignore[method-assign]
    other = await post.mailing(author_id=author.id)
    async with post.working():
        await service.begin_due(post.office)
        assert (await post.until(other, "paused")).trouble == "ValueError"
    assert {(Kind.MAILING_STOPPED, one), (Kind.MAILING_STOPPED, other)} <= set(await post.pushed())


async def test_who_has_no_use_of_it_is_counted_out(post: Post) -> None:
    await post.people(20)
    post.content = lambda row: None if row.language == "kk" else _text(row)
    mailing = await post.mailing(Kind.DEADLINE_REMINDER)
    async with post.working():
        await service.begin_due(post.office)
        found = await post.until(mailing, "done")
    assert (found.counts, found.counts.left) == (Counts(total=10, sent=10), 0)


async def test_a_correction_changes_what_was_sent(post: Post) -> None:
    await post.people(6)
    first = await post.mailing()
    async with post.working():
        await service.begin_due(post.office)
        await post.until(first, "done")
        edit = EditMessageText(chat_id=0, message_id=0, text="Ярмарка перенесена")
        post.content = lambda row: edit
        ids = {one: (await post.telegram.bot_messages(one))[-1].message_id for one in range(FIRST, FIRST + 6)}
        await post.telegram.add_fault(
            "400", "editMessageText", FIRST, description="Bad Request: message is not modified: x"
        )
        await post.telegram.add_fault(
            "400", "editMessageText", FIRST + 1, description="Bad Request: message to edit not found"
        )
        await post.telegram.add_fault("cut_after", "editMessageText", FIRST + 2)
        second = await post.mailing(Kind.ANNOUNCEMENT_EDIT, audience=Audience("recipients", mailing=first), of_id=first)
        await service.begin_due(post.office)
        found = await post.until(second, "done")
    # The one whose answer was lost was changed once more: that changes nothing.
    assert found.counts == Counts(total=6, sent=5, failed=1)
    for number in range(FIRST + 2, FIRST + 6):
        shown = (await post.telegram.bot_messages(number))[-1]
        assert (shown.message_id, shown.text) == (ids[number], "Ярмарка перенесена")


async def test_quiet_hours(post: Post) -> None:
    """What comes due by night begins in the morning; what runs into the night rests, and goes on in the morning."""
    await post.people(1200)
    night = datetime(2026, 12, 1, 18, tzinfo=UTC)  # 23:00
    morning = datetime(2026, 12, 2, 4, tzinfo=UTC)
    await post.clock.move(night - post.clock.now())
    mailing = await post.mailing()
    await service.begin_due(post.office)
    assert (await post.get(mailing)).state == "scheduled"
    due = await service.next_due(post.office)
    assert due == morning
    async with post.working():
        # Two hours after its moment it would be too late, but nobody counts the night.
        await post.clock.move(morning - post.clock.now())
        await service.begin_due(post.office)
        await post.sent(100)
        await post.clock.move(timedelta(hours=14))
        await post.telegram.settled(quiet=1.2)
        found = await post.get(mailing)
        assert found.state == "sending"
        assert 100 <= found.counts.sent < 1200
        await post.without(mailing, State.SENDING)
        await post.clock.move(timedelta(hours=10))
        found = await post.until(mailing, "done")
    assert found.counts == Counts(total=1200, sent=1200)
    assert set((await post.got()).values()) == {1}


async def test_what_is_too_late_is_not_sent(post: Post) -> None:
    author = await post.owner()
    hour = timedelta(hours=1)
    now = post.clock.now()
    late = await post.mailing(due_at=now - 3 * hour, author_id=author.id)
    in_time = await post.mailing(due_at=now - hour, author_id=author.id)
    longer = await post.mailing(due_at=now - 3 * hour, not_after=now + hour)
    reminder = await post.mailing(Kind.DEADLINE_REMINDER, due_at=now - 3 * hour, not_after=now - hour)
    result = await post.mailing(Kind.RESULT, due_at=now - 300 * hour)
    await service.begin_due(post.office)
    found = [(await post.get(one)).state for one in (late, in_time, longer, reminder, result)]
    assert found == ["missed", "expanding", "expanding", "cancelled", "expanding"]
    assert await post.pushed() == [(Kind.MAILING_MISSED, late)]
    assert await service.next_due(post.office) is None


async def test_a_moment_that_passes_in_the_middle_ends_it(post: Post) -> None:
    await post.people(1200)
    mailing = await post.mailing(Kind.DEADLINE_REMINDER, not_after=post.clock.now() + timedelta(minutes=30))
    async with post.working():
        await service.begin_due(post.office)
        await post.sent(100)
        await post.clock.move(timedelta(hours=1))
        found = await post.until(mailing, "cancelled")
        await post.without(mailing, State.SENDING)
    found = await post.get(mailing)
    assert found.counts.sent == len(await post.got()) < 1200
    assert found.ended_at is not None


async def test_an_announcement_for_stars(post: Post) -> None:
    """Above the free limit, with the flag; what is sent to one person meanwhile comes through as well."""
    post.office = replace(post.office, sending=replace(post.office.sending, a_second=20, paid=True, paid_a_second=200))
    await post.telegram.set_limits(per_second=20, paid_per_second=200)
    await post.telegram.set_stars(10_000)
    await post.people(600)
    author = await post.owner()
    mailing = await post.mailing()
    async with post.working():
        await service.begin_due(post.office)
        await post.sent(100)
        started = asyncio.get_running_loop().time()
        await rights.ask_for_all(post.office, author)
        await post.telegram.wait_message(OWNER)
        found = await post.until(mailing, "done")
        spent = asyncio.get_running_loop().time() - started
    assert found.counts == Counts(total=600, sent=600)
    assert spent < 12  # for nothing it would be 25
    assert await post.telegram.count_calls(outcome="Too Many Requests") == 0


async def test_a_notice_is_repeated_until_it_arrived(post: Post) -> None:
    await post.people(10)
    await post.telegram.add_fault("cut_before", "sendMessage", FIRST, times=2)
    await post.telegram.add_fault("5xx_html", "sendMessage", FIRST + 1, times=None)
    mailing = await post.mailing(Kind.RESULT)
    async with post.working():
        await service.begin_due(post.office)
        found = await post.until(mailing, "done", within=30)
    # One never was let through: after eight tries nobody knows.
    assert found.counts == Counts(total=10, sent=9, unknown=1)
    assert await post.telegram.count_calls("sendMessage", chat_id=FIRST + 1) == 8
