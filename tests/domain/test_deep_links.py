"""Deep links: every place has one that Telegram takes, that no other place has, and that a button can carry on."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import deep_links
from bot.telegram.buttons import LanguageTap
from handlers.fallback import LINK_LIMIT

IDS = st.from_regex(r"[a-z][a-z0-9_]{0,19}", fullmatch=True)
"""What bot.domain.base.Id takes."""


@given(IDS, st.one_of(st.just(""), IDS))
def test_a_guide_and_its_steps(guide: str, step: str) -> None:
    start = deep_links.to_guide(guide, step)
    kind, _, rest = start.partition("_")
    assert (kind, *deep_links.guide_and_step(rest)) == ("g", guide, step)


@given(IDS)
def test_a_contest(contest: str) -> None:
    assert deep_links.to_contest(contest).partition("_")[::2] == ("c", contest)


@pytest.mark.parametrize("start", [deep_links.to_guide("g" * 20, "s" * 20), deep_links.to_contest("c" * 20)])
def test_the_longest_fits_into_a_link_and_into_a_button(start: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]+", start)
    assert len(start) <= min(deep_links.LIMIT, LINK_LIMIT)
    assert LanguageTap.unpack(LanguageTap(language="kk", link=start).pack()).link == start


def test_a_whole_link() -> None:
    assert deep_links.url("https://t.me/some_bot", "g_portal-nca") == "https://t.me/some_bot?start=g_portal-nca"
