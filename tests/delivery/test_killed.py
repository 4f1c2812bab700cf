"""kill -9 at the moments that hurt. Nothing typed is lost, nothing is done twice, no answer stands elsewhere."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Mapping

import pytest

from bot.local_telegram import Fault, LocalTelegram
from tests.delivery.crowd import CONTEST, WITHIN, Crowd, Step, act, screens, the_form
from tests.delivery.processes import Place, reached

FORM = {language: the_form(language) for language in ("kk", "ru")}


def _stored(form: list[Step], until: int) -> dict[str, str]:
    """The answers that stand after so many steps."""
    return dict(step.stored for step in form[:until] if step.stored)


async def _spread(crowd: Crowd, form: list[Step]) -> Mapping[int, Step]:
    """Everybody of the crowd stands at a step of their own, the first at the first; gives who is to do what."""
    await crowd.come()
    for done, step in enumerate(form[:-1], start=1):
        await crowd.do(step, crowd.numbers[done:])
    return dict(zip(crowd.numbers, form, strict=True))


async def _hold_before(telegram: LocalTelegram, doing: Mapping[int, Step]) -> list[Fault]:
    """Everything that the bot says is held: the answer is written down, and nothing was said about it."""
    return [
        *[await telegram.add_fault("hold_before", "answerCallbackQuery") for step in doing.values() if step.taps],
        *[await telegram.add_fault("hold_before", chat_id=number, times=None) for number in doing],
    ]


async def _hold_after(telegram: LocalTelegram, doing: Mapping[int, Step]) -> list[Fault]:
    """The next question arrives, and the bot does not learn of it."""
    faults = []
    for number, step in doing.items():
        method = "editMessageText" if step.name in ("publish_name", "submit") else "sendMessage"
        # Before the question after the telephone number, a message puts the keyboard away.
        faults.append(
            await telegram.add_fault("hold_after", method, chat_id=number, times=None, skip=int(step.name == "phone"))
        )
    return faults


@pytest.mark.parametrize(("said", "language"), [(False, "kk"), (True, "ru")], ids=["unsaid", "said"])
async def test_between_the_answer_and_the_reply(there: Place, said: bool, language: str) -> None:
    telegram, form = there.telegram, FORM[language]
    crowd = Crowd(telegram, language, range(1, len(form) + 1))
    bot = await there.start()
    doing = await _spread(crowd, form)
    faults = await (_hold_after if said else _hold_before)(telegram, doing)
    await asyncio.gather(*(act(telegram, number, step) for number, step in doing.items()))
    await reached(faults)
    await _until_written_down(there, form)
    await bot.kill()
    assert await telegram.pending_updates() != []
    await telegram.clear_faults()

    await there.start()
    await telegram.settled(WITHIN)
    for done, number in enumerate(crowd.numbers, start=1):
        application = await there.application(number)
        assert (number, dict(application.answers)) == (number, _stored(form, done))
        # A typed answer gets a new message each time; the message that was tapped is only drawn once more.
        anew = form[done - 1].types or form[done - 1].name == "district"
        shown = await screens(telegram, number, form[done - 1].shows)
        assert (number, len(shown)) == (number, 2 if said and anew else 1)
        # A refusal of what came once more would stand before it.
        assert all(one.text.startswith(CONTEST.title[language]) for one in shown)
    for done, step in enumerate(form):
        await crowd.do(step, crowd.numbers[:done])
    await _all_sent_in(there, crowd, form)


async def _until_written_down(there: Place, form: list[Step]) -> None:
    """The answers of all whose reply is held. The calls are held after the commit, so this asks only once."""
    for done, _ in enumerate(form, start=1):
        assert dict((await there.application(done)).answers) == _stored(form, done)


async def _all_sent_in(there: Place, crowd: Crowd, form: list[Step]) -> None:
    """Each has one application with all answers and a number of its own, and a receipt that names it."""
    numbers = []
    for number in crowd.numbers:
        await there.telegram.wait_message(number, "EU-", within=WITHIN)
        application = await there.application(number)
        assert (application.state, dict(application.answers)) == ("submitted", _stored(form, len(form)))
        seen = {found for one in await there.telegram.bot_messages(number) for found in re.findall(r"EU-\d+", one.text)}
        assert seen == {f"EU-{application.number:04}"}
        numbers.append(application.number)
    assert sorted(number or 0 for number in numbers) == list(range(1, len(crowd.numbers) + 1))


async def test_with_fifty_in_flight(there: Place) -> None:
    """First no handler has written anything, since the database is busy; then all have, and no reply came through."""
    telegram, form = there.telegram, FORM["kk"]
    crowd = Crowd(telegram, "kk", range(1_000_001, 1_000_051))
    await crowd.sit_down(there)
    bot = await there.start()
    busy = sqlite3.connect(there.folder / "bot.sqlite3", isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    await telegram.polled()
    polls = await telegram.count_calls("getUpdates")
    await crowd.begin(form[0])

    async def handed_out() -> bool:
        return await telegram.count_calls("getUpdates") > polls

    await telegram.wait_for(handed_out, WITHIN)
    await bot.kill()
    busy.execute("ROLLBACK")
    busy.close()
    assert len(await telegram.pending_updates()) == 50
    assert there.rows("SELECT count(*) FROM applications WHERE update_id > 0") == [(0,)]

    faults = [await telegram.add_fault("hold_after", "sendMessage", chat_id=n) for n in crowd.numbers]
    bot = await there.start()
    await reached(faults)
    await bot.kill()
    assert len(await telegram.pending_updates()) == 50
    assert there.rows("SELECT count(*) FROM applications WHERE update_id > 0") == [(50,)]
    await telegram.clear_faults()

    await there.start()
    await telegram.settled(WITHIN)
    assert await telegram.pending_updates() == []
    for number in crowd.numbers:
        application = await there.application(number)
        assert (dict(application.answers), application.question) == ({"full_name": "Образцова Анна"}, "birth_date")
        # The question that was held, and the one that was drawn again; nothing else, such as a refusal of the name.
        first, again = await telegram.bot_messages(number)
        assert form[0].shows in first.text
        assert (again.text, again.labels) == (first.text, first.labels)


async def test_on_postgresql(on_postgres: Place) -> None:
    """One stands at the first question and one at the last tap when the bot dies; both come through."""
    there, telegram, form = on_postgres, on_postgres.telegram, FORM["ru"]
    crowd = Crowd(telegram, "ru", [1, 2])
    bot = await there.start()
    await crowd.come()
    for step in form[:-1]:
        await crowd.do(step, [2])
    doing = {1: form[0], 2: form[-1]}
    faults = await _hold_before(telegram, doing)
    await asyncio.gather(*(act(telegram, number, step) for number, step in doing.items()))
    await reached(faults)
    await bot.kill()
    await telegram.clear_faults()
    await there.start()
    await telegram.settled(WITHIN)
    assert dict((await there.application(1)).answers) == _stored(form, 1)
    assert len(await screens(telegram, 1, form[0].shows)) == 1
    for step in form[1:]:
        await crowd.do(step, [1])
    await _all_sent_in(there, crowd, form)
