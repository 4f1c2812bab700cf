"""A guardian's consent: by a link, or by a signed paper that an organiser looks at."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.services import arrivals, forms, guardians, rights
from bot.services.forms import Form, Upload
from bot.services.office import Office
from bot.storage import applications, consents, deliveries, files, people
from tests.services.rooms import CLOSES, StillClock, citizen, filled

YOUNG = "01.09.2011"


async def key(call: Any) -> str:
    with pytest.raises(Refusal) as caught:
        await call
    return caught.value.key


async def ward(office: Office, number: int = 1) -> tuple[Person, Form]:
    person = await citizen(office, number)
    return person, await filled(office, person, born=YOUNG)


async def kinds(office: Office, person: Person) -> list[Kind]:
    return [kind for kind, _, _ in await deliveries.of_person(office.database, person.id)]


async def guardian_of(office: Office, found: Form) -> str:
    application = await applications.get(office.database, office.vault, found.application.id)
    assert application is not None
    return application.guardian


async def test_by_a_link(office: Office, clock: StillClock) -> None:
    child, found = await ward(office)
    assert found.application.guardian == "needed"
    assert await key(forms.submit(office, child, found.application.id)) == "refusal.guardian_needed"
    token = await guardians.invite(office, child, found.application.id)
    parent = await citizen(office, 2, "kk")
    asked = await guardians.open_link(office, parent, token)
    assert asked.applicant == "Образцова Анна Ивановна"
    assert "Образцова Анна Ивановна" in asked.text
    assert asked.contest.consent.purpose["kk"] in asked.text
    standing = await applications.standing(office.database, office.vault, 2)
    assert standing is not None
    assert standing.application is not None
    assert standing.person.screen == "guardian"
    assert await key(guardians.sign(office, parent, standing.application, "да", clock.at)) == "refusal.name.words"
    assert await guardian_of(office, found) == "needed"
    assert await guardians.sign(office, parent, standing.application, "Образцов Иван", clock.at) == asked.applicant
    assert await guardian_of(office, found) == "agreed"
    (row,) = await consents.of_person(office.database, parent.id)
    assert (row.kind, row.language, row.agreed_at) == ("guardian", "kk", clock.at)
    assert office.vault.open_text(row.name) == "Образцов Иван"
    assert await kinds(office, child) == [Kind.GUARDIAN_AGREED]
    assert [line.act for line in await applications.history_of(office.database, found.application.id)][-1] == (
        "guardian_agreed"
    )
    assert await key(guardians.open_link(office, parent, token)) == "refusal.link.used"
    assert await key(guardians.sign(office, parent, standing.application, "Образцов Иван", clock.at)) == (
        "refusal.link.used"
    )
    assert await key(guardians.invite(office, child, found.application.id)) == "refusal.guardian_done"
    assert (await forms.submit(office, child, found.application.id)).application.state == "submitted"


async def test_two_guardians_at_once_agree_once(office: Office, clock: StillClock) -> None:
    child, found = await ward(office)
    token = await guardians.invite(office, child, found.application.id)
    parents = [await citizen(office, 2), await citizen(office, 3)]
    for parent in parents:
        await guardians.open_link(office, parent, token)
    done = await asyncio.gather(
        *(guardians.sign(office, parent, found.application, "Образцов Иван", clock.at) for parent in parents),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Refusal", "str"]
    assert await kinds(office, child) == [Kind.GUARDIAN_AGREED]


async def test_a_link_that_does_not_work(office: Office, clock: StillClock) -> None:
    child, found = await ward(office)
    parent = await citizen(office, 2)
    old = await guardians.invite(office, child, found.application.id)
    token = await guardians.invite(office, child, found.application.id)
    assert await key(guardians.open_link(office, parent, old)) == "refusal.link.unknown"
    assert await key(guardians.open_link(office, parent, "forged")) == "refusal.link.unknown"
    assert await key(guardians.open_link(office, child, token)) == "refusal.link.own"
    clock.at = CLOSES
    await guardians.open_link(office, parent, token)
    clock.pass_by(seconds=1)
    assert await key(guardians.open_link(office, parent, token)) == "refusal.link.expired"
    assert await key(guardians.invite(office, child, found.application.id)) == "refusal.deadline"


async def test_a_stranger_cannot_invite(office: Office) -> None:
    _, found = await ward(office)
    stranger = await citizen(office, 2)
    assert await key(guardians.invite(office, stranger, found.application.id)) == "refusal.old_button"


async def test_a_guardian_who_declines_may_change_their_mind(office: Office, clock: StillClock) -> None:
    child, found = await ward(office)
    token = await guardians.invite(office, child, found.application.id)
    parent = await citizen(office, 2)
    await guardians.open_link(office, parent, token)
    await guardians.decline(office, parent)
    person = await people.find(office.database, 2)
    assert person is not None
    assert person.screen == ""
    assert await guardian_of(office, found) == "needed"
    await guardians.open_link(office, parent, token)
    await guardians.sign(office, parent, found.application, "Образцов Иван", clock.at)
    assert await guardian_of(office, found) == "agreed"


PAPER = Upload("t1", "photo.jpg", 5)


async def test_by_a_paper(office: Office, clock: StillClock) -> None:
    child, found = await ward(office)
    organiser = await citizen(office, 900)
    office = replace(office, owners=frozenset({900}))
    number = found.application.id
    await guardians.expect_paper(office, child, number)
    person = await people.find(office.database, 1)
    assert person is not None
    assert (person.screen, person.screen_id) == ("paper", number)
    wrong = guardians.take_paper(office, child, found.application, Upload("t", "a.docx", 5), clock.at)
    assert await key(wrong) == "refusal.file.type"
    after = await guardians.take_paper(office, child, found.application, PAPER, clock.at)
    assert after.application.guardian == await guardian_of(office, found) == "paper"
    assert await kinds(office, organiser) == [Kind.PAPER_TO_REVIEW]
    assert await kinds(office, child) == [Kind.FETCH_FILE]
    (file,) = await files.of_application(office.database, number)
    assert (await forms.submit(office, child, number)).application.state == "submitted"
    assert await key(guardians.review(office, child, file.id, True)) == "refusal.no_right"
    assert await key(guardians.review(office, organiser, file.id + 1, True)) == "refusal.old_button"
    await guardians.review(office, organiser, file.id, True)
    assert await guardian_of(office, found) == "agreed"
    assert Kind.PAPER_ACCEPTED in await kinds(office, child)
    assert await key(guardians.review(office, organiser, file.id, False)) == "refusal.decided"
    acts = [line.act for line in await applications.history_of(office.database, number)]
    assert acts[-3:] == ["paper_sent", "submit", "paper_accepted"]


async def test_a_declined_paper_is_asked_for_again(office: Office, clock: StillClock) -> None:
    child, found = await ward(office)
    organiser = await citizen(office, 900)
    office = replace(office, owners=frozenset({900}))
    await guardians.take_paper(office, child, found.application, PAPER, clock.at)
    (first,) = await files.of_application(office.database, found.application.id)
    await guardians.review(office, organiser, first.id, False)
    assert await guardian_of(office, found) == "needed"
    assert Kind.PAPER_DECLINED in await kinds(office, child)
    await guardians.take_paper(office, child, found.application, PAPER, clock.at)
    (second,) = await files.of_application(office.database, found.application.id)
    assert second.id != first.id
    assert await key(guardians.review(office, organiser, first.id, True)) == "refusal.old_button"


async def test_two_organisers_decide_once(office: Office, clock: StillClock) -> None:
    child, found = await ward(office)
    organisers = [await citizen(office, 900), await citizen(office, 901)]
    office = replace(office, owners=frozenset({900, 901}))
    await guardians.take_paper(office, child, found.application, PAPER, clock.at)
    (file,) = await files.of_application(office.database, found.application.id)
    done = await asyncio.gather(
        *(
            guardians.review(office, one, file.id, accepted)
            for one, accepted in zip(organisers, (True, False), strict=True)
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["Application", "Refusal"]
    decided = [kind for kind in await kinds(office, child) if kind in (Kind.PAPER_ACCEPTED, Kind.PAPER_DECLINED)]
    assert len(decided) == 1


async def test_the_papers_that_wait_are_sent_once_more(office: Office, clock: StillClock) -> None:
    child, found = await ward(office)
    await guardians.take_paper(office, child, found.application, PAPER, clock.at)
    organiser = await citizen(office, 900)
    assert await key(guardians.send_papers(office, organiser)) == "refusal.no_right"
    office = replace(office, owners=frozenset({900}))
    assert await guardians.send_papers(office, organiser) == 1
    assert await kinds(office, organiser) == [Kind.PAPER_TO_REVIEW]


async def test_a_paper_that_cannot_be_had_is_asked_for_again(office: Office, clock: StillClock) -> None:
    child, found = await ward(office)
    await guardians.take_paper(office, child, found.application, PAPER, clock.at)
    (file,) = await files.of_application(office.database, found.application.id)
    await arrivals.refuse(office, file.id)
    await arrivals.refuse(office, file.id)
    assert await guardian_of(office, found) == "needed"
    assert (await kinds(office, child)).count(Kind.FILE_REFUSED) == 1


async def test_a_submitted_application_whose_paper_was_declined_is_not_lost(office: Office, clock: StillClock) -> None:
    child, found = await ward(office)
    organiser = await citizen(office, 900)
    office = replace(office, owners=frozenset({900}))
    number = found.application.id
    await guardians.take_paper(office, child, found.application, PAPER, clock.at)
    await forms.submit(office, child, number)
    (file,) = await files.of_application(office.database, number)
    await guardians.review(office, organiser, file.id, False)
    again = await guardians.invite(office, child, number)
    parent = await citizen(office, 2)
    await guardians.open_link(office, parent, again)
    await guardians.sign(office, parent, found.application, "Образцов Иван", clock.at)
    stored = await forms.own(office, child, number)
    assert (stored.application.state, stored.application.guardian) == ("submitted", "agreed")


async def test_a_guardian_who_is_forgotten(office: Office, clock: StillClock) -> None:
    child, found = await ward(office)
    token = await guardians.invite(office, child, found.application.id)
    parent = await citizen(office, 2)
    await guardians.open_link(office, parent, token)
    await guardians.sign(office, parent, found.application, "Образцов Иван", clock.at)
    await rights.forget(office, parent)
    assert await guardian_of(office, found) == "needed"
    assert Kind.GUARDIAN_WITHDREW in await kinds(office, child)
    assert (await forms.own(office, child, found.application.id)).application.answers["birth_date"] == "2011-09-01"


async def test_who_turns_eighteen_needs_nobody(office: Office, clock: StillClock) -> None:
    someone = await citizen(office, 1)
    found = await filled(office, someone, born="21.11.2008")
    assert found.application.guardian == ""
    other = await citizen(office, 2)
    found = await filled(office, other, born="22.11.2008")
    assert found.application.guardian == "needed"
