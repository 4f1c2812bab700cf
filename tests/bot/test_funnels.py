"""Organisers look at how guides do: the list, the picture, its periods, the table, the steps to check."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.clock import Clock
from bot.local_telegram import LocalTelegram, Message
from tests.bot.conftest import CONTENT
from tests.bot.journeys import LANGUAGES, content_of, label, newcomer, owner, rows, said
from tests.bot.test_feedback import SHORT, at_the_end
from tests.house import OWNER, Citizen, House, running


async def look(olga: Citizen, language: str) -> Message:
    """From the command to the figures of the shortest guide."""
    await olga.says("/guidestats")
    return await olga.taps(SHORT[language])


def caption(language: str, period: str, started: int, finished: int, managed: int) -> str:
    """What stands below the picture."""
    return said(
        language,
        "funnel.caption",
        guide=SHORT[language],
        period=label(language, f"funnel.last.{period}"),
        started=started,
        finished=finished,
        managed=managed,
    )


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_picture_its_periods_and_the_table(fair: House, language: str) -> None:
    for number, answer in ((1, "feedback.yes"), (2, "feedback.not_yet"), (3, None)):
        nina = await newcomer(fair, language, number)
        await at_the_end(nina, language)
        if answer:
            await nina.taps(label(language, answer))
    await fair.move(days=10)
    olga = await owner(fair, language)
    listed = await olga.says("/guidestats")
    assert said(language, "funnel.guides") == listed.text
    shown = await olga.taps(SHORT[language])
    assert (shown.message_id, shown.kind) == (listed.message_id, "photo")
    assert shown.text == caption(language, "month", 3, 3, 1)
    periods = [label(language, f"funnel.period.{one}") for one in ("week", "month", "year")]
    assert shown.labels[:3] == [periods[0], f"• {periods[1]}", periods[2]]
    week = await olga.taps(periods[0])
    assert (week.message_id, week.text) == (listed.message_id, caption(language, "week", 0, 0, 0))
    await olga.taps(periods[2], label(language, "funnel.table"))
    sent = next(message for message in reversed(await olga.all()) if "document" in message.extra)
    assert sent.extra["document"]["file_name"] == "short-year.xlsx"
    book = load_workbook(io.BytesIO(await content_of(fair.telegram, sent)))
    totals = {row[0]: row[1] for row in book.worksheets[0].iter_rows(values_only=True)}
    assert totals[label(language, "funnel.started")] == 3
    assert totals[label(language, "funnel.not_managed")] == 1
    again = await olga.taps(label(language, "funnel.other"))
    assert said(language, "funnel.guides") == again.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_steps_to_check(fair: House, language: str) -> None:
    olga = await owner(fair, language)
    await olga.says("/guidestats")
    assert label(language, "funnel.stale", count=6) not in (await olga.sees()).labels
    await fair.move(days=366)
    await olga.says("/guidestats")
    shown = await olga.taps(label(language, "funnel.stale", count=6))
    assert said(language, "stale.text") in shown.text
    assert SHORT[language] in shown.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_is_no_organiser(fair: House, language: str) -> None:
    nina = await newcomer(fair, language)
    assert said(language, "refusal.no_right") in (await nina.says("/guidestats")).text
    for data in ("u1:list::", "u1:open:short:week", "u1:table:short:week", "u1:stale::"):
        await fair.telegram.forge_callback(1, data)
        assert await nina.toast() == label(language, "refusal.no_right"), data
    assert all(message.kind == "text" for message in await nina.all())


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ("u1:open:gone:week", "refusal.guide_gone"),
        ("u1:open:short:decade", "refusal.old_button"),
        ("u1:table:short:", "refusal.old_button"),
        ("u1:dance::", "refusal.old_button"),
    ],
)
async def test_buttons_that_we_do_not_make(fair: House, data: str, key: str) -> None:
    olga = await owner(fair)
    await fair.telegram.forge_callback(OWNER, data)
    assert await olga.toast() == label("ru", key)


async def test_a_message_that_cannot_be_changed_any_more(fair: House) -> None:
    olga = await owner(fair)
    shown = await look(olga, "ru")
    description = "Bad Request: message can't be edited"
    await fair.telegram.add_fault("400", "editMessageMedia", description=description)
    again = await olga.taps(label("ru", "funnel.period.week"))
    assert again.message_id > shown.message_id
    assert (again.kind, again.text) == ("photo", caption("ru", "week", 0, 0, 0))
    year = await olga.taps(label("ru", "funnel.period.year"))
    assert year.message_id == again.message_id


async def test_telegram_stumbles(fair: House) -> None:
    olga = await owner(fair)
    await fair.telegram.add_fault("5xx_html", "editMessageMedia")
    assert (await look(olga, "ru")).text == caption("ru", "month", 0, 0, 0)


async def test_a_look_has_the_taps_of_this_moment(fair: House) -> None:
    nina, olga = await newcomer(fair), await owner(fair)
    await at_the_end(nina, "ru")
    assert (await look(olga, "ru")).text == caption("ru", "month", 1, 1, 0)


async def test_the_last_taps_are_written_down_at_the_stop(
    tmp_path: Path, telegram: LocalTelegram, clock: Clock
) -> None:
    async with running(tmp_path, telegram, clock, content={"path": CONTENT}) as house:
        await at_the_end(await newcomer(house), "ru")
    assert rows(house, "SELECT guide, step FROM guide_visits") == [("short", "only")]
