"""Who owns the bot: whom config.toml names, or the first who sends the one-time code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.local_telegram import LocalTelegram
from tests.bot.journeys import LANGUAGES, label, newcomer, row, rows, said
from tests.house import House, running

PEOPLE = {"people": {"owners": ()}}


def code_of(house: House) -> str:
    """The code that the bot printed at the start."""
    found = [re.search(r"/owner ([A-Z0-9-]{14})$", line) for line in house.said]
    return next(match[1] for match in found if match)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_first_who_sends_the_code(
    tmp_path: Path, telegram: LocalTelegram, clock: Clock, language: str
) -> None:
    async with running(tmp_path, telegram, clock, **PEOPLE) as house:
        code = code_of(house)
        nina, other = await newcomer(house, language), await newcomer(house, language, 2)
        wrong = await nina.says("/owner AAAA-BBBB-CCCC")
        assert said(language, "owner.wrong_code") in wrong.text
        assert said(language, "owner.wrong_code") in (await nina.says("/owner")).text
        assert rows(house, "SELECT * FROM roles") == []
        welcome = await nina.says(f"/owner {code.lower()}")
        assert said(language, "owner.welcome") in welcome.text
        assert said(language, "owner.wrong_code") in (await other.says(f"/owner {code}")).text
        roles = "SELECT telegram_id, role FROM roles JOIN people ON people.id = person_id"
        assert row(house, roles) == (1, "owner")
        assert "papers" in [one["command"] for one in await telegram.commands(1)]
        assert "papers" not in [one["command"] for one in await telegram.commands(2)]
        assert said(language, "review.none") == (await nina.says("/papers")).text
    # There is an owner now: no other code is given.
    async with running(tmp_path, telegram, clock, **PEOPLE) as house:
        assert not any("/owner" in line for line in house.said)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_code_alone(tmp_path: Path, telegram: LocalTelegram, clock: Clock, language: str) -> None:
    async with running(tmp_path, telegram, clock, **PEOPLE) as house:
        nina = await newcomer(house, language)
        assert said(language, "search.nothing") in (await nina.says("AAAA-BBBB-CCCC")).text
        assert said(language, "owner.welcome") in (await nina.says(code_of(house))).text
        assert label(language, "menu.guides") in (await nina.sees()).labels


async def test_an_old_code_and_a_stranger(tmp_path: Path, telegram: LocalTelegram, clock: Clock) -> None:
    async with running(tmp_path, telegram, clock, **PEOPLE) as house:
        old = code_of(house)
        # A person without a language is asked for it first; the code is none for them yet.
        nina = await house.citizen(1)
        assert (await nina.says(f"/owner {old}")).labels == ["Русский", "Қазақша"]
        assert rows(house, "SELECT * FROM roles") == []
        await nina.taps("Русский")
        await house.move(days=8)
        assert said("ru", "owner.wrong_code") in (await nina.says(f"/owner {old}")).text
    async with running(tmp_path, telegram, clock, **PEOPLE) as house:
        assert code_of(house) != old
        assert said("ru", "owner.welcome") in (await nina.says(f"/owner {code_of(house)}")).text
