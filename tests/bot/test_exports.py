"""What organisers take out of a contest, by visible labels."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from bot.local_telegram import Message
from tests.bot.journeys import (
    CONTEST,
    LANGUAGES,
    NAME,
    apply,
    at_once,
    content_of,
    label,
    newcomer,
    owner,
    row,
    rows,
    said,
    screen,
)
from tests.bot.test_seasons import toast
from tests.house import Citizen, House


async def documents(citizen: Citizen) -> list[Message]:
    """The documents in the chat."""
    return [message for message in await citizen.all() if "document" in message.extra]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_table(house: House, language: str) -> None:
    chief, nina = await owner(house, language), await newcomer(house, language)
    await apply(nina, language)
    await chief.says("/applications")
    await at_once(chief, label(language, "export.table"), 5)
    assert await chief.toast() == label(language, "export.table_comes")
    await house.telegram.wait_message(chief.number, said(language, "export.table_caption", contest="", at="")[-40:])
    (sent,) = await documents(chief)
    assert sent.extra["document"]["file_name"] == "egov_user.xlsx"
    assert CONTEST[language] in sent.text
    book = load_workbook(io.BytesIO(await content_of(house.telegram, sent)))
    assert book.sheetnames == [label(language, f"export.{name}") for name in ("applications", "counts", "history")]
    (line,) = book.worksheets[0].iter_rows(min_row=2, values_only=True)
    assert line[:2] == ("EU-0001", label(language, "state.submitted"))
    assert line[7] == NAME
    assert row(house, "SELECT act FROM journal") == ("table_taken",)
    await chief.taps(label(language, "season.journal"))
    assert said(language, "season.did.table_taken") in (await screen(chief)).text


async def test_not_for_others(house: House) -> None:
    nina = await newcomer(house)
    await apply(nina)
    assert await toast(house, 1, "s1:egov_user:table:") == label("ru", "refusal.no_right")
    assert rows(house, "SELECT act FROM journal") == []
