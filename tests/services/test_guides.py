"""Guides: where a jump leads back to, and which screens of steps are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.services import guides
from bot.services.guides import Page
from bot.services.office import Office
from bot.telegram.views.guides import Steps
from tests.services.rooms import ADDRESS, citizen


async def _page(office: Office) -> Page:
    found = await guides.turn(office, 1, "portal", "device", "s")
    assert found is not None
    return found


@pytest.mark.parametrize(("guide", "step"), [("portal", "removed"), ("removed", "device"), ("", ""), ("\0", "\0")])
async def test_a_step_that_is_gone_is_no_way_back(office: Office, guide: str, step: str) -> None:
    await citizen(office, 1)
    found = await guides.jump(office, 1, guide, step, "eds")
    assert found is not None
    assert (found.guide.id, found.back) == ("eds", "")


async def test_screens_that_many_see_are_made_once_and_ones_own_are_not_kept(office: Office) -> None:
    await citizen(office, 1)
    steps, words, page = Steps(ADDRESS), office.words["ru"], await _page(office)
    assert steps(words, page) is steps(words, page)
    own = replace(page, back="application:7")
    assert steps(words, own) == steps(words, own)
    assert steps(words, own) is not steps(words, own)
