"""What organisers take out of a contest, on both engines; what is made is opened again."""

from __future__ import annotations

import asyncio
import io
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.methods import SendDocument
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from bot.domain.applications import PUBLISH_NAME
from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.services import arrivals, exports, reviews, rights, seasons
from bot.services.guardians import PAPER
from bot.services.office import Office
from bot.services.reviews import Decision
from bot.storage import files, mailings, people, tables
from bot.storage.deliveries import Delivery
from bot.telegram.uploads import Made
from bot.telegram.views.pushes import compose
from tests.services.rooms import (
    CONTEST,
    StillClock,
    catalogues,
    citizen,
    dismissed,
    draft,
    submitted,
)
from tests.services.test_seasons import be, organiser, say

WORDS = catalogues()
LOCAL = datetime.fromisoformat("2026-11-21T14:00")
"""NOW by the clocks of Kazakhstan."""
BOT = Bot("1:a")


async def queued(office: Office, kind: Kind) -> list[Delivery]:
    """What of this kind waits to be sent, as the worker claims it."""
    rows = await office.database.read(
        select(tables.deliveries, tables.people.c.telegram_id, tables.people.c.language)
        .join(tables.people, tables.people.c.id == tables.deliveries.c.person_id)
        .where(tables.deliveries.c.kind == kind)
        .order_by(tables.deliveries.c.id)
    )
    return [
        Delivery(row.id, kind, row.person_id, row.telegram_id, row.language, False, row.subject_id, 1) for row in rows
    ]


async def content(call: Any) -> bytes:
    """What a call would send; its file is gone afterwards."""
    assert isinstance(call, SendDocument)
    assert isinstance(call.document, Made)
    sent = b"".join([part async for part in call.document.read(BOT)])
    call.document.file.close()
    return sent


async def table(office: Office, chief: Person) -> list[Worksheet]:
    """The sheets of the newest table that was asked for."""
    await exports.ask_for_table(office, chief, CONTEST)
    sent = await content(await compose(office, (await queued(office, Kind.APPLICATIONS_TABLE))[-1]))
    assert list(office.files.folder.glob("*.part")) == []
    return list(load_workbook(io.BytesIO(sent)).worksheets)


def values(sheet: Worksheet) -> list[tuple[Any, ...]]:
    """The rows below the headings."""
    return list(sheet.iter_rows(min_row=2, values_only=True))


async def journal(office: Office) -> list[tuple[str, int | None, Any]]:
    rows = await mailings.journal_of(office.database, contest_id=CONTEST)
    return [(row.act, row.actor_id, row.detail) for row in rows]


