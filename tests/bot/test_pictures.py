"""A step with a picture: shown in place, uploaded once, and readable where the picture is lost."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.clock import Clock
from bot.local_telegram import LocalTelegram
from tests.bot.journeys import LANGUAGES, at_once, label, newcomer, rows
from tests.house import ROOT, House, running

GUIDE = """
title.kk = "Суреті бар нұсқаулық"
title.ru = "Инструкция с картинкой"
summary.kk = "Қысқаша"
summary.ru = "Коротко"
verified = 2026-11-20
source.name.kk = "Дереккөз"
source.name.ru = "Источник"

[[steps]]
id = "one"
text = { kk = "Бірінші", ru = "Первый" }
next = "two"

[[steps]]
id = "two"
text = { kk = "Екінші", ru = "Второй" }
picture = { kk = "red.png", ru = "blue.png" }
next = "three"

[[steps]]
id = "three"
text = { kk = "Үшінші", ru = "Третий" }
"""
TITLE = {"kk": "Суреті бар нұсқаулық", "ru": "Инструкция с картинкой"}
SECOND = {"kk": "Екінші", "ru": "Второй"}
THIRD = {"kk": "Үшінші", "ru": "Третий"}
COLOUR = {"kk": "red", "ru": "blue"}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """The content of the project, and a guide with a picture for each language."""
    path = tmp_path / "content"
    shutil.copytree(ROOT / "content", path)
    (path / "guides" / "drawn.toml").write_text(GUIDE, encoding="utf-8")
    for colour in COLOUR.values():
        Image.new("RGB", (80, 60), colour).save(path / "pictures" / f"{colour}.png")
    return path


@pytest.fixture
async def drawn(tmp_path: Path, content: Path, telegram: LocalTelegram, clock: Clock) -> AsyncIterator[House]:
    """A bot with that guide."""
    async with running(tmp_path, telegram, clock, content={"path": content}) as house:
        yield house


async def uploads(telegram: LocalTelegram) -> int:
    """How many files were uploaded."""
    calls = [*await telegram.calls("editMessageMedia"), *await telegram.calls("sendPhoto")]
    return sum("attach://" in str(call.parameters) for call in calls if call.outcome == "ok")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_picture_comes_and_goes(drawn: House, language: str) -> None:
    nina = await newcomer(drawn, language)
    await nina.says("/guides")
    first = await nina.taps(TITLE[language])
    second = await nina.taps(label(language, "button.next"))
    assert (second.kind, second.message_id) == ("photo", first.message_id)
    assert SECOND[language] in second.text
    third = await nina.taps(label(language, "button.next"))
    assert (third.kind, THIRD[language] in third.text) == ("text", True)
    assert third.message_id > second.message_id
    assert not (await drawn.telegram.messages(1))[-2].buttons
    again = await nina.taps(label(language, "button.back"))
    assert (again.kind, again.message_id) == ("photo", third.message_id)


async def test_ten_fast_taps_below_a_picture_lead_to_one_step(drawn: House) -> None:
    nina = await newcomer(drawn)
    await nina.says("/guides")
    second = await nina.taps(TITLE["ru"], "Далее →")
    await at_once(nina, "Далее →")
    third = await nina.sees()
    assert (THIRD["ru"] in third.text, third.message_id) == (True, second.message_id + 1)
    assert label("ru", "button.back") in third.labels


async def test_each_picture_is_uploaded_once_also_after_a_restart(
    tmp_path: Path, content: Path, telegram: LocalTelegram, clock: Clock
) -> None:
    for number in (1, 2):
        async with running(tmp_path, telegram, clock, content={"path": content}) as house:
            for language in LANGUAGES:
                nina = await newcomer(house, language, number * 10 + LANGUAGES.index(language))
                await nina.says("/guides")
                await nina.taps(TITLE[language], label(language, "button.next"))
                await nina.says("/guides")
                assert (await nina.taps(TITLE[language])).kind == "photo"
            assert len(rows(house, "SELECT telegram_id FROM uploads")) == 2
    assert await uploads(telegram) == 2


async def test_an_id_that_telegram_forgot_is_uploaded_again(drawn: House) -> None:
    nina, saule = await newcomer(drawn, "ru", 1), await newcomer(drawn, "ru", 2)
    with sqlite3.connect(drawn.settings.database.url.removeprefix("sqlite+aiosqlite:///")) as connection:
        sha256 = hashlib.sha256((drawn.settings.content.path / "pictures" / "blue.png").read_bytes()).hexdigest()
        connection.execute("INSERT INTO uploads VALUES (?, 'of another bot')", (sha256,))
    await nina.says("/guides")
    assert (await nina.taps(TITLE["ru"], "Далее →")).kind == "photo"
    await saule.says("/guides")
    assert (await saule.taps(TITLE["ru"], "Далее →")).kind == "photo"
    assert await uploads(drawn.telegram) == 1


@pytest.mark.parametrize("is_there", [True, False])
async def test_without_its_picture_the_step_still_reads_well(drawn: House, is_there: bool) -> None:
    nina = await newcomer(drawn)
    await nina.says("/guides")
    await nina.taps(TITLE["ru"])
    picture = drawn.settings.content.path / "pictures" / "blue.png"
    if is_there:
        picture.write_bytes(b"no picture")
    else:
        picture.unlink()
    step = await nina.taps("Далее →")
    assert (step.kind, SECOND["ru"] in step.text) == ("text", True)
    assert THIRD["ru"] in (await nina.taps("Далее →")).text
