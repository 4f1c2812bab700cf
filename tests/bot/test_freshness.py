"""Facts that were checked long ago: citizens are told so on the step, organisers get a list on Monday."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.domain.pushes import Kind
from bot.local_telegram import LocalTelegram, Message
from tests.bot.conftest import CONTENT
from tests.bot.journeys import LANGUAGES, newcomer, owner, past, rows, said
from tests.bot.test_feedback import SHORT, at_the_end
from tests.house import OWNER, Citizen, House, running

STALE = datetime(2027, 11, 21, 6, tzinfo=UTC)
"""A year and a day after the guide of tests/bot/content was checked."""
MONDAY = datetime(2027, 11, 22, 4, tzinfo=UTC)


def first_line(language: str) -> str:
    """How the list of steps to check begins."""
    return said(language, "stale.text").split("\n")[0]


async def lists(citizen: Citizen, language: str) -> list[Message]:
    """The lists of steps to check that came to an organiser."""
    return [message for message in await citizen.all() if first_line(language) in message.text]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_citizen_is_told_on_the_step(fair: House, language: str) -> None:
    nina = await newcomer(fair, language)
    fresh = await at_the_end(nina, language)
    assert said(language, "guide.stale") not in fresh.text
    await past(fair, STALE)
    stale = await at_the_end(nina, language)
    assert said(language, "guide.stale") in stale.text
    assert stale.labels == fresh.labels


@pytest.mark.parametrize("language", LANGUAGES)
async def test_organisers_are_told_on_monday(fair: House, language: str) -> None:
    olga, nina = await owner(fair, language), await newcomer(fair, language)
    first, last = first_line(language), (await olga.sees()).message_id
    # Back after a year of Mondays: one list, then one a week.
    for moment in (STALE, MONDAY, MONDAY + timedelta(days=7)):
        await past(fair, moment)
        told = await fair.telegram.wait_message(OWNER, first, after=last)
        last = told.message_id
        assert SHORT[language] in told.text
        step = {"kk": "Осымен бітті.", "ru": "Вот и всё."}[language]
        assert said(language, "stale.step", step=step, day=date(2026, 11, 20)) in told.text
    assert len(await lists(olga, language)) == 3
    assert await lists(nina, language) == []


async def test_a_restart_does_not_repeat_it(tmp_path: Path, telegram: LocalTelegram, clock: Clock) -> None:
    async with running(tmp_path, telegram, clock, content={"path": CONTENT}) as house:
        olga = await owner(house)
        await past(house, MONDAY)
        await telegram.wait_message(OWNER, first_line("ru"))
    async with running(tmp_path, telegram, clock, content={"path": CONTENT}) as house:
        await house.move(hours=1)
        assert len(await lists(olga, "ru")) == 1
        assert rows(house, "SELECT count(*) FROM deliveries WHERE kind = ?", Kind.STALE_STEPS) == [(1,)]