@pytest.mark.parametrize("language", ["kk", "ru"])
async def test_everything_of_a_contest(office: Office, clock: StillClock, language: str) -> None:
    words, contest = WORDS[language], office.library.contests[CONTEST]
    chief = await citizen(office, 900, language)
    async with office.database.write() as connection:
        await people.give_role(connection, chief.id, "organiser", clock.now(), office.vault.seal_text("Ольга"))
    first = await submitted(office, await citizen(office, 1))
    second = await submitted(office, await citizen(office, 2, "kk"))
    third = await submitted(office, await citizen(office, 3))
    await draft(office, await citizen(office, 4))
    await say(office, third.application.id, full_name="=HYPERLINK(1)", **{PUBLISH_NAME: "yes"})
    clock.pass_by(hours=1)
    card = await reviews.card(office, chief, first.application.id)
    await reviews.decide(office, chief, first.application.id, card.seen, Decision("decline", "not_eligible"))
    card = await reviews.card(office, chief, second.application.id)
    until = clock.now() + timedelta(days=3)
    await reviews.decide(office, chief, second.application.id, card.seen, Decision("return", "", "@Звоните\x0b", until))
    card = await reviews.card(office, chief, third.application.id)
    await reviews.decide(office, chief, third.application.id, card.seen, Decision("admit"))
    await seasons.set_place(office, chief, CONTEST, "first", third.application.id)

    everyone, counts, history = await table(office, chief)
    names = ("applications", "counts", "history")
    assert [one.title for one in (everyone, counts, history)] == [words.label(f"export.{name}") for name in names]
    kk, ru = (WORDS[one].label("export.state") for one in ("kk", "ru"))
    heads = [cell.value for cell in everyone[1]]
    assert heads[1] == f"{kk}\n{ru}"
    zones = [WORDS[one].zone_name(contest.tz) for one in ("kk", "ru")]
    assert all(zone in heads[2] for zone in zones)
    assert heads[7:] == [f"{field.label['kk']}\n{field.label['ru']}" for field in contest.fields]
    person = ("Образцова Анна Ивановна", datetime.fromisoformat("1960-01-05"))
    where = contest.fields[2].shown("esil", language), "+7 701 000 0000"
    reason = contest.reason("not_eligible")
    assert reason is not None
    why = f"{reason.label[language]} · {words.label('review.paragraph', paragraph='3.1')}"
    no, yes, later = words.label("form.no"), words.label("form.yes"), LOCAL + timedelta(hours=1)
    states = [words.label(f"state.{state}") for state in ("not_admitted", "returned", "admitted", "draft")]
    place = {"kk": "I орын", "ru": "I место"}[language]
    assert values(everyone) == [
        ("EU-0001", states[0], LOCAL, later, why, None, no, *person, *where),
        ("EU-0002", states[1], LOCAL, later, "@Звоните", None, no, *person, *where),
        ("EU-0003", states[2], LOCAL, later, None, place, yes, "=HYPERLINK(1)", person[1], *where),
    ]
    for cell in (everyone["H4"], everyone["E3"], everyone["K2"]):
        assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert [everyone[cell].number_format for cell in ("C2", "I2")] == ["DD.MM.YYYY HH:MM", "DD.MM.YYYY"]
    assert (everyone.freeze_panes, everyone.auto_filter.ref) == ("A2", "A1:K4")
    assert dict(values(counts)) == dict.fromkeys(states, 1)
    said = values(history)
    applicant = words.label("review.applicant")
    assert ("EU-0001", LOCAL, applicant, words.label("act.submit"), None) in said
    assert said[-4:] == [
        ("EU-0001", later, "Ольга", words.label("act.decline"), why),
        ("EU-0002", later, "Ольга", words.label("act.return"), "@Звоните"),
        ("EU-0003", later, "Ольга", words.label("act.admit"), None),
        ("EU-0003", later, "Ольга", words.label("act.place_set"), place),
    ]
    assert await journal(office) == [("table_taken", chief.id, {})]


