"""What happens between a read and the write that follows it, and after the end of things."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.applications import Application
from bot.domain.base import Refusal
from bot.services import arrivals, forms, guardians, rights
from bot.services.forms import Upload
from bot.services.office import Office
from bot.storage import applications, files, people, tables
from tests.services.rooms import ANSWERS, CLOSES, ERASED, StillClock, citizen, draft, filled, say

YOUNG = "05.01.2010"
PAPER = Upload("telegram", "paper.jpg", 5)


async def _opened(office: Office, ward: int = 1, guardian: int = 2) -> tuple[applications.Standing, int]:
    """A guardian who stands before the consent of a finished draft; the draft's id."""
    applicant, other = await citizen(office, ward), await citizen(office, guardian)
    found = await filled(office, applicant, born=YOUNG)
    token = await guardians.invite(office, applicant, found.application.id)
    await guardians.open_link(office, other, token)
    standing = await applications.standing(office.database, office.vault, guardian)
    assert standing is not None
    return standing, found.application.id


async def _sign(office: Office, standing: applications.Standing) -> None:
    assert standing.application is not None
    await guardians.sign(office, standing.person, standing.application, "Иванов Иван", office.clock.now())


async def _now(office: Office, application_id: int) -> Application:
    found = await applications.get(office.database, office.vault, application_id)
    assert found is not None
    return found


async def test_a_guardian_who_signs_between_read_and_store(office: Office) -> None:
    standing, number = await _opened(office)
    nina = await people.find(office.database, 1)
    assert nina is not None
    await forms.ask(office, nina, number, "phone")
    stale = await _now(office, number)
    await _sign(office, standing)
    await forms.answer(office, nina, stale, "+7 701 000 00 01", office.clock.now(), 50)
    now = await _now(office, number)
    assert (now.guardian, now.answers["phone"]) == ("agreed", "+77010000001")


async def test_a_refused_file_takes_no_consent_away(office: Office) -> None:
    standing, number = await _opened(office)
    nina = await people.find(office.database, 1)
    assert nina is not None
    await guardians.take_paper(office, nina, await _now(office, number), PAPER, office.clock.now())
    (file,) = await files.of_application(office.database, number)
    await _sign(office, standing)
    await arrivals.refuse(office, file.id)
    assert (await _now(office, number)).guardian == "agreed"


async def test_who_opened_an_older_link_stands_nowhere(office: Office) -> None:
    _, number = await _opened(office)
    nina = await people.find(office.database, 1)
    assert nina is not None
    await guardians.invite(office, nina, number)
    standing = await applications.standing(office.database, office.vault, 2)
    assert standing is not None
    assert (standing.person.screen, standing.application) == ("", None)


async def test_nobody_signs_after_the_deadline(office: Office, clock: StillClock) -> None:
    standing, number = await _opened(office)
    clock.at = CLOSES + timedelta(seconds=1)
    with pytest.raises(Refusal, match=r"link\.used"):
        await _sign(office, standing)
    assert (await _now(office, number)).guardian == "needed"


async def test_nobody_signs_for_what_was_withdrawn(office: Office) -> None:
    standing, number = await _opened(office)
    nina = await people.find(office.database, 1)
    assert nina is not None
    await forms.withdraw(office, nina, number)
    with pytest.raises(Refusal, match=r"link\.used"):
        await _sign(office, standing)


async def test_an_old_button_leads_back_into_the_form(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    for number, answer in enumerate(ANSWERS[:2], 1):
        found = await say(office, nina, found, answer, number)
    left = await people.stand(office.database, 1, "", None, office.clock.now())
    assert left is not None
    found = await forms.tap(office, left, found.application.id, "district", "esil", 3)
    back = await people.find(office.database, 1)
    assert back is not None
    assert (found.application.question, back.screen, back.screen_id) == ("phone", "form", found.application.id)


async def test_nothing_typed_goes_into_what_was_erased(office: Office, clock: StillClock) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    await say(office, nina, found, ANSWERS[0], 1)
    stale = await _now(office, found.application.id)
    clock.at = ERASED + timedelta(seconds=1)
    await rights.erase_expired(office)
    standing = await applications.standing(office.database, office.vault, 1)
    assert standing is not None
    assert standing.application is None
    await forms.answer(office, nina, stale, "05.01.1990", clock.now(), 77)
    assert (await _now(office, found.application.id)).answers == {}


async def test_a_failed_commit_leaves_no_transaction_open(office: Office) -> None:
    if not office.database.is_sqlite:
        pytest.skip("the writer of SQLite is one connection")

    async def write() -> None:
        async with office.database.write() as connection:
            await connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            await connection.exec_driver_sql("INSERT INTO roles VALUES (999, 'x', '2026-01-01', NULL)")

    with pytest.raises(SQLAlchemyError):
        await write()
    await citizen(office, 1)
    other = sqlite3.connect(str(office.database.url.database))
    assert other.execute("SELECT count(*) FROM people").fetchone() == (1,)
    other.close()


async def test_who_taps_did_not_block_the_bot(office: Office) -> None:
    await citizen(office, 1)
    await people.set_blocked(office.database, 1, office.clock.now())
    await people.stand(office.database, 1, "", None, office.clock.now())
    assert [row.blocked_at for row in await office.database.read(select(tables.people))] == [None]


async def test_half_written_files_are_swept(office: Office) -> None:
    office.files.write(5, b"of no row")
    (office.files.folder / "7.part").write_bytes(b"half")
    await arrivals.sweep(office)
    assert list(office.files.folder.iterdir()) == []
