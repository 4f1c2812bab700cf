"""What organisers take out of a contest, by visible labels."""

from __future__ import annotations

import io
import zipfile

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
from tests.bot.test_files import FAIR, JPG, PDF, sends, to_work
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


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_files(fair: House, language: str) -> None:
    chief, nina = await owner(fair, language), await to_work(fair, language)
    await sends(nina, PDF)
    await fair.telegram.send_photo(1, JPG)
    await nina.sees()
    await nina.taps(*[label(language, "form.skip")] * 2, label(language, "form.submit"))
    await fair.telegram.wait_message(1, "F-0001")
    whole = {"F-0001/F-0001_work_1.pdf": PDF, "F-0001/F-0001_picture_1.jpg": JPG}
    await chief.says("/applications")
    shown = await chief.taps(FAIR[language], label(language, "files.all_of_contest"))
    assert said(language, "files.sure", contest=FAIR[language], count=2, size=1, parts=1) in shown.text
    await at_once(chief, label(language, "files.send"), 5)
    assert await chief.toast() == label(language, "files.come", parts=1)
    await fair.telegram.wait_message(
        chief.number, said(language, "files.caption", what=FAIR[language], part=1, parts=1)
    )
    (sent,) = await documents(chief)
    assert sent.extra["document"]["file_name"] == "fair-files.zip"
    assert await unzipped(fair, sent) == whole

    await chief.says("/applications")
    await chief.taps(FAIR[language], label(language, "review.all", count=1), "F-0001 · – · 🟢")
    await chief.taps(label(language, "files.all_of_application"))
    assert await chief.toast() == label(language, "review.file_comes")
    what = f"{FAIR[language]}: F-0001"
    await fair.telegram.wait_message(chief.number, said(language, "files.caption", what=what, part=1, parts=1))
    sent = (await documents(chief))[-1]
    assert sent.extra["document"]["file_name"] == "F-0001-files.zip"
    assert await unzipped(fair, sent) == whole
    await chief.says("/applications")
    await chief.taps(FAIR[language], label(language, "season.journal"))
    journal = (await screen(chief)).text
    for what in (label(language, "files.all"), "F-0001"):
        assert said(language, "season.did.files_taken", what=what, parts=1) in journal


async def unzipped(house: House, sent: Message) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(await content_of(house.telegram, sent))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_no_files(house: House) -> None:
    chief = await owner(house)
    await chief.says("/applications")
    await chief.taps(label("ru", "files.all_of_contest"))
    assert await chief.toast() == label("ru", "refusal.no_files")
    await newcomer(house)
    for data in ("s1:egov_user:files:", "s1:egov_user:zip:", "d1:1:zip::0"):
        assert await toast(house, 1, data) == label("ru", "refusal.no_right")
