"""The whole life of an application: consent, answers, the summary, sending in, changing, withdrawing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain.applications import PUBLISH_NAME, Application
from bot.domain.base import Refusal
from bot.domain.fields import MEGABYTE, ChoiceField, Condition, FileField
from bot.domain.moments import Calendar
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.services import arrivals, contests, forms, reviews
from bot.services.forms import NO, YES, Form, Upload
from bot.services.office import Office
from bot.storage import applications, consents, deliveries, files, people
from tests.services.rooms import (
    ANSWERS,
    CLOSES,
    CONTEST,
    OPENS,
    STORED,
    StillClock,
    citizen,
    draft,
    filled,
    library,
    say,
    submitted,
    with_contest,
)


async def refused(call: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refusal) as caught:
        await call
    return caught.value.key, dict(caught.value.values)


async def acts(office: Office, application_id: int) -> list[tuple[str, str]]:
    return [(row.act, row.state) for row in await applications.history_of(office.database, application_id)]


async def test_the_whole_way(office: Office, clock: StillClock) -> None:
    nina = await citizen(office, 1)
    await contests.announce_due(office, Calendar())
    assert await forms.begin(office, nina, CONTEST) is None
    found = await forms.agree(office, nina, CONTEST, "ru")
    number = found.application.id
    asked = []
    for update_id, raw in enumerate(ANSWERS, 10):
        asked.append((found.application.question, found.position, found.total))
        standing = await applications.standing(office.database, office.vault, 1)
        assert standing is not None
        assert standing.application is not None
        assert (standing.person.screen, standing.application.question) == ("form", found.application.question)
        clock.pass_by(minutes=1)
        found = await forms.answer(office, nina, standing.application, raw, clock.at, update_id)
    assert asked == [("full_name", 1, 5), ("birth_date", 2, 5), ("district", 3, 5), ("phone", 4, 5)]
    assert (found.application.question, found.position) == (PUBLISH_NAME, 5)
    found = await forms.tap(office, nina, number, PUBLISH_NAME, YES, 20)
    assert found.application.question == forms.SUMMARY
    found = await forms.submit(office, nina, number)
    stored = (await forms.own(office, nina, number)).application
    assert (found.application.state, found.application.number) == ("submitted", 1)
    assert (stored.state, stored.number, stored.submitted_at) == ("submitted", 1, clock.at)
    assert stored.answers == {**STORED, PUBLISH_NAME: YES}
    assert await acts(office, number) == [("agree", "draft"), ("change", "draft"), ("submit", "submitted")]
    assert [kind for kind, _, _ in await deliveries.of_person(office.database, nina.id)] == [Kind.RECEIPT]
    assert office.queued.is_set()
    person = await people.find(office.database, 1)
    assert person is not None
    assert (person.screen, person.screen_id) == ("", None)


async def test_the_consent_is_kept_with_version_language_and_wording(office: Office, clock: StillClock) -> None:
    aigul = await citizen(office, 1, "kk")
    await draft(office, aigul)
    (row,) = await consents.of_person(office.database, aigul.id)
    assert (row.kind, row.language, row.agreed_at, row.withdrawn_at) == ("processing", "kk", clock.at, None)
    contest = office.library.contests[CONTEST]
    assert contest.consent.purpose["kk"] in row.text
    assert len(row.version) == 8


async def test_agreeing_twice_is_once(office: Office) -> None:
    nina = await citizen(office, 1)
    await contests.announce_due(office, Calendar())
    made = await asyncio.gather(*(forms.agree(office, nina, CONTEST, "ru") for _ in range(5)), return_exceptions=True)
    assert {one.application.id for one in made if not isinstance(one, BaseException)} == {
        one.application.id for one in [(await forms.mine(office, nina))[0]]
    }
    assert [one for one in made if isinstance(one, BaseException)] == []
    assert await applications.count(office.database) == 1
    assert len(await consents.of_person(office.database, nina.id)) == 1


async def test_before_the_first_day_and_after_the_last(office: Office, clock: StillClock) -> None:
    nina = await citizen(office, 1)
    assert await refused(forms.begin(office, nina, CONTEST)) == ("refusal.contest_gone", {})
    await contests.announce_due(office, Calendar())
    clock.at = OPENS
    clock.pass_by(seconds=-1)
    assert await refused(forms.begin(office, nina, CONTEST)) == ("refusal.not_open_yet", {"opens": OPENS})
    assert await refused(forms.agree(office, nina, CONTEST, "ru")) == ("refusal.not_open_yet", {"opens": OPENS})
    clock.at = CLOSES
    clock.pass_by(seconds=1)
    assert await refused(forms.begin(office, nina, CONTEST)) == ("refusal.deadline", {"closes": CLOSES})
    assert await refused(forms.agree(office, nina, CONTEST, "ru")) == ("refusal.deadline", {"closes": CLOSES})
    clock.at = CLOSES
    assert (await forms.agree(office, nina, CONTEST, "ru")).application.state == "draft"
    assert await refused(forms.begin(office, nina, "gone")) == ("refusal.contest_gone", {})


async def test_a_refused_answer_changes_nothing(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    found = await say(office, nina, found, ANSWERS[0], 1)
    for raw, key in (
        ("31.02.1990", "no_such_day"),
        ("вчера", "form"),
        ("01.01.2030", "future"),
        ("1.1.2015", "too_young"),
    ):
        assert (await refused(say(office, nina, found, raw, 2)))[0] == f"refusal.date.{key}"
    stored = (await forms.own(office, nina, found.application.id)).application
    assert (stored.answers, stored.question) == ({"full_name": STORED["full_name"]}, "birth_date")


async def test_the_same_update_twice_answers_once(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    await say(office, nina, found, ANSWERS[0], 7)
    again = await say(office, nina, found, ANSWERS[0], 7)
    assert (again.application.question, again.application.answers) == (
        "birth_date",
        {"full_name": STORED["full_name"]},
    )


async def test_two_updates_at_once_answer_one_question(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    read = (await forms.own(office, nina, found.application.id)).application
    now = office.clock.now()
    await asyncio.gather(
        forms.answer(office, nina, read, "Первая Анна", now, 1), forms.answer(office, nina, read, "Вторая Анна", now, 2)
    )
    stored = (await forms.own(office, nina, found.application.id)).application
    assert stored.question == "birth_date"
    assert list(stored.answers) == ["full_name"]


async def test_a_button_of_another_question_changes_nothing(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    after = await forms.tap(office, nina, found.application.id, "district", "esil", 1)
    assert (after.application.question, after.application.answers) == ("full_name", {})


async def test_a_forged_button_is_refused(office: Office) -> None:
    nina, other = await citizen(office, 1), await citizen(office, 2)
    found = await filled(office, nina)
    number = found.application.id
    for call in (
        forms.own(office, other, number),
        forms.ask(office, other, number, "phone"),
        forms.tap(office, other, number, PUBLISH_NAME, NO, 9),
        forms.submit(office, other, number),
        forms.withdraw(office, other, number),
        forms.own(office, nina, number + 1),
    ):
        assert (await refused(call))[0] == "refusal.old_button"
    await forms.ask(office, nina, number, "district")
    assert (await refused(forms.tap(office, nina, number, "district", "moon", 9)))[0] == "refusal.choice"
    assert (await refused(forms.tap(office, nina, number, "district", "", 9)))[0] == "refusal.required"
    await forms.ask(office, nina, number, PUBLISH_NAME)
    assert (await refused(forms.tap(office, nina, number, PUBLISH_NAME, "maybe", 9)))[0] == "refusal.old_button"
    stored = (await forms.own(office, nina, number)).application
    assert stored.answers == {**STORED, PUBLISH_NAME: NO}


async def test_a_draft_stands_where_it_stopped(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    await say(office, nina, found, ANSWERS[0], 1)
    await people.stand(office.database, 1, "", None, office.clock.now())
    again = await forms.begin(office, nina, CONTEST)
    assert again is not None
    assert again.id == found.application.id
    resumed = await forms.resume(office, nina, again.id)
    assert resumed.application.question == "birth_date"
    person = await people.find(office.database, 1)
    assert person is not None
    assert (person.screen, person.screen_id) == ("form", again.id)


async def test_an_answer_is_changed_and_the_summary_comes_back(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await filled(office, nina)
    await forms.ask(office, nina, found.application.id, "phone")
    found = await say(office, nina, found, "8 705 000 00 00", 9)
    assert found.application.question == forms.SUMMARY
    assert found.application.answers["phone"] == "+77050000000"


async def test_an_incomplete_draft_is_not_sent_in(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    for update_id, raw in enumerate(ANSWERS, 1):
        assert (await refused(forms.submit(office, nina, found.application.id)))[0] == "refusal.incomplete"
        found = await say(office, nina, found, raw, update_id)
    assert (await refused(forms.submit(office, nina, found.application.id)))[0] == "refusal.incomplete"
    assert (await refused(say(office, nina, found, "да", 9)))[0] == "refusal.tap"


async def test_sending_in_twice_gives_one_number_and_one_receipt(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await filled(office, nina)
    sent = await asyncio.gather(*(forms.submit(office, nina, found.application.id) for _ in range(5)))
    assert [one.application.number for one in sent] == [1] * 5
    assert [kind for kind, _, _ in await deliveries.of_person(office.database, nina.id)] == [Kind.RECEIPT]


async def test_twenty_who_send_in_at_once_get_twenty_numbers(office: Office) -> None:
    everyone = [await citizen(office, number) for number in range(1, 21)]
    drafts = [await filled(office, person) for person in everyone]
    sent = await asyncio.gather(
        *(forms.submit(office, person, one.application.id) for person, one in zip(everyone, drafts, strict=True))
    )
    assert sorted(one.application.number or 0 for one in sent) == list(range(1, 21))


async def test_a_submitted_application_is_changed_in_place(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await submitted(office, nina)
    number = found.application.id
    await forms.ask(office, nina, number, "district")
    found = await forms.tap(office, nina, number, "district", "petropavl", 9)
    assert (found.application.state, found.application.question) == ("submitted", forms.SUMMARY)
    stored = (await forms.own(office, nina, number)).application
    assert (stored.answers["district"], stored.number) == ("petropavl", 1)
    assert (await acts(office, number))[-1] == ("change", "submitted")


async def test_a_changed_birth_date_asks_for_a_guardian_again(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await submitted(office, nina)
    number = found.application.id
    await forms.ask(office, nina, number, "birth_date")
    found = await say(office, nina, found, "01.09.2011", 9)
    assert (found.application.state, found.application.guardian) == ("draft", "needed")
    assert (await acts(office, number))[-1] == ("reopen", "draft")
    assert (await refused(forms.submit(office, nina, number)))[0] == "refusal.guardian_needed"
    await forms.ask(office, nina, number, "birth_date")
    await say(office, nina, found, "05.01.1960", 10)
    again = await forms.submit(office, nina, number)
    assert (again.application.state, again.application.number) == ("submitted", 1)


async def test_publishing_the_name_is_a_consent_of_its_own(office: Office, clock: StillClock) -> None:
    nina = await citizen(office, 1)
    found = await filled(office, nina, publish=YES)
    number = found.application.id

    async def kept() -> list[tuple[str, bool]]:
        rows = await consents.of_person(office.database, nina.id)
        return [(row.kind, row.withdrawn_at is not None) for row in rows]

    assert await kept() == [("processing", False), ("publish_name", False)]
    await forms.ask(office, nina, number, PUBLISH_NAME)
    clock.pass_by(minutes=1)
    await forms.tap(office, nina, number, PUBLISH_NAME, NO, 9)
    assert await kept() == [("processing", False), ("publish_name", True)]
    assert (await forms.own(office, nina, number)).application.answers[PUBLISH_NAME] == NO


async def test_withdrawing_erases_and_a_new_application_can_be_made(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await submitted(office, nina)
    number = found.application.id
    gone = await forms.withdraw(office, nina, number)
    assert (gone.application.state, gone.application.answers) == ("withdrawn", {})
    stored = (await forms.own(office, nina, number)).application
    assert (stored.state, stored.answers, stored.number) == ("withdrawn", {}, 1)
    assert all(row.withdrawn_at for row in await consents.of_person(office.database, nina.id))
    assert (await forms.withdraw(office, nina, number)).application.state == "withdrawn"
    assert [act for act, _ in await acts(office, number)].count("withdraw") == 1
    assert (await refused(forms.ask(office, nina, number, "phone")))[0] == "refusal.state.withdrawn"
    assert (await refused(forms.submit(office, nina, number)))[0] == "refusal.state.withdrawn"
    assert await forms.begin(office, nina, CONTEST) is None
    again = await filled(office, nina)
    sent = await forms.submit(office, nina, again.application.id)
    assert (sent.application.id != number, sent.application.number) == (True, 2)
    assert [one.application.state for one in await forms.mine(office, nina)] == ["submitted", "withdrawn"]


async def test_what_is_typed_too_late_is_kept_and_is_no_answer(office: Office, clock: StillClock) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    found = await say(office, nina, found, ANSWERS[0], 1)
    clock.at = CLOSES
    clock.pass_by(seconds=1)
    late = await say(office, nina, found, "05.01.1960", 2)
    assert late.note == "late"
    stored = (await forms.own(office, nina, found.application.id)).application
    assert stored.answers == {"full_name": STORED["full_name"], "late.birth_date": "05.01.1960"}
    assert stored.state == "draft"
    person = await people.find(office.database, 1)
    assert person is not None
    assert person.screen == ""
    assert (await refused(forms.submit(office, nina, found.application.id)))[0] == "refusal.deadline"
    assert (await refused(forms.ask(office, nina, found.application.id, "phone")))[0] == "refusal.deadline"
    assert (await refused(forms.tap(office, nina, found.application.id, "", "", 9)))[0] == "refusal.deadline"


async def test_lateness_is_judged_by_when_it_was_sent(office: Office, clock: StillClock) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    clock.at = CLOSES
    clock.pass_by(hours=3)
    after = await forms.answer(office, nina, found.application, ANSWERS[0], CLOSES, 1)
    assert (after.note, after.application.answers) == ("closed", {"full_name": STORED["full_name"]})


async def test_withdrawing_has_no_deadline(office: Office, clock: StillClock) -> None:
    nina = await citizen(office, 1)
    found = await submitted(office, nina)
    clock.at = CLOSES
    clock.pass_by(days=1)
    assert (await forms.withdraw(office, nina, found.application.id)).application.state == "withdrawn"


async def test_a_question_that_an_editor_removed_or_added(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    await say(office, nina, found, ANSWERS[0], 1)
    contest = library().contests[CONTEST]
    fields = tuple(field for field in contest.fields if field.id != "birth_date")
    without = with_contest(office, contest.model_copy(update={"fields": fields, "guardian": None}))
    assert (await forms.own(without, nina, found.application.id)).application.question == "district"
    resumed = await forms.resume(without, nina, found.application.id)
    assert resumed.application.question == "district"
    after = await say(without, nina, resumed, "esil", 2)
    assert after.application.answers == {"full_name": STORED["full_name"], "district": "esil"}
    back = await forms.resume(office, nina, found.application.id)
    assert back.application.question == "phone"
    assert forms.next_question(contest, after.application.answers) == "birth_date"


async def test_an_application_of_a_contest_whose_file_is_gone(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    office.library.contests[CONTEST]
    without = with_contest(office, library().contests[CONTEST].model_copy(update={"id": "other"}))
    contests_left = {key: value for key, value in without.library.contests.items() if key != CONTEST}
    object.__setattr__(without.library, "contests", contests_left)
    assert await forms.mine(without, nina) == []
    assert (await refused(forms.own(without, nina, found.application.id)))[0] == "refusal.contest_gone"


SCAN = FileField.model_validate(
    {
        "id": "scan",
        "kind": "file",
        "label": {"kk": "С", "ru": "С"},
        "question": {"kk": "?", "ru": "?"},
        "types": ["pdf"],
    }
)


@pytest.fixture
def with_file(office: Office) -> Office:
    """The contest asks for a file first."""
    contest = library().contests[CONTEST]
    return with_contest(office, contest.model_copy(update={"fields": (SCAN, *contest.fields)}))


async def test_a_file_is_an_answer_and_is_fetched(with_file: Office) -> None:
    office = with_file
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    now = office.clock.now()
    assert (await refused(say(office, nina, found, "вот", 1)))[0] == "refusal.file.wanted"
    for upload, key in (
        (Upload("t", "a.pdf", 0), "refusal.file.empty"),
        (Upload("t", "a.pdf", 25 * MEGABYTE), "refusal.file.too_big_for_bots"),
        (Upload("t", "a.exe", 5), "refusal.file.type"),
    ):
        assert (await refused(forms.upload(office, nina, found.application, upload, now, 1)))[0] == key
    assert await files.all_ids(office.database) == set()
    after = await forms.upload(office, nina, found.application, Upload("t1", "скан.PDF", 5), now, 1)
    assert (after.application.question, after.application.answers) == ("full_name", {"scan": "скан.PDF"})
    (row,) = await files.of_application(office.database, found.application.id)
    assert (row.field, row.state, office.vault.open_text(row.telegram_id)) == ("scan", "waiting", "t1")
    assert [kind for kind, _, _ in await deliveries.of_person(office.database, nina.id)] == [Kind.FETCH_FILE]
    repeated = await forms.upload(office, nina, after.application, Upload("t2", "два.pdf", 5), now, 1)
    assert repeated.application == after.application
    assert (await refused(forms.upload(office, nina, after.application, Upload("t2", "два.pdf", 5), now, 2)))[0] == (
        "refusal.words_wanted"
    )


async def test_a_second_file_takes_the_place_of_the_first(with_file: Office) -> None:
    office = with_file
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    now = office.clock.now()
    await forms.upload(office, nina, found.application, Upload("t1", "a.pdf", 5), now, 1)
    (first,) = await files.of_application(office.database, found.application.id)
    office.files.write(first.id, b"sealed")
    again = await forms.ask(office, nina, found.application.id, "scan")
    await forms.upload(office, nina, again.application, Upload("t2", "b.pdf", 5), now, 2)
    (second,) = await files.of_application(office.database, found.application.id)
    assert office.vault.open_text(second.name) == "b.pdf"
    assert office.files.stored() == []


async def test_a_file_too_late_is_refused(with_file: Office, clock: StillClock) -> None:
    nina = await citizen(with_file, 1)
    found = await draft(with_file, nina)
    clock.at = CLOSES
    clock.pass_by(seconds=1)
    call = forms.upload(with_file, nina, found.application, Upload("t", "a.pdf", 5), clock.at, 1)
    assert (await refused(call))[0] == "refusal.deadline"


def conditional(office: Office) -> Office:
    """The same contest after an editor made it ask people for their date of birth and organisations for a scan."""
    contest = library().contests[CONTEST]
    texts = {"label": contest.title, "question": contest.title}
    options = [{"id": one, "label": contest.title} for one in ("person", "org")]
    who = ChoiceField.model_validate({"id": "who", "kind": "choice", "options": options, **texts})
    person = Condition.model_validate({"field": "who", "is": ["person"]})
    org = Condition.model_validate({"field": "who", "is": ["org"]})
    name, born, district, phone = contest.fields
    scan = SCAN.model_copy(update={"when": org})
    fields = (who, name, born.model_copy(update={"when": person}), scan, district, phone)
    return with_contest(office, contest.model_copy(update={"fields": fields}))


async def as_person(office: Office, person: Person, born: str = "05.01.1960") -> Form:
    """The application of a person, sent in."""
    found = await draft(office, person)
    for update_id, raw in enumerate(("person", ANSWERS[0], born, "esil", ANSWERS[3]), 1):
        found = await say(office, person, found, raw, update_id)
    found = await forms.tap(office, person, found.application.id, PUBLISH_NAME, NO, 6)
    return await forms.submit(office, person, found.application.id)


async def test_an_earlier_answer_takes_questions_in_and_out(office: Office) -> None:
    office = conditional(office)
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    assert (found.position, found.total) == (1, 5)
    found = await say(office, nina, found, "person", 1)
    assert (found.application.question, found.position, found.total) == ("full_name", 2, 6)
    found = await say(office, nina, found, ANSWERS[0], 2)
    found = await say(office, nina, found, ANSWERS[1], 3)
    assert (found.application.question, found.position, found.before) == ("district", 4, "birth_date")
    await forms.ask(office, nina, found.application.id, "who")
    found = await say(office, nina, found, "org", 4)
    assert (found.application.question, found.position, found.before) == ("scan", 3, "full_name")
    # What was answered before is kept, and nobody is asked for it.
    assert found.application.answers["birth_date"] == "1960-01-05"
    assert [field.id for field in found.fields] == ["who", "full_name", "scan", "district", "phone"]
    # A button of the question that went leads to the one that is open.
    assert (await forms.ask(office, nina, found.application.id, "birth_date")).application.question == "scan"
    await forms.ask(office, nina, found.application.id, "who")
    found = await say(office, nina, found, "person", 5)
    assert (found.application.question, found.position, found.total) == ("district", 4, 6)


async def test_a_change_that_opens_a_question_asks_to_send_it_in_again(office: Office) -> None:
    office = conditional(office)
    nina = await citizen(office, 1)
    number = (await as_person(office, nina)).application.id
    await forms.ask(office, nina, number, "who")
    found = await forms.tap(office, nina, number, "who", "org", 10)
    assert (found.application.state, found.application.question) == ("draft", "scan")
    assert (await acts(office, number))[-1] == ("reopen", "draft")
    assert (await refused(forms.submit(office, nina, number)))[0] == "refusal.incomplete"
    await forms.ask(office, nina, number, "who")
    found = await forms.tap(office, nina, number, "who", "person", 11)
    assert found.application.question == forms.SUMMARY
    sent = await forms.submit(office, nina, number)
    assert (sent.application.state, sent.application.number) == ("submitted", 1)


async def test_a_guardian_is_needed_while_the_date_of_birth_is_asked_for(office: Office) -> None:
    office = conditional(office)
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    for update_id, raw in enumerate(("person", ANSWERS[0], "01.09.2011"), 1):
        found = await say(office, nina, found, raw, update_id)
    assert found.application.guardian == "needed"
    await forms.ask(office, nina, found.application.id, "who")
    found = await say(office, nina, found, "org", 4)
    assert found.application.guardian == ""
    await forms.ask(office, nina, found.application.id, "who")
    found = await say(office, nina, found, "person", 5)
    assert found.application.guardian == "needed"


async def test_an_organiser_sees_no_answer_or_file_that_is_not_asked_for(office: Office) -> None:
    office = conditional(office)
    nina, chief = await citizen(office, 1), await citizen(office, 2)
    async with office.database.write() as connection:
        await people.give_role(connection, chief.id, "organiser", office.clock.now(), office.vault.seal_text("Пётр"))
    found = await draft(office, nina)
    await say(office, nina, found, "org", 1)
    found = await say(office, nina, found, ANSWERS[0], 2)
    await forms.upload(office, nina, found.application, Upload("F", "скан.pdf", 10), office.clock.now(), 3)
    for update_id, raw in enumerate(("esil", ANSWERS[3]), 4):
        found = await say(office, nina, found, raw, update_id)
    await forms.tap(office, nina, found.application.id, PUBLISH_NAME, NO, 6)
    await forms.submit(office, nina, found.application.id)
    (file,) = (await reviews.card(office, chief, found.application.id)).files
    await forms.ask(office, nina, found.application.id, "who")
    found = await forms.tap(office, nina, found.application.id, "who", "person", 7)
    assert (found.application.state, found.application.question) == ("draft", "birth_date")
    await say(office, nina, found, ANSWERS[1], 8)
    await forms.submit(office, nina, found.application.id)
    card = await reviews.card(office, chief, found.application.id)
    assert card.files == []
    assert "scan" in card.form.application.answers
    assert card.form.asked_field("scan") is None
    assert (await refused(reviews.send_file(office, chief, found.application.id, file.id)))[0] == (
        "refusal.review.file_gone"
    )


async def test_a_bad_file_is_not_asked_for_again_where_its_question_went(office: Office) -> None:
    office = conditional(office)
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    await say(office, nina, found, "org", 1)
    found = await say(office, nina, found, ANSWERS[0], 2)
    await forms.upload(office, nina, found.application, Upload("F", "скан.pdf", 10), office.clock.now(), 3)
    (file,) = await files.of_application(office.database, found.application.id)
    await forms.ask(office, nina, found.application.id, "who")
    await forms.tap(office, nina, found.application.id, "who", "person", 4)
    await arrivals.refuse(office, file.id)
    now = await read(office, found)
    assert (now.question, "scan" in now.answers) == ("birth_date", False)


async def read(office: Office, found: Form) -> Application:
    """The application as it is in the database."""
    application = await applications.get(office.database, office.vault, found.application.id)
    assert application is not None
    return application


async def test_what_is_typed_to_a_question_that_is_gone_answers_no_other(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    contest = library().contests[CONTEST]
    without = with_contest(office, contest.model_copy(update={"fields": contest.fields[1:]}))
    now = office.clock.now()
    shown = await forms.answer(without, nina, await read(office, found), "05.01.1960", now, 1)
    assert (shown.application.question, shown.application.answers) == ("birth_date", {})
    after = await forms.answer(without, nina, await read(office, found), "05.01.1960", now, 2)
    assert after.application.answers == {"birth_date": "1960-01-05"}


async def test_a_tap_answers_the_question_that_is_shown_in_place_of_one_that_is_gone(office: Office) -> None:
    nina = await citizen(office, 1)
    found = await draft(office, nina)
    contest = library().contests[CONTEST]
    without = with_contest(office, contest.model_copy(update={"fields": contest.fields[2:], "guardian": None}))
    after = await forms.tap(without, nina, found.application.id, "district", "esil", 1)
    assert (after.application.question, after.application.answers) == ("phone", {"district": "esil"})