async def test_many_pages(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGE", 2)
    chief = await organiser(office)
    for number in range(1, 6):
        await submitted(office, await citizen(office, number))
    everyone, _, history = await table(office, chief)
    numbers = [f"EU-{number:04}" for number in range(1, 6)]
    assert [row[0] for row in values(everyone)] == numbers
    submits = [row[0] for row in values(history) if row[3] == WORDS["ru"].label("act.submit")]
    assert submits == numbers


async def test_what_is_erased_is_not_taken_out(office: Office) -> None:
    chief, nina = await organiser(office), await citizen(office, 1)
    await submitted(office, nina)
    await rights.forget(office, nina)
    everyone, _, history = await table(office, chief)
    (row,) = values(everyone)
    assert row == ("EU-0001", WORDS["ru"].label("state.withdrawn"), LOCAL, *[None] * 8)
    assert {row[2] for row in values(history)} == {None}


async def test_what_became_a_draft_again_is_only_counted(office: Office) -> None:
    chief = await organiser(office)
    found = await submitted(office, await citizen(office, 1))
    await sent_file(office, found.application.id, b"a", "a.pdf")
    await be(office, [found.application.id], "draft")
    everyone, counts, history = await table(office, chief)
    assert [values(sheet) for sheet in (everyone, counts, history)] == [[], [(WORDS["ru"].label("state.draft"), 1)], []]
    with pytest.raises(Refusal, match=r"refusal\.no_files"):
        await exports.plan(office, chief, CONTEST)


async def test_asked_twice_at_once(office: Office, clock: StillClock) -> None:
    chief, other = await organiser(office), await organiser(office, 901)
    await draft(office, await citizen(office, 1))
    await asyncio.gather(*(exports.ask_for_table(office, chief, CONTEST) for _ in range(20)))
    await exports.ask_for_table(office, other, CONTEST)
    assert [one.person_id for one in await queued(office, Kind.APPLICATIONS_TABLE)] == [chief.id, other.id]
    clock.pass_by(minutes=2)
    await exports.ask_for_table(office, chief, CONTEST)
    assert len(await queued(office, Kind.APPLICATIONS_TABLE)) == 3
    assert [act for act, *_ in await journal(office)] == ["table_taken"] * 3


async def test_only_for_organisers(office: Office) -> None:
    chief, nina = await organiser(office), await citizen(office, 1)
    await draft(office, nina)
    with pytest.raises(Refusal, match=r"refusal\.no_right"):
        await exports.ask_for_table(office, nina, CONTEST)
    with pytest.raises(Refusal, match=r"refusal\.contest_gone"):
        await exports.ask_for_table(office, chief, "gone")
    await exports.ask_for_table(office, chief, CONTEST)
    await dismissed(office, chief)
    (delivery,) = await queued(office, Kind.APPLICATIONS_TABLE)
    assert await compose(office, delivery) is None


async def test_nothing_stays_when_it_cannot_be_made(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    chief = await organiser(office)
    await submitted(office, await citizen(office, 1))
    await exports.ask_for_table(office, chief, CONTEST)
    (delivery,) = await queued(office, Kind.APPLICATIONS_TABLE)
    monkeypatch.setattr(exports, "_events", None)
    with pytest.raises(TypeError):
        await compose(office, delivery)
    assert list(office.files.folder.iterdir()) == []


# -- files ------------------------------------------------------------------------------------------------------------


async def sent_file(office: Office, application_id: int, content: bytes | None, name: str, size: int = 0) -> int:
    """A file of an application; without content it is still to be fetched."""
    values = {
        "application_id": application_id,
        "field": PAPER,
        "telegram_id": office.vault.seal_text("x"),
        "name": office.vault.seal_text(name),
        "size": size or len(content or b""),
        "sent_at": office.clock.now(),
    }
    async with office.database.write() as connection:
        file_id = await files.add(connection, values)
    if content is not None:
        await arrivals.keep(office, file_id, content, "")
    return file_id


async def archives(office: Office) -> list[dict[str, bytes]]:
    """What is in each archive that waits to be sent: name -> content."""
    found = []
    for delivery in await queued(office, Kind.FILES_ARCHIVE):
        with zipfile.ZipFile(io.BytesIO(await content(await compose(office, delivery)))) as archive:
            assert archive.testzip() is None
            found.append({name: archive.read(name) for name in archive.namelist()})
    return found


async def test_all_files_in_parts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PART_LIMIT", 250)
    chief = await organiser(office)
    one = await submitted(office, await citizen(office, 1))
    two = await submitted(office, await citizen(office, 2))
    unsent = await draft(office, await citizen(office, 3))
    # The files of the second came first: archives go by the numbers.
    await sent_file(office, two.application.id, b"c" * 100, "скан.JPG")
    await sent_file(office, one.application.id, b"a" * 100, "один.pdf")
    await sent_file(office, one.application.id, b"b" * 100, "два.pdf")
    await sent_file(office, two.application.id, b"d" * 200, "скан")
    await sent_file(office, unsent.application.id, b"e" * 100, "черновик.pdf")

    _, count, planned = await exports.plan(office, chief, CONTEST)
    assert (count, [part.size for part in planned]) == (4, [200, 100, 200])
    assert await exports.ask_for_files(office, chief, CONTEST) == 3
    assert await archives(office) == [
        {"EU-0001/EU-0001_guardian_1.pdf": b"a" * 100, "EU-0001/EU-0001_guardian_2.pdf": b"b" * 100},
        {"EU-0002/EU-0002_guardian_1.jpg": b"c" * 100},
        {"EU-0002/EU-0002_guardian_2": b"d" * 200},
    ]
    second = (await queued(office, Kind.FILES_ARCHIVE))[1]
    call = await compose(office, second)
    assert isinstance(call, SendDocument)
    assert isinstance(call.document, Made)
    assert call.document.filename == "egov_user-files-2-of-3.zip"
    title = office.library.contests[CONTEST].title["ru"]
    assert call.caption == WORDS["ru"]("files.caption", what=title, part=2, parts=3)
    call.document.file.close()
    # One line for the organisers, however many parts there are.
    _, lines = await seasons.journal(office, chief, CONTEST)
    assert [(line.act, line.detail["parts"]) for line in lines] == [("files_taken", 3)]
    assert len(await journal(office)) == 3
    await exports.ask_for_files(office, chief, CONTEST)
    assert len(await journal(office)) == 3


async def test_files_that_are_not_here_are_named(office: Office) -> None:
    chief, words = await organiser(office), WORDS["ru"]
    found = await submitted(office, await citizen(office, 1))
    number = found.application.id
    kept = [await sent_file(office, number, b"%PDF", "a.pdf") for _ in range(3)]
    await sent_file(office, number, None, "b.pdf", size=7)
    refused = await sent_file(office, number, None, "c.pdf", size=7)
    async with office.database.write() as connection:
        await files.set_state(connection, refused, "refused")
    await exports.ask_for_files_of(office, chief, number)
    await exports.ask_for_files_of(office, chief, number)
    office.files.remove([kept[0]])
    office.files.write(kept[1], b"damaged")
    (archive,) = await archives(office)
    assert archive.pop("EU-0001/EU-0001_guardian_3.pdf") == b"%PDF"
    text = archive.pop(words.label("files.missing_name")).decode("utf-8-sig")
    assert archive == {}
    keys = ("gone", "gone", None, "waiting", "refused")
    assert text.split("\r\n")[2:] == [
        f"EU-0001/EU-0001_guardian_{place}.pdf: {words.label(f'files.{key}')}"
        for place, key in enumerate(keys, 1)
        if key
    ]
    _, history = await reviews.history(office, chief, number)
    assert [line.act for line in history].count("files_taken") == 1
    assert history[-1].who == "Организатор 900"


async def test_no_archive_grows_past_what_telegram_takes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PART_LIMIT", 250)
    monkeypatch.setattr(exports, "MEGABYTE", 50)
    chief = await organiser(office)
    one = await submitted(office, await citizen(office, 1))
    two = await submitted(office, await citizen(office, 2))
    await sent_file(office, one.application.id, b"a" * 100, "a.pdf")
    await sent_file(office, two.application.id, b"b" * 100, "b.pdf")
    await exports.ask_for_files(office, chief, CONTEST)
    await sent_file(office, one.application.id, b"c" * 200, "c.pdf")
    (archive,) = await archives(office)
    assert sorted(archive) == ["EU-0001/EU-0001_guardian_1.pdf", "EU-0001/EU-0001_guardian_2.pdf", "net-failov.txt"]
    text = archive["net-failov.txt"].decode("utf-8-sig")
    assert f"EU-0002/EU-0002_guardian_1.pdf: {WORDS['ru'].label('files.too_many')}" in text


async def test_files_only_for_organisers(office: Office) -> None:
    chief, nina = await organiser(office), await citizen(office, 1)
    found = await submitted(office, nina)
    for ask in (exports.plan, exports.ask_for_files):
        with pytest.raises(Refusal, match=r"refusal\.no_right"):
            await ask(office, nina, CONTEST)
        with pytest.raises(Refusal, match=r"refusal\.no_files"):
            await ask(office, chief, CONTEST)
    with pytest.raises(Refusal, match=r"refusal\.no_right"):
        await exports.ask_for_files_of(office, nina, found.application.id)
    with pytest.raises(Refusal, match=r"refusal\.no_files"):
        await exports.ask_for_files_of(office, chief, found.application.id)
    await sent_file(office, found.application.id, b"a", "a.pdf")
    await exports.ask_for_files(office, chief, CONTEST)
    await dismissed(office, chief)
    (delivery,) = await queued(office, Kind.FILES_ARCHIVE)
    assert await compose(office, delivery) is None
