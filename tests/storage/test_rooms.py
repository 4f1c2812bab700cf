"""Links, files, consents, contests and followers, people's places; and erasing all of it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.domain.people import Person
from bot.domain.pushes import Kind, State
from bot.storage import applications, consents, contests, deliveries, erasure, files, links, people
from bot.storage.database import Database
from bot.storage.files import FileStore
from bot.storage.links import Link
from bot.storage.tables import consents as consents_table
from bot.storage.tables import history, metadata
from tests.storage.samples import DAY, MOMENTS, NOW, VAULT, application, change, contest, get, person

SECOND = timedelta(seconds=1)


# --- links


async def test_a_link_by_value(database: Database) -> None:
    made = await application(database)
    async with database.write() as connection:
        await links.replace(connection, b"a", "guardian", made.id, NOW + DAY)
    assert await links.find(database, b"a") == Link("guardian", made.id, NOW + DAY, None)
    assert await links.find(database, b"b") is None


async def test_a_new_link_stops_the_old_one_of_its_kind_and_application(database: Database) -> None:
    one, two = await application(database, 1), await application(database, 2)
    async with database.write() as connection:
        await links.replace(connection, b"a", "guardian", one.id, NOW)
        await links.replace(connection, b"b", "guardian", two.id, NOW)
        await links.replace(connection, b"c", "owner", None, NOW)
        await links.replace(connection, b"d", "guardian", one.id, NOW)
        await links.replace(connection, b"e", "owner", None, NOW)
    found = [await links.find(database, token) is not None for token in (b"a", b"b", b"c", b"d", b"e")]
    assert found == [False, True, False, True, True]


async def test_a_link_is_used_once_by_its_kind_in_its_time(database: Database) -> None:
    async with database.write() as connection:
        await links.replace(connection, b"a", "owner", None, NOW)
    async with database.write() as connection:
        assert not await links.use(connection, b"x", NOW, "owner")
        assert not await links.use(connection, b"a", NOW, "guardian")
        assert not await links.use(connection, b"a", NOW + SECOND, "owner")
        assert await links.use(connection, b"a", NOW, "owner")
        assert not await links.use(connection, b"a", NOW, "owner")
    assert await links.find(database, b"a") == Link("owner", None, NOW, NOW)


async def test_of_ten_who_use_a_link_at_once_one_does(database: Database) -> None:
    async with database.write() as connection:
        await links.replace(connection, b"a", "owner", None, NOW)

    async def use() -> bool:
        async with database.write() as connection:
            return await links.use(connection, b"a", NOW, "owner")

    assert sorted(await asyncio.gather(*(use() for _ in range(10)))) == [False] * 9 + [True]


async def test_a_link_of_an_application_is_used_in_time_and_once(database: Database) -> None:
    one, two = await application(database, 1), await application(database, 2)
    async with database.write() as connection:
        await links.replace(connection, b"a", "guardian", one.id, NOW)
        await links.replace(connection, b"b", "guardian", two.id, NOW + DAY)

    async def use(at: datetime) -> bool:
        async with database.write() as connection:
            return await links.use_for(connection, "guardian", one.id, at, NOW)

    assert [await use(NOW + SECOND), await use(NOW), await use(NOW)] == [False, True, False]
    assert await links.find(database, b"a") == Link("guardian", one.id, NOW, NOW)
    assert await links.find(database, b"b") == Link("guardian", two.id, NOW + DAY, None)
    async with database.write() as connection:
        await links.drop(connection, two.id)
    assert await links.find(database, b"b") is None


def test_when_a_link_is_valid() -> None:
    assert Link("owner", None, NOW, None).is_valid(NOW)
    assert not Link("owner", None, NOW, None).is_valid(NOW + SECOND)
    assert not Link("owner", None, NOW, NOW).is_valid(NOW - DAY)


# --- files


async def add(database: Database, application_id: int, field: str = "scan") -> int:
    async with database.write() as connection:
        return await files.add(
            connection,
            {
                "application_id": application_id,
                "field": field,
                "telegram_id": VAULT.seal_text("BQACAgI"),
                "name": VAULT.seal_text("скан.pdf"),
                "size": 5,
                "sent_at": NOW,
            },
        )


async def test_a_file_by_value(database: Database) -> None:
    made = await application(database)
    number = await add(database, made.id)
    row = await files.get(database, number)
    assert row is not None
    assert (row.id, row.application_id, row.field, row.size, row.state, row.sha256, row.sent_at) == (
        number,
        made.id,
        "scan",
        5,
        "waiting",
        None,
        NOW,
    )
    assert (row.contest_id, row.person_id, VAULT.open_text(row.name)) == ("quiz", made.person_id, "скан.pdf")
    assert await files.get(database, number + 1) is None
    assert await files.all_ids(database) == {number}


async def test_a_file_is_settled_once(database: Database) -> None:
    made = await application(database)
    number = await add(database, made.id)
    async with database.write() as connection:
        assert await files.set_state(connection, number, "kept", "f" * 64)
        assert not await files.set_state(connection, number, "refused")
        assert not await files.set_state(connection, number + 1, "kept", "f" * 64)
    row = await files.get(database, number)
    assert row is not None
    assert (row.state, row.sha256) == ("kept", "f" * 64)


async def test_files_are_dropped_by_application_and_field(database: Database) -> None:
    one, two = await application(database, 1), await application(database, 2)
    first, second, third, fourth = [
        await add(database, owner.id, field)
        for owner, field in ((one, "scan"), (one, "photo"), (two, "scan"), (one, "scan"))
    ]
    assert [row.id for row in await files.of_application(database, one.id)] == [first, second, fourth]
    async with database.write() as connection:
        assert sorted(await files.drop(connection, [one.id], "scan")) == [first, fourth]
        assert await files.drop(connection, [one.id], "scan") == []
    assert await files.all_ids(database) == {second, third}
    async with database.write() as connection:
        assert sorted(await files.drop(connection, [one.id, two.id])) == [second, third]


async def test_papers_wait_until_somebody_decides(database: Database) -> None:
    one, two = await application(database, 1), await application(database, 2)
    paper = await add(database, one.id, "~guardian")
    await add(database, one.id, "scan")
    await add(database, two.id, "~guardian")
    async with database.write() as connection:
        await applications.change(connection, one, {"guardian": "paper"})
        await applications.change(connection, two, {"guardian": "agreed"})
    assert await files.papers_to_review(database, "~guardian") == [paper]


def test_contents_in_the_folder(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    assert store.stored() == []
    store.write(1, b"one")
    store.write(2, b"two")
    store.write(1, b"ONE")
    (tmp_path / "files" / "7.part").write_bytes(b"half")
    assert sorted(store.stored()) == [1, 2]
    assert (store.read(1), store.read(2)) == (b"ONE", b"two")
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0
    store.remove([1, 5])
    assert store.stored() == [2]


# --- consents


async def test_consents_with_their_wording(database: Database) -> None:
    made = await application(database)
    base = {"person_id": made.person_id, "application_id": made.id, "agreed_at": NOW}
    async with database.write() as connection:
        await consents.keep_texts(connection, "v1", {"kk": "мәтін", "ru": "текст"})
        await consents.keep_texts(connection, "v1", {"kk": "басқа", "ru": "другой"})
        await consents.agree(connection, {**base, "kind": "processing", "version": "v1", "language": "ru"})
        await consents.agree(connection, {**base, "kind": "publish_name", "version": "v2", "language": "kk"})
    assert made.person_id is not None
    found = await consents.of_person(database, made.person_id)
    assert [(row.kind, row.version, row.language, row.text, row.agreed_at, row.withdrawn_at) for row in found] == [
        ("processing", "v1", "ru", "текст", NOW, None),
        ("publish_name", "v2", "kk", None, NOW, None),
    ]
    async with database.write() as connection:
        await consents.withdraw(connection, made.id, NOW + SECOND, "publish_name")
    withdrawn = [row.withdrawn_at for row in await consents.of_person(database, made.person_id)]
    assert withdrawn == [None, NOW + SECOND]
    async with database.write() as connection:
        await consents.withdraw(connection, made.id, NOW + DAY)
    withdrawn = [row.withdrawn_at for row in await consents.of_person(database, made.person_id)]
    assert withdrawn == [NOW + DAY, NOW + SECOND]


# --- contests


async def test_announced_moments_stay(database: Database) -> None:
    await contest(database)
    later = {name: moment + DAY for name, moment in MOMENTS.items()}
    await contests.announce(database, "quiz", "r2", later, NOW + DAY)
    stored = await contests.get(database, "quiz")
    assert stored is not None
    assert stored.moments == MOMENTS
    assert await contests.get(database, "gone") is None
    assert await contests.announced(database) == {"quiz"}


async def test_following(database: Database) -> None:
    await contest(database)
    await contest(database, "other")
    someone = await person(database, 1)
    await contests.follow(database, someone, "quiz", NOW)
    await contests.follow(database, someone, "quiz", NOW + DAY)
    await contests.follow(database, someone, "other", NOW + DAY)
    followed = {tuple(row) for row in await contests.followed(database, someone)}
    assert followed == {("quiz", NOW), ("other", NOW + DAY)}
    await contests.unfollow(database, someone, "quiz")
    await contests.unfollow(database, someone, "quiz")
    assert [tuple(row) for row in await contests.followed(database, someone)] == [("other", NOW + DAY)]


async def test_when_data_are_to_be_erased(database: Database) -> None:
    assert await contests.next_erasure(database) is None
    await contest(database)
    assert await contests.next_erasure(database) == MOMENTS["erased"]
    assert await contests.to_erase(database, MOMENTS["erased"] - SECOND) == []
    assert await contests.to_erase(database, MOMENTS["erased"]) == ["quiz"]
    await contests.set_erased(database, "quiz", MOMENTS["erased"])
    assert await contests.to_erase(database, MOMENTS["erased"] + DAY) == []
    assert await contests.next_erasure(database) is None


# --- people


async def test_a_newcomer_by_value(database: Database) -> None:
    made = await people.arrive(database, 2**40, NOW)
    assert made == Person(made.id, 2**40, None, "", None, None, {})
    assert await people.find(database, 2**40) == made
    assert await people.find(database, 1) is None
    assert await people.count(database) == 1


async def test_arriving_again_leaves_what_one_was_at_and_keeps_the_rest(database: Database) -> None:
    made = await people.arrive(database, 1, NOW)
    await people.speak(database, 1, "kk", NOW)
    await people.move_in_guide(database, 1, "portal", {"@": "app"}, NOW)
    await people.set_blocked(database, 1, NOW)
    again = await people.arrive(database, 1, NOW + DAY)
    assert again == Person(made.id, 1, "kk", "", None, None, {"portal": {"@": "app"}})
    assert await people.count(database) == 1


async def test_ten_first_messages_at_once_make_one_person(database: Database) -> None:
    made = await asyncio.gather(*(people.arrive(database, 1, NOW) for _ in range(10)))
    assert len({one.id for one in made}) == 1
    assert await people.count(database) == 1


async def test_standing_and_speaking(database: Database) -> None:
    made = await people.arrive(database, 1, NOW)
    assert await people.stand(database, 9, "form", 5, NOW) is None
    assert await people.speak(database, 9, "kk", NOW) is None
    assert await people.stand(database, 1, "form", 5, NOW) == Person(made.id, 1, None, "form", 5, None, {})
    assert await people.speak(database, 1, "kk", NOW) == Person(made.id, 1, "kk", "form", 5, None, {})
    async with database.write() as connection:
        await people.stand_in(connection, made.id, "guardian", 6)
    assert await people.find(database, 1) == Person(made.id, 1, "kk", "guardian", 6, None, {})


async def test_taps_at_once_in_a_guide_lose_no_answer(database: Database) -> None:
    await people.arrive(database, 1, NOW)
    runs: list[dict[str, str | None]] = [{f"q{number}": "yes", "@": "end"} for number in range(20)]
    await asyncio.gather(*(people.move_in_guide(database, 1, "portal", run, NOW) for run in runs))
    found = await people.find(database, 1)
    assert found is not None
    assert found.guides == {"portal": {**{f"q{number}": "yes" for number in range(20)}, "@": "end"}}


async def test_who_holds_a_role(database: Database) -> None:
    one, two = await person(database, 1), await person(database, 2)
    async with database.write() as connection:
        await people.give_role(connection, one, "owner", NOW)
        await people.give_role(connection, one, "organiser", NOW)
        await people.give_role(connection, two, "organiser", NOW)
    assert [held.id for held in await people.with_role(database, "owner")] == [one]
    assert sorted(held.id for held in await people.with_role(database, "owner", "organiser")) == [one, two]


# --- erasing


async def everything(database: Database, number: int) -> tuple[int, int, int]:
    """A submitted application with a file, a consent, a link and a history; ids of person, application, file."""
    made = await application(database, number)
    assert made.person_id is not None
    await applications.store_answer(database, VAULT, change(made, {"name": "Анна"}))
    file = await add(database, made.id)
    async with database.write() as connection:
        await applications.change(connection, made, {"state": "submitted", "number": number, "submitted_at": NOW})
        await consents.keep_texts(connection, "v1", {"ru": "текст"})
        await consents.agree(
            connection,
            {
                "person_id": made.person_id,
                "application_id": made.id,
                "agreed_at": NOW,
                "kind": "processing",
                "version": "v1",
                "language": "ru",
            },
        )
        await links.replace(connection, f"link{number}".encode(), "guardian", made.id, NOW)
        await applications.record(connection, made.id, NOW, made.person_id, "submit", "submitted")
        await deliveries.queue(connection, Kind.RECEIPT, made.person_id, made.id, NOW)
    await contests.follow(database, made.person_id, "quiz", NOW)
    return made.person_id, made.id, file


async def sizes(database: Database) -> dict[str, int]:
    found = {}
    for name, table in metadata.tables.items():
        found[name] = (await database.read(select(func.count()).select_from(table)))[0][0]
    return found


async def test_a_forgotten_person_leaves_a_number_and_nothing_else(database: Database) -> None:
    someone, made, file = await everything(database, 1)
    await everything(database, 2)
    before = await sizes(database)
    async with database.write() as connection:
        assert await erasure.of_person(connection, someone, NOW + DAY) == [file]
        await people.erase(connection, someone)
    gone = await get(database, made)
    assert (gone.person_id, gone.state, gone.number, gone.answers, gone.question) == (None, "withdrawn", 1, {}, "")
    actors = await database.read(select(history.c.actor_id).where(history.c.application_id == made))
    assert {row[0] for row in actors} == {None}
    one_less = ("people", "consents", "links", "files", "follows", "deliveries")
    assert await sizes(database) == {name: size - (name in one_less) for name, size in before.items()}


async def test_a_guardian_who_is_forgotten_takes_their_consent_along(database: Database) -> None:
    ward, made, _ = await everything(database, 1)
    guardian = await person(database, 2)
    async with database.write() as connection:
        current = await applications.lock(connection, VAULT, made)
        assert current is not None
        await applications.change(connection, current, {"guardian": "agreed"})
        await consents.agree(
            connection,
            {
                "person_id": guardian,
                "application_id": made,
                "agreed_at": NOW,
                "kind": "guardian",
                "version": "v1",
                "language": "ru",
                "name": VAULT.seal_text("Образцов Иван"),
            },
        )
    async with database.write() as connection:
        assert await erasure.of_person(connection, guardian, NOW + DAY) == []
        await people.erase(connection, guardian)
    after = await get(database, made)
    assert (after.guardian, after.state, after.answers) == ("needed", "submitted", {"name": "Анна"})
    assert [row.act for row in await applications.history_of(database, made)][-1] == "guardian_withdrew"
    queued = await deliveries.of_person(database, ward)
    assert (Kind.GUARDIAN_WITHDREW, State.QUEUED, NOW + DAY) in queued
    kinds = [row[0] for row in await database.read(select(consents_table.c.kind))]
    assert kinds == ["processing"]


async def test_a_contest_is_erased_in_batches(database: Database) -> None:
    made = [await everything(database, number) for number in range(1, 6)]
    await application(database, 9, "other")
    erasure_batch, erasure.BATCH = erasure.BATCH, 2
    counts: list[int] = []
    dropped: list[int] = []
    try:
        while not counts or counts[-1]:
            async with database.write() as connection:
                count, gone = await erasure.batch_of_contest(connection, "quiz")
            counts.append(count)
            dropped += gone
    finally:
        erasure.BATCH = erasure_batch
    assert counts == [2, 2, 1, 0]
    assert sorted(dropped) == [file for _, _, file in made]
    for _, number, _ in made:
        after = await get(database, number)
        assert (after.person_id, after.answers, after.state) == (None, {}, "submitted")
    other = await database.read(select(func.count()).select_from(metadata.tables["applications"]))
    assert other[0][0] == 6
    left = await sizes(database)
    assert (left["files"], left["consents"], left["links"]) == (0, 0, 0)
    assert left["people"] == 6
