"""Seeing everything, forgetting, and erasing what a term has ended for."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.moments import Calendar
from bot.domain.pushes import Kind
from bot.services import arrivals, contests, forms, guides, rights
from bot.services.forms import YES, Upload
from bot.services.office import Office
from bot.storage import applications, consents, deliveries, erasure, files, people
from bot.storage import contests as storage
from tests.services.rooms import (
    ANSWERS,
    CONTEST,
    ERASED,
    StillClock,
    citizen,
    filled,
    library,
    submitted,
    with_contest,
)
from tests.services.test_forms import SCAN


async def test_everything_that_is_held(office: Office) -> None:
    nina = await citizen(office, 123456789)
    found = await filled(office, nina, publish=YES)
    await forms.submit(office, nina, found.application.id)
    await contests.follow(office, nina, CONTEST, True)
    await guides.turn(office, nina.telegram_id, "portal", "", "s")
    held = await people.find(office.database, nina.telegram_id)
    assert held is not None
    name, content = await rights.everything(office, held)
    said = content.decode("utf-8-sig")
    assert name == "mydata.txt"
    contest, words = office.library.contests[CONTEST], office.words["ru"]
    for wanted in (
        "123456789",
        "Русский",
        office.library.guides["portal"].title["ru"],
        contest.title["ru"],
        "EU-0001",
        words.label("state.submitted"),
        "Фамилия, имя, отчество: Образцова Анна Ивановна",
        "Дата рождения: 05.01.1960",
        "Район или город: Есильский район",
        "Номер телефона: +7 701 000 0000",
        words.label("act.agree"),
        words.label("act.submit"),
        words.label("consent.kind.processing"),
        words.label("consent.kind.publish_name"),
        contest.consent.purpose["ru"],
        words.label("push.receipt"),
    ):
        assert wanted in said, wanted
    assert "<b>" not in said
    assert "{" not in said


async def test_everything_is_in_the_persons_language(office: Office) -> None:
    aigul = await citizen(office, 1, "kk")
    await submitted(office, aigul)
    _, content = await rights.everything(office, aigul)
    said = content.decode("utf-8-sig")
    assert "Қазақша" in said
    assert "Аудан немесе қала: Есіл ауданы" in said


async def test_a_file_comes_along(office: Office) -> None:
    contest = library().contests[CONTEST]
    office = with_contest(office, contest.model_copy(update={"fields": (SCAN, *contest.fields)}))
    nina = await citizen(office, 1)
    await contests.announce_due(office, Calendar())
    found = await forms.agree(office, nina, CONTEST, "ru")
    await forms.upload(office, nina, found.application, Upload("t", "мой/скан.pdf", 5), office.clock.now(), 1)
    (row,) = await files.of_application(office.database, found.application.id)
    content = b"%PDF-1.7 Anna"
    await arrivals.keep(office, row.id, content, hashlib.sha256(content).hexdigest())
    assert b"Anna" not in office.files.read(row.id)
    name, archive = await rights.everything(office, nina)
    assert name == "mydata.zip"
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.namelist() == ["mydata.txt", f"{row.id}-мой_скан.pdf"]
        assert opened.read(opened.namelist()[1]) == content
        assert "мой/скан.pdf" in opened.read("mydata.txt").decode("utf-8-sig")


async def test_asking_for_all_queues_it(office: Office) -> None:
    nina = await citizen(office, 1)
    await rights.ask_for_all(office, nina)
    assert [kind for kind, _, _ in await deliveries.of_person(office.database, nina.id)] == [Kind.MY_DATA]
    assert office.queued.is_set()


async def test_a_forgotten_person_is_nobody(office: Office) -> None:
    nina, other = await citizen(office, 1), await citizen(office, 2)
    found = await submitted(office, nina)
    kept = await submitted(office, other)
    await contests.follow(office, nina, CONTEST, True)
    await rights.forget(office, nina)
    assert await people.find(office.database, 1) is None
    gone = await applications.get(office.database, office.vault, found.application.id)
    assert gone is not None
    assert (gone.person_id, gone.state, gone.number, gone.answers) == (None, "withdrawn", 1, {})
    assert await deliveries.of_person(office.database, nina.id) == []
    assert await consents.of_person(office.database, nina.id) == []
    assert (await forms.own(office, other, kept.application.id)).application.number == 2
    again = await citizen(office, 1)
    assert await forms.mine(office, again) == []
    sent = await submitted(office, again)
    assert sent.application.number == 3
    await rights.forget(office, nina)
    assert await people.find(office.database, 1) is not None, "an old button must not erase somebody else"


async def test_a_forgotten_persons_files_are_gone(office: Office) -> None:
    contest = library().contests[CONTEST]
    office = with_contest(office, contest.model_copy(update={"fields": (SCAN, *contest.fields)}))
    nina = await citizen(office, 1)
    await contests.announce_due(office, Calendar())
    found = await forms.agree(office, nina, CONTEST, "ru")
    await forms.upload(office, nina, found.application, Upload("t", "a.pdf", 5), office.clock.now(), 1)
    (row,) = await files.of_application(office.database, found.application.id)
    await arrivals.keep(office, row.id, b"%PDF", "f" * 64)
    assert office.files.stored() == [row.id]
    await rights.forget(office, nina)
    assert office.files.stored() == []


async def test_a_content_that_no_row_names_is_swept_away(office: Office) -> None:
    office.files.write(77, b"sealed")
    await arrivals.keep(office, 78, b"late", "f" * 64)
    assert office.files.stored() == [77]
    await arrivals.sweep(office)
    assert office.files.stored() == []


async def test_a_term_that_is_over_erases_the_contest(
    office: Office, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "BATCH", 2)
    everyone = [await citizen(office, number) for number in range(1, 6)]
    sent = [await submitted(office, person) for person in everyone]
    assert await rights.next_erasure(office) == ERASED
    clock.at = ERASED
    clock.pass_by(seconds=-1)
    await rights.erase_expired(office)
    assert len((await forms.own(office, everyone[0], sent[0].application.id)).application.answers) == 5
    clock.pass_by(seconds=1)
    await rights.erase_expired(office)
    for number, one in enumerate(sent, 1):
        gone = await applications.get(office.database, office.vault, one.application.id)
        assert gone is not None
        assert (gone.person_id, gone.state, gone.number, gone.answers) == (None, "submitted", number, {})
    assert await storage.to_erase(office.database, clock.at) == []
    assert await rights.next_erasure(office) is None
    await rights.erase_expired(office)
    assert await people.count(office.database) == 5
    assert [await consents.of_person(office.database, person.id) for person in everyone] == [[]] * 5


async def test_nothing_is_erased_that_nobody_announced(office: Office) -> None:
    assert await rights.next_erasure(office) is None
    await rights.erase_expired(office)


async def test_what_was_typed_is_nowhere_to_be_read(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await filled(office, nina, publish=YES)
    await forms.submit(office, nina, found.application.id)
    raw = await _raw(office)
    assert b"egov_user" in raw, "the right file is read"
    for value in (*ANSWERS, "Образцова", "Анна", "77010000000", "1960-01-05"):
        assert value.encode() not in raw, value
        assert value.encode("utf-16-le") not in raw, value


async def _raw(office: Office) -> bytes:
    """All that is on the disk, or in the tables of a server."""
    path = office.database.url.database
    if office.database.is_sqlite:
        assert path
        return b"".join(Path(path + end).read_bytes() for end in ("", "-wal"))  # noqa: ASYNC240
    tables = await office.database.read(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    dumps = [await office.database.read(text(f'SELECT t::text FROM "{row[0]}" t')) for row in tables]
    shown = "\n".join(line[0] for dump in dumps for line in dump)
    stored = [bytes.fromhex(part) for part in re.findall(r"\\x((?:[0-9a-f]{2})+)", shown)]
    return b"\n".join([shown.encode(), *stored])
