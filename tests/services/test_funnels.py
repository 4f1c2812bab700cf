"""The figures of a guide in a period: those who began it then, and what became of them. On both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.base import Refusal
from bot.domain.funnels import PERIODS, Funnel
from bot.services import feedback, funnels, guides, rights
from bot.services.office import Office
from tests.services.rooms import StillClock, citizen
from tests.services.test_freshness import organiser


def shown(funnel: Funnel) -> dict[str, int]:
    """The steps that somebody reached."""
    return {one.step.id: one.people for one in funnel.reached if one.people}


async def go(office: Office, number: int, *steps: str, guide: str = "portal") -> None:
    """Somebody is at these steps of a guide, one after the other."""
    for step in steps:
        assert await guides.turn(office, number, guide, step, "s") is not None


async def test_of_those_who_began_in_the_period_what_became_of_them(office: Office, clock: StillClock) -> None:
    olga = await organiser(office, 900)
    people = [await citizen(office, number) for number in range(1, 5)]
    await go(office, 1, "device", "ready")
    await go(office, 4, "device", guide="mgov")
    clock.pass_by(days=20)
    # The first one comes back: they began long ago. Two begin now, one of them in the middle of the guide.
    await go(office, 1, "done")
    await go(office, 2, "device", "ready", "done", "help")
    await go(office, 3, "reg_open")
    await feedback.manage(office, people[0], "portal", True)
    await feedback.manage(office, people[1], "portal", True)
    await feedback.rate(office, people[1], "portal", "quality", "partly")
    await feedback.manage(office, people[2], "portal", False)
    await feedback.manage(office, people[3], "mgov", False)

    week = await funnels.read(office, olga, "portal", "week")
    assert (week.started, week.finished, week.managed, week.not_managed) == (2, 1, 1, 1)
    assert shown(week) == {"device": 1, "ready": 1, "done": 1, "help": 1, "reg_open": 1}
    assert week.ratings["quality"] == {"yes": 0, "partly": 1, "no": 0}
    month = await funnels.read(office, olga, "portal", "month")
    assert (month.started, month.finished, month.managed, month.not_managed) == (3, 2, 2, 1)
    assert shown(month) == {"device": 2, "ready": 2, "done": 2, "help": 1, "reg_open": 1}
    other = await funnels.read(office, olga, "mgov", "month")
    assert (other.started, other.not_managed) == (1, 1)


@pytest.mark.parametrize("period", PERIODS)
async def test_the_edge_of_a_period(office: Office, clock: StillClock, period: str) -> None:
    olga, began = await organiser(office, 900), clock.now()
    await citizen(office, 1)
    await go(office, 1, "device")
    clock.at = began + timedelta(days=PERIODS[period], microseconds=-1)
    assert (await funnels.read(office, olga, "portal", period)).started == 1
    clock.at = began + timedelta(days=PERIODS[period])
    assert (await funnels.read(office, olga, "portal", period)).started == 0


async def test_a_guide_that_nobody_opened(office: Office) -> None:
    found = await funnels.read(office, await organiser(office, 900), "eds", "year")
    assert (found.started, found.finished, found.managed, shown(found)) == (0, 0, 0, {})


async def test_who_is_forgotten_is_in_no_figure(office: Office) -> None:
    olga, nina = await organiser(office, 900), await citizen(office, 1)
    await go(office, 1, "device")
    await feedback.manage(office, nina, "portal", True)
    assert (await funnels.read(office, olga, "portal", "week")).managed == 1
    await rights.forget(office, nina)
    found = await funnels.read(office, olga, "portal", "week")
    assert (found.started, found.managed) == (0, 0)


async def test_who_may_not_look(office: Office) -> None:
    nina = await citizen(office, 1)
    with pytest.raises(Refusal) as refused:
        await funnels.read(office, nina, "portal", "week")
    assert refused.value.key == "refusal.no_right"
    with pytest.raises(Refusal):
        await funnels.guides(office, nina)
    with pytest.raises(Refusal):
        await funnels.stale(office, nina)


@pytest.mark.parametrize(
    ("guide", "period", "key"),
    [("gone", "week", "refusal.guide_gone"), ("portal", "decade", "refusal.old_button")],
)
async def test_what_is_not_there(office: Office, guide: str, period: str, key: str) -> None:
    olga = await organiser(office, 900)
    with pytest.raises(Refusal) as refused:
        await funnels.read(office, olga, guide, period)
    assert refused.value.key == key
