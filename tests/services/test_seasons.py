"""A contest as a whole: places, the release of the results, moved dates, reminders; on both engines."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram.types import InlineKeyboardMarkup
from sqlalchemy import func, insert, select, update

from bot.domain.applications import PUBLISH_NAME, State
from bot.domain.base import Refusal
from bot.domain.mailings import Audience, Mailing
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.services import contests, dates, forms, mailings, rights, seasons
from bot.services.office import Office
from bot.storage import applications, tables
from bot.storage import mailings as mailing_storage
from bot.storage import people as storage
from bot.storage.recipients import Recipient
from bot.telegram.views import seasons as views
from bot.telegram.views.mailings import composer
from tests.services.rooms import (
    CLOSES,
    CONTEST,
    ERASED,
    NOW,
    RESULTS,
    StillClock,
    catalogues,
    citizen,
    dismissed,
    draft,
    library,
    submitted,
    with_contest,
)

AFTER = CLOSES + timedelta(days=1)
DAY = timedelta(days=1)
WORDS = catalogues()


async def organiser(office: Office, number: int = 900) -> Person:
    """Somebody with the right."""
    person = await citizen(office, number)
    async with office.database.write() as connection:
        name = office.vault.seal_text(f"Организатор {number}")
        await storage.give_role(connection, person.id, "organiser", office.clock.now(), name)
    return person


async def applicants(office: Office, count: int, state: State = "admitted", language: str = "ru") -> list[int]:
    """Applications in one state, of people 1, 2, …; gives their ids."""
    ids = []
    for number in range(1, count + 1):
        found = await submitted(office, await citizen(office, number, language))
        ids.append(found.application.id)
    await be(office, ids, state)
    return ids


async def be(office: Office, ids: list[int], state: State) -> None:
    """Puts applications into a state."""
    await office.database.run(update(tables.applications).where(tables.applications.c.id.in_(ids)).values(state=state))


async def say(office: Office, application_id: int, **answers: str) -> None:
    """Changes answers of an application."""
    found = await applications.get(office.database, office.vault, application_id)
    assert found is not None
    sealed = office.vault.seal_json({**found.answers, **answers})
    where = tables.applications.c.id == application_id
    await office.database.run(update(tables.applications).where(where).values(answers=sealed))


async def states(office: Office) -> list[tuple[str, str | None]]:
    """The state and the place of every application, by id."""
    table = tables.applications
    return [
        (row[0], row[1])
        for row in await office.database.read(select(table.c.state, table.c.place).order_by(table.c.id))
    ]


async def all_mailings(office: Office, *kinds: Kind) -> list[Mailing]:
    """All mailings of these kinds, the oldest first."""
    every = ["draft", "awaiting", "scheduled", "missed", "expanding", "sending", "paused", "done", "cancelled"]
    found = await mailing_storage.in_states(office.database, every)  # type: ignore[arg-type]
    return [one for one in found if one.kind in kinds]


async def refused(work: Any) -> str:
    """The key of the refusal."""
    with pytest.raises(Refusal) as caught:
        await work
    return caught.value.key


async def release(office: Office, person: Person) -> None:
    """What an organiser does who looks at the preview and taps."""
    await seasons.release(office, person, CONTEST, (await seasons.preview(office, person, CONTEST)).seal)


async def text_for(office: Office, mailing: Mailing, telegram_id: int, language: str = "ru") -> str | None:
    """What a mailing says to a person; None where it says nothing."""
    person = await storage.find(office.database, telegram_id)
    assert person is not None
    call = await (await composer(office, mailing))(
        Recipient(person_id=person.id, telegram_id=telegram_id, language=language, attempts=0, message_id=None)
    )
    return getattr(call, "text", None)


# -- places ---------------------------------------------------------------------------------------------------------


async def test_a_place_is_given_moved_and_taken_back(office: Office) -> None:
    olga, (first, second) = await organiser(office), await applicants(office, 2)
    await seasons.set_place(office, olga, CONTEST, "first", first)
    await seasons.set_place(office, olga, CONTEST, "first", first)
    assert await refused(seasons.set_place(office, olga, CONTEST, "first", second)) == "refusal.place.taken"
    await seasons.set_place(office, olga, CONTEST, "second", first)
    await seasons.set_place_by_number(office, olga, CONTEST, "first", 2)
    assert await states(office) == [("admitted", "second"), ("admitted", "first")]
    await seasons.clear_place(office, olga, CONTEST, first)
    await seasons.clear_place(office, olga, CONTEST, first)
    assert await states(office) == [("admitted", None), ("admitted", "first")]
    table = tables.history
    lines = await office.database.read(
        select(table.c.act, table.c.reason, table.c.actor_id).where(table.c.act.like("place%")).order_by(table.c.id)
    )
    assert [tuple(line) for line in lines] == [
        ("place_set", "first", olga.id),
        ("place_set", "second", olga.id),
        ("place_set", "first", olga.id),
        ("place_cleared", "second", olga.id),
    ]


async def test_who_has_the_place_is_named(office: Office) -> None:
    olga, (first, second) = await organiser(office), await applicants(office, 2)
    await seasons.set_place(office, olga, CONTEST, "first", first)
    with pytest.raises(Refusal) as caught:
        await seasons.set_place(office, olga, CONTEST, "first", second)
    assert caught.value.values["who"] == "EU-0001 Образцова А. И."


async def test_two_give_the_only_place_at_once(office: Office) -> None:
    olga, other = await organiser(office), await organiser(office, 901)
    first, second = await applicants(office, 2)
    done = await asyncio.gather(
        seasons.set_place(office, olga, CONTEST, "first", first),
        seasons.set_place(office, other, CONTEST, "first", second),
        return_exceptions=True,
    )
    assert sorted(isinstance(one, Refusal) for one in done) == [False, True]
    assert [place for _, place in await states(office)].count("first") == 1


async def test_a_place_for_two(office: Office) -> None:
    contest = library().contests[CONTEST]
    places = (contest.places[0].model_copy(update={"count": 2}),)
    office = with_contest(office, contest.model_copy(update={"places": places}))
    olga, ids = await organiser(office), await applicants(office, 3)
    await seasons.set_place(office, olga, CONTEST, "first", ids[0])
    await seasons.set_place(office, olga, CONTEST, "first", ids[1])
    with pytest.raises(Refusal) as caught:
        await seasons.set_place(office, olga, CONTEST, "first", ids[2])
    assert caught.value.values["who"] == "EU-0001 Образцова А. И. +1"


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "not_admitted", "withdrawn"])
async def test_only_who_is_admitted_gets_a_place(office: Office, state: State) -> None:
    olga, (only,) = await organiser(office), await applicants(office, 1, state)
    assert await refused(seasons.set_place(office, olga, CONTEST, "first", only)) == "refusal.place.not_admitted"


async def test_a_place_is_free_again_when_its_application_was_withdrawn(office: Office) -> None:
    olga, (first, second) = await organiser(office), await applicants(office, 2)
    await seasons.set_place(office, olga, CONTEST, "first", first)
    assert await refused(seasons.set_place(office, olga, CONTEST, "first", second)) == "refusal.place.taken"
    await be(office, [first], "withdrawn")
    await seasons.set_place(office, olga, CONTEST, "first", second)


async def test_forged_ids_give_nothing(office: Office) -> None:
    olga, (only,) = await organiser(office), await applicants(office, 1)
    assert await refused(seasons.set_place(office, olga, CONTEST, "tenth", only)) == "refusal.old_button"
    assert await refused(seasons.set_place(office, olga, CONTEST, "first", 999)) == "refusal.old_button"
    assert await refused(seasons.set_place(office, olga, "other", "first", only)) == "refusal.contest_gone"
    assert await refused(seasons.set_place_by_number(office, olga, CONTEST, "first", 9)) == "refusal.place.no_number"
    assert await states(office) == [("admitted", None)]


async def test_nobody_without_the_right(office: Office) -> None:
    nina, (only,) = await citizen(office, 77), await applicants(office, 1)
    for work in (
        seasons.set_place(office, nina, CONTEST, "first", only),
        seasons.clear_place(office, nina, CONTEST, only),
        seasons.preview(office, nina, CONTEST),
        seasons.release(office, nina, CONTEST, ""),
        seasons.set_release(office, nina, CONTEST, RESULTS),
        seasons.cancel_release(office, nina, CONTEST),
        seasons.journal(office, nina, CONTEST),
        dates.plan(office, nina, CONTEST, "results", RESULTS + DAY),
        dates.move(office, nina, CONTEST, "results", RESULTS + DAY, ""),
    ):
        assert await refused(work) == "refusal.no_right"


async def test_a_pending_place_is_not_in_what_is_held_of_a_person(office: Office, clock: StillClock) -> None:
    olga, (first, _) = await organiser(office), await applicants(office, 2)
    await seasons.set_place(office, olga, CONTEST, "first", first)
    nina = await storage.find(office.database, 1)
    assert nina is not None
    assert WORDS["ru"].label("act.place_set") not in (await rights.everything(office, nina))[1].decode()
    clock.at = AFTER
    await release(office, olga)
    text = (await rights.everything(office, nina))[1].decode()
    assert WORDS["ru"].label("act.place_set") in text
    assert WORDS["ru"].label("act.place") in text


# -- the release ------------------------------------------------------------------------------------------------------


async def test_the_release(office: Office, clock: StillClock) -> None:
    olga, ids = await organiser(office), await applicants(office, 3)
    await seasons.set_place(office, olga, CONTEST, "first", ids[1])
    await contests.follow(office, await citizen(office, 50), CONTEST, True)
    clock.at = AFTER
    seen = await seasons.preview(office, olga, CONTEST)
    assert [(place.id, count) for place, count in seen.places] == [("first", 1), ("second", 0), ("third", 0)]
    assert (seen.without, seen.undecided, seen.applicants, seen.followers) == (2, 0, 3, 1)
    await seasons.release(office, olga, CONTEST, seen.seal)
    assert await states(office) == [("not_placed", None), ("placed", "first"), ("not_placed", None)]
    table = tables.history
    lines = await office.database.read(
        select(table.c.application_id, table.c.act, table.c.state, table.c.actor_id, table.c.at, table.c.reason)
        .where(table.c.act.in_(("place", "pass_over")))
        .order_by(table.c.application_id)
    )
    assert [tuple(line) for line in lines] == [
        (ids[0], "pass_over", "not_placed", olga.id, AFTER, ""),
        (ids[1], "place", "placed", olga.id, AFTER, "first"),
        (ids[2], "pass_over", "not_placed", olga.id, AFTER, ""),
    ]
    found = await all_mailings(office, Kind.RESULT, Kind.RESULTS_LIST)
    last = (await office.database.read(select(func.max(tables.people.c.id))))[0][0]
    assert [(one.kind, one.state, one.audience, one.up_to) for one in found] == [
        (Kind.RESULT, "expanding", Audience("applicants", contest=CONTEST, states=("placed", "not_placed")), last),
        (Kind.RESULTS_LIST, "expanding", Audience("followers", contest=CONTEST), last),
    ]
    assert office.queued.is_set()
    assert await refused(seasons.release(office, olga, CONTEST, seen.seal)) == "refusal.release.done"
    assert await refused(seasons.preview(office, olga, CONTEST)) == "refusal.release.done"
    assert await refused(seasons.set_place(office, olga, CONTEST, "second", ids[0])) == "refusal.release.done"
    assert await refused(seasons.clear_place(office, olga, CONTEST, ids[1])) == "refusal.release.done"
    assert len(await all_mailings(office, Kind.RESULT, Kind.RESULTS_LIST)) == 2


async def test_two_release_at_once(office: Office, clock: StillClock) -> None:
    olga, other = await organiser(office), await organiser(office, 901)
    await applicants(office, 2)
    clock.at = AFTER
    done = await asyncio.gather(release(office, olga), release(office, other), return_exceptions=True)
    assert sorted(isinstance(one, Refusal) for one in done) == [False, True]
    assert len(await all_mailings(office, Kind.RESULT)) == 1
    assert await count(office, tables.history, tables.history.c.act == "pass_over") == 2


async def test_a_decision_taken_back_while_the_results_are_released(office: Office, clock: StillClock) -> None:
    """Either the release sees it and holds, or it comes too late: nobody stays undecided after a release."""
    olga, ids = await organiser(office), await applicants(office, 2)
    clock.at = AFTER
    table = tables.applications

    async def take_back() -> None:
        where = (table.c.id == ids[0]) & (table.c.state == "admitted")
        await office.database.run(update(table).where(where).values(state="submitted"))

    done = await asyncio.gather(release(office, olga), take_back(), return_exceptions=True)
    held = isinstance(done[0], Refusal)
    assert await states(office) == (
        [("submitted", None), ("admitted", None)] if held else [("not_placed", None), ("not_placed", None)]
    )
    assert len(await all_mailings(office, Kind.RESULT)) == (0 if held else 1)


@pytest.mark.parametrize("state", ["submitted", "returned"])
async def test_nothing_is_released_while_one_is_undecided(office: Office, clock: StillClock, state: State) -> None:
    olga, ids = await organiser(office), await applicants(office, 3)
    await be(office, ids[:1], state)
    clock.at = AFTER
    with pytest.raises(Refusal) as caught:
        await release(office, olga)
    assert (caught.value.key, caught.value.values["count"]) == ("refusal.release.undecided", 1)
    assert await states(office) == [(state, None), ("admitted", None), ("admitted", None)]
    assert await all_mailings(office, Kind.RESULT, Kind.RESULTS_LIST) == []
    assert await count(office, tables.history, tables.history.c.act == "pass_over") == 0


async def test_not_while_applications_are_taken(office: Office, clock: StillClock) -> None:
    olga, _ = await organiser(office), await applicants(office, 1)
    clock.at = CLOSES
    assert await refused(release(office, olga)) == "refusal.release.open"
    assert await refused(seasons.set_release(office, olga, CONTEST, CLOSES)) == "refusal.moment.past"
    clock.at = CLOSES - DAY
    assert await refused(seasons.set_release(office, olga, CONTEST, CLOSES)) == "refusal.release.open"


async def test_what_was_decided_since_the_preview_is_looked_at_anew(office: Office, clock: StillClock) -> None:
    olga, ids = await organiser(office), await applicants(office, 2)
    clock.at = AFTER
    seen = await seasons.preview(office, olga, CONTEST)
    await seasons.set_place(office, olga, CONTEST, "first", ids[0])
    assert await refused(seasons.release(office, olga, CONTEST, seen.seal)) == "refusal.release.changed"
    assert await states(office) == [("admitted", "first"), ("admitted", None)]


async def count(office: Office, table: Any, *where: Any) -> int:
    row = await office.database.row(select(func.count()).select_from(table).where(*where))
    assert row is not None
    return int(row[0])


MANY = 5000


async def test_thousands_are_released_in_set_statements(office: Office, clock: StillClock) -> None:
    olga, (first,) = await organiser(office), await applicants(office, 1)
    table = tables.applications
    rows = [
        {
            "contest_id": CONTEST,
            "person_id": None,
            "state": "admitted" if number % 5 else "not_admitted",
            "number": number,
            "revision": "r",
            "question": "",
            "created_at": NOW,
            "updated_at": NOW,
        }
        for number in range(1001, 1001 + MANY)
    ]
    async with office.database.write() as connection:
        await connection.execute(insert(table), rows)
    await seasons.set_place(office, olga, CONTEST, "first", first)
    clock.at = AFTER
    await release(office, olga)
    assert await count(office, table, table.c.state == "placed") == 1
    assert await count(office, table, table.c.state == "not_placed") == MANY * 4 // 5
    assert await count(office, table, table.c.state == "not_admitted") == MANY // 5
    assert await count(office, tables.history, tables.history.c.act == "pass_over") == MANY * 4 // 5
    assert await count(office, tables.history, tables.history.c.act == "place") == 1


async def test_a_release_at_its_time(office: Office, clock: StillClock) -> None:
    olga, _ = await organiser(office), await applicants(office, 1)
    await seasons.set_release(office, olga, CONTEST, RESULTS)
    assert await seasons.next_release(office) == RESULTS
    clock.at = RESULTS - timedelta(seconds=1)
    await seasons.release_due(office)
    assert await states(office) == [("admitted", None)]
    clock.at = RESULTS + timedelta(hours=30)  # the bot was down
    await seasons.release_due(office)
    await seasons.release_due(office)
    assert await states(office) == [("not_placed", None)]
    assert len(await all_mailings(office, Kind.RESULT)) == 1
    assert await seasons.next_release(office) is None
    _, lines = await seasons.journal(office, olga, CONTEST)
    assert [(line.act, line.who) for line in lines] == [
        ("release_set", "Организатор 900"),
        ("released", "Организатор 900"),
    ]


async def test_a_release_is_cancelled(office: Office, clock: StillClock) -> None:
    olga, _ = await organiser(office), await applicants(office, 1)
    await seasons.set_release(office, olga, CONTEST, RESULTS)
    await seasons.cancel_release(office, olga, CONTEST)
    await seasons.cancel_release(office, olga, CONTEST)
    clock.at = RESULTS + DAY
    await seasons.release_due(office)
    assert await states(office) == [("admitted", None)]
    _, lines = await seasons.journal(office, olga, CONTEST)
    assert [line.act for line in lines] == ["release_set", "release_cancelled"]


@pytest.mark.parametrize("left", [False, True])
async def test_an_undecided_one_holds_the_release(office: Office, clock: StillClock, left: bool) -> None:
    olga, other = await organiser(office), await organiser(office, 901)
    ids = await applicants(office, 2)
    await be(office, ids[:1], "submitted")
    await seasons.set_release(office, olga, CONTEST, RESULTS)
    if left:
        await dismissed(office, olga)
    clock.at = RESULTS
    await seasons.release_due(office)
    await seasons.release_due(office)
    assert await states(office) == [("submitted", None), ("admitted", None)]
    assert await all_mailings(office, Kind.RESULT) == []
    assert await seasons.next_release(office) is None
    table = tables.deliveries
    pushed = await office.database.read(
        select(table.c.person_id, table.c.subject_id).where(table.c.kind == Kind.RELEASE_HELD)
    )
    assert [row[0] for row in pushed] == [other.id if left else olga.id]
    line = await mailing_storage.journal_line(office.database, pushed[0][1])
    assert line is not None
    assert (line.contest_id, line.detail) == (CONTEST, {"count": 1})


async def test_the_journal_of_one_who_was_removed(office: Office) -> None:
    olga, other = await organiser(office), await organiser(office, 901)
    await applicants(office, 1)
    await seasons.set_release(office, other, CONTEST, RESULTS)
    await dismissed(office, other)
    _, (line,) = await seasons.journal(office, olga, CONTEST)
    assert (line.who, line.act, line.detail["at"]) == ("Организатор 901", "release_set", RESULTS.isoformat())
    await rights.forget(office, other)
    _, (line,) = await seasons.journal(office, olga, CONTEST)
    assert (line.who, line.act) == ("", "release_set")


# -- results told -----------------------------------------------------------------------------------------------------


async def test_each_applicant_is_told(office: Office, clock: StillClock) -> None:
    olga, ids = await organiser(office), await applicants(office, 2)
    await seasons.set_place(office, olga, CONTEST, "second", ids[0])
    clock.at = AFTER
    await release(office, olga)
    (mailing,) = await all_mailings(office, Kind.RESULT)
    for language, label in (("kk", "II орын"), ("ru", "II место")):
        first = await text_for(office, mailing, 1, language)
        second = await text_for(office, mailing, 2, language)
        assert first is not None
        assert label in first
        assert second is not None
        assert label not in second
        assert WORDS[language]("season.result_none_next") in second
    assert await text_for(office, mailing, 900) is None


async def test_the_list_names_only_who_agreed(office: Office, clock: StillClock) -> None:
    olga, ids = await organiser(office), await applicants(office, 3)
    await say(office, ids[0], **{PUBLISH_NAME: "yes", "full_name": "Третьяков Пётр <Иванович>"})
    await say(office, ids[1], **{PUBLISH_NAME: "no", "full_name": "Тайный Человек"})
    await seasons.set_place(office, olga, CONTEST, "third", ids[0])
    await seasons.set_place(office, olga, CONTEST, "first", ids[1])
    clock.at = AFTER
    await release(office, olga)
    (mailing,) = await all_mailings(office, Kind.RESULTS_LIST)
    text = await text_for(office, mailing, 3)
    assert text is not None
    assert text.index("I место") < text.index("EU-0002") < text.index("III место")
    assert "Третьяков Пётр &lt;Иванович&gt;" in text
    assert "Тайный" not in text
    assert "II место</b>" not in text.replace("III место", "")
    assert "III орын" in (await text_for(office, mailing, 3, "kk") or "")


async def test_the_list_names_nobody_who_was_not_admitted(office: Office, clock: StillClock) -> None:
    olga, ids = await organiser(office), await applicants(office, 2)
    await seasons.set_place(office, olga, CONTEST, "first", ids[0])
    await be(office, ids[:1], "not_admitted")
    assert await seasons.winners(office, CONTEST) == []
    clock.at = AFTER
    await release(office, olga)
    (mailing,) = await all_mailings(office, Kind.RESULTS_LIST)
    assert WORDS["ru"]("season.no_winners") in (await text_for(office, mailing, 2) or "")


async def test_the_list_where_nobody_won(office: Office, clock: StillClock) -> None:
    olga, _ = await organiser(office), await applicants(office, 1)
    clock.at = AFTER
    await release(office, olga)
    (mailing,) = await all_mailings(office, Kind.RESULTS_LIST)
    for language in ("kk", "ru"):
        assert WORDS[language]("season.no_winners") in (await text_for(office, mailing, 1, language) or "")


async def test_many_with_a_place_and_a_long_journal_fit_on_a_screen(office: Office) -> None:
    contest = library().contests[CONTEST]
    places = tuple(place.model_copy(update={"count": 500}) for place in contest.places)
    office = with_contest(office, contest.model_copy(update={"places": places}))
    olga, _ = await organiser(office), await applicants(office, 1)
    row = {"contest_id": CONTEST, "state": "admitted", "revision": "r", "question": "", "created_at": NOW}
    rows = [
        {**row, "updated_at": NOW, "place": places[number % 3].id, "number": number, "answers": sealed(office)}
        for number in range(1001, 1501)
    ]
    async with office.database.write() as connection:
        await connection.execute(insert(tables.applications), rows)
    for number in range(40):
        await moved(office, olga, "stage_1_end", RESULTS - timedelta(minutes=number + 1))
    found = await seasons.season(office, olga, CONTEST)
    for words in WORDS.values():
        shown = views.places(words, found, await seasons.holders(office, found))
        assert isinstance(shown.keyboard, InlineKeyboardMarkup)
        assert len(shown.keyboard.inline_keyboard) <= 50
        assert len(shown.text) < 4000
        assert "(500/500)" not in shown.text
        assert "(167/500)" in shown.text
        journal = views.journal(words, *await seasons.journal(office, olga, CONTEST))
        assert len(journal.text) < 4000
        assert views.short(RESULTS - timedelta(minutes=40), contest) in journal.text


def sealed(office: Office) -> bytes:
    return office.vault.seal_json({"full_name": "Константинопольская-Образцова Александра Александровна"})


async def test_a_long_list_is_cut_at_a_line(office: Office, clock: StillClock) -> None:
    contest = library().contests[CONTEST]
    places = (contest.places[0].model_copy(update={"count": 500}),)
    office = with_contest(office, contest.model_copy(update={"places": places}))
    olga, _ = await organiser(office), await applicants(office, 1)
    rows = [
        {
            "contest_id": CONTEST,
            "state": "admitted",
            "place": "first",
            "number": number,
            "revision": "r",
            "question": "",
            "created_at": NOW,
            "updated_at": NOW,
        }
        for number in range(1001, 1501)
    ]
    async with office.database.write() as connection:
        await connection.execute(insert(tables.applications), rows)
    clock.at = AFTER
    await release(office, olga)
    (mailing,) = await all_mailings(office, Kind.RESULTS_LIST)
    text = await text_for(office, mailing, 1)
    assert text is not None
    assert len(text) < 3300
    shown = text.count("EU-")
    assert WORDS["ru"]("season.more", count=500 - shown) in text


# -- dates ------------------------------------------------------------------------------------------------------------


async def moved(office: Office, person: Person, name: str, to: datetime) -> dates.Move:
    """What an organiser does who looks at the confirmation and taps."""
    planned = await dates.plan(office, person, CONTEST, name, to)
    return await dates.move(office, person, CONTEST, name, to, planned.seal)


async def announced(office: Office) -> dict[str, datetime]:
    return dict((await seasons.announced(office, CONTEST)).moments)


async def test_the_deadline_is_moved(office: Office, clock: StillClock) -> None:
    olga = await organiser(office)
    nina, petr = await citizen(office, 1), await citizen(office, 2)
    await draft(office, nina)
    await submitted(office, petr)
    await dates.plan_reminders(office)
    to = CLOSES + 3 * DAY
    planned = await dates.plan(office, olga, CONTEST, "applications_close", to)
    assert (planned.drafts, planned.along) == (1, ["schedule"])
    assert await all_mailings(office, Kind.DEADLINE_MOVED) == []
    await dates.move(office, olga, CONTEST, "applications_close", to, planned.seal)
    now = await announced(office)
    assert (now["applications_close"], now["schedule"]) == (to, to + 7 * DAY)
    assert (now["results"], now["erased"]) == (RESULTS, ERASED)
    row = await office.database.row(select(tables.contests.c.closes_at, tables.contests.c.erase_at))
    assert row is not None
    assert tuple(row) == (to, ERASED)
    (told,) = await all_mailings(office, Kind.DEADLINE_MOVED)
    assert (told.state, told.audience.states, told.not_after) == ("expanding", ("draft",), to)
    for language in ("kk", "ru"):
        assert WORDS[language].moment(to) in (await text_for(office, told, 1, language) or "")
    assert await text_for(office, told, 2) is None
    reminders = await all_mailings(office, Kind.DEADLINE_REMINDER)
    assert [one.due_at for one in reminders if one.state == "cancelled"] == reminder_moments(CLOSES)
    assert [one.due_at for one in reminders if one.state == "scheduled"] == reminder_moments(to)
    _, (line,) = await seasons.journal(office, olga, CONTEST)
    assert (line.act, line.who, line.detail["name"]) == ("date_moved", "Организатор 900", "applications_close")
    assert line.detail["moved"]["applications_close"] == [CLOSES.isoformat(), to.isoformat()]


def reminder_moments(closes: datetime) -> list[datetime]:
    return [closes - 7 * DAY, closes - DAY, closes - timedelta(hours=3)]


async def test_moved_twice_is_told_once(office: Office) -> None:
    olga = await organiser(office)
    await draft(office, await citizen(office, 1))
    await moved(office, olga, "applications_close", CLOSES + DAY)
    await moved(office, olga, "applications_close", CLOSES + 2 * DAY)
    told = await all_mailings(office, Kind.DEADLINE_MOVED)
    assert [one.state for one in told] == ["cancelled", "expanding"]


async def test_two_move_a_date_at_once(office: Office) -> None:
    olga, other = await organiser(office), await organiser(office, 901)
    await contests.announce_due(office, office.calendar)
    done = await asyncio.gather(
        moved(office, olga, "applications_close", CLOSES + DAY),
        moved(office, other, "applications_close", CLOSES + 2 * DAY),
        return_exceptions=True,
    )
    assert sorted(isinstance(one, Refusal) for one in done) == [False, True]
    assert next(one.key for one in done if isinstance(one, Refusal)) == "refusal.date.changed"
    assert len(await all_mailings(office, Kind.DEADLINE_MOVED)) == 1


async def test_a_double_tap_moves_once(office: Office) -> None:
    olga = await organiser(office)
    await contests.announce_due(office, office.calendar)
    planned = await dates.plan(office, olga, CONTEST, "applications_close", CLOSES + DAY)
    for _ in range(2):
        await dates.move(office, olga, CONTEST, "applications_close", CLOSES + DAY, planned.seal)
    assert len(await all_mailings(office, Kind.DEADLINE_MOVED)) == 1
    assert len((await seasons.journal(office, olga, CONTEST))[1]) == 1


@pytest.mark.parametrize(
    ("name", "to", "key"),
    [
        ("applications_close", NOW - DAY, "refusal.moment.past"),
        ("applications_close", RESULTS + DAY, "refusal.date.order"),
        ("results", CLOSES - DAY, "refusal.date.order"),
        ("results", ERASED + DAY, "refusal.date.order"),
        ("stage_1", datetime(2027, 9, 25, tzinfo=UTC), "refusal.date.order"),
        ("applications_open", CLOSES - DAY, "refusal.date.over"),
        ("announced", CLOSES, "refusal.date.fixed"),
        ("erased", ERASED + DAY, "refusal.date.fixed"),
        ("nothing", CLOSES, "refusal.date.fixed"),
        ("results", RESULTS, "refusal.date.same"),
    ],
)
async def test_moves_that_cannot_be(office: Office, name: str, to: datetime, key: str) -> None:
    olga = await organiser(office)
    await contests.announce_due(office, office.calendar)
    before = await announced(office)
    assert await refused(dates.plan(office, olga, CONTEST, name, to)) == key
    seen = dates.seal((await seasons.announced(office, CONTEST)).stored)
    assert await refused(dates.move(office, olga, CONTEST, name, to, seen)) == key
    assert await announced(office) == before
    assert await all_mailings(office, Kind.DEADLINE_MOVED) == []


async def test_a_deadline_is_prolonged_after_it_passed(office: Office, clock: StillClock) -> None:
    olga, nina = await organiser(office), await citizen(office, 1)
    found = await draft(office, nina)
    clock.at = AFTER
    assert "applications_close" in dates.movable(await seasons.announced(office, CONTEST), clock.now())
    await moved(office, olga, "applications_close", AFTER + DAY)
    asked = await forms.resume(office, nina, found.application.id)
    assert asked.application.closes_at == AFTER + DAY


async def test_erasure_comes_earlier_and_never_later(office: Office) -> None:
    olga = await organiser(office)
    await contests.announce_due(office, office.calendar)
    await moved(office, olga, "results", RESULTS + 5 * DAY)
    assert (await announced(office))["erased"] == ERASED
    await moved(office, olga, "results", RESULTS - DAY)
    assert (await announced(office))["erased"] == ERASED - DAY


async def test_an_ordered_release_follows_the_announced_moment(office: Office) -> None:
    olga = await organiser(office)
    await contests.announce_due(office, office.calendar)
    await seasons.set_release(office, olga, CONTEST, RESULTS)
    await moved(office, olga, "results", RESULTS + DAY)
    assert await seasons.next_release(office) == RESULTS + DAY
    await seasons.set_release(office, olga, CONTEST, CLOSES + DAY)
    assert await refused(moved(office, olga, "applications_close", CLOSES + 2 * DAY)) == "refusal.date.release"


async def test_neither_deadline_nor_results_move_after_the_release(office: Office, clock: StillClock) -> None:
    olga, _ = await organiser(office), await applicants(office, 1)
    clock.at = AFTER
    await release(office, olga)
    for name in ("applications_close", "results"):
        assert await refused(dates.plan(office, olga, CONTEST, name, RESULTS + DAY)) == "refusal.release.done"
        assert name not in dates.movable(await seasons.announced(office, CONTEST), clock.now())


# -- reminders --------------------------------------------------------------------------------------------------------


async def test_reminders_are_planned_once(office: Office) -> None:
    await contests.announce_due(office, office.calendar)
    await dates.plan_reminders(office)
    await dates.plan_reminders(office)
    found = await all_mailings(office, Kind.DEADLINE_REMINDER)
    moments = reminder_moments(CLOSES)
    assert [(one.due_at, one.not_after) for one in found] == list(zip(moments, [*moments[1:], CLOSES], strict=True))
    assert {(one.state, one.contest_id, one.audience.of, one.audience.states) for one in found} == {
        ("scheduled", CONTEST, "applicants", ("draft",))
    }
    assert await mailings.next_due(office) == moments[0]


async def test_only_reminders_that_are_ahead(office: Office, clock: StillClock) -> None:
    clock.at = CLOSES - timedelta(hours=20)
    await contests.announce_due(office, office.calendar)
    await dates.plan_reminders(office)
    assert [one.due_at for one in await all_mailings(office, Kind.DEADLINE_REMINDER)] == [CLOSES - timedelta(hours=3)]


async def test_a_changed_file_changes_no_reminder(office: Office) -> None:
    await contests.announce_due(office, office.calendar)
    await dates.plan_reminders(office)
    contest = library().contests[CONTEST]
    changed = with_contest(office, contest.model_copy(update={"reminders": ("2d",)}))
    await dates.plan_reminders(changed)
    await moved(changed, await organiser(office), "applications_close", CLOSES + DAY)
    found = await all_mailings(office, Kind.DEADLINE_REMINDER)
    assert [one.due_at for one in found if one.state == "scheduled"] == reminder_moments(CLOSES + DAY)


async def test_a_bot_that_was_down_sends_what_is_of_use(office: Office, clock: StillClock) -> None:
    await contests.announce_due(office, office.calendar)
    await dates.plan_reminders(office)
    clock.at = CLOSES - timedelta(hours=8)  # past the first and the second, before the third
    await mailings.begin_due(office)
    found = await all_mailings(office, Kind.DEADLINE_REMINDER)
    assert [one.state for one in found] == ["cancelled", "expanding", "scheduled"]
    clock.at = CLOSES + timedelta(minutes=1)
    await mailings.begin_due(office)
    found = await all_mailings(office, Kind.DEADLINE_REMINDER)
    assert [one.state for one in found] == ["cancelled", "expanding", "cancelled"]


async def test_a_reminder_says_what_is_left(office: Office, clock: StillClock) -> None:
    await dates.plan_reminders(office)
    nina, petr = await citizen(office, 1), await citizen(office, 2)
    await draft(office, nina)
    found = await submitted(office, petr)
    await dates.plan_reminders(office)
    assert found.application.state == "submitted"
    first, *_ = await all_mailings(office, Kind.DEADLINE_REMINDER)
    for at, kk, ru in (
        (CLOSES - 7 * DAY, "7 күн қалды", "Осталось дней: 7"),
        (CLOSES - 7 * DAY + timedelta(seconds=5), "7 күн қалды", "Осталось дней: 7"),
        (CLOSES - 2 * DAY, "2 күн қалды", "Осталось дней: 2"),
        (CLOSES - DAY, "24 сағат қалды", "Осталось часов: 24"),
        (CLOSES - timedelta(hours=3), "3 сағат қалды", "Осталось часов: 3"),
        (CLOSES - timedelta(minutes=90), "90 минут қалды", "Осталось минут: 90"),
        (CLOSES - timedelta(seconds=5), "1 минут қалды", "Осталось минут: 1"),
    ):
        clock.at = at
        assert kk in (await text_for(office, first, 1, "kk") or "")
        assert ru in (await text_for(office, first, 1) or "")
        assert await text_for(office, first, 2) is None
    clock.at = CLOSES + timedelta(seconds=1)
    assert await text_for(office, first, 1) is None
