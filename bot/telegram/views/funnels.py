"""How guides do, for organisers: the list, the picture's caption, and the ways on."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.funnels import PERIODS, Funnel
from bot.domain.guides import Guide, Step
from bot.telegram.buttons import FunnelTap
from bot.telegram.screens import Screen
from bot.telegram.views import freshness
from bot.telegram.views.keyboards import Row, keyboard, tap
from bot.words import Words

FIRST = "month"
"""The period that is shown first."""


def guides(words: Words, listed: Sequence[Guide], stale: Sequence[tuple[Guide, Sequence[Step]]]) -> Screen:
    """Asks whose figures are to be looked at; tells how many steps are to be checked again."""
    rows: list[Row] = [[tap(guide.title[words.language], _data("open", guide.id, FIRST))] for guide in listed]
    count = sum(len(steps) for _, steps in stale)
    rows += [[tap(words.label("funnel.stale", count=count), _data("stale"))]] if count else []
    return Screen(words("funnel.guides"), keyboard(rows, words))


def stale(words: Words, found: Sequence[tuple[Guide, Sequence[Step]]]) -> Screen:
    """The steps to check again."""
    text = freshness.stale(words, found) if found else words("funnel.all_fresh")
    return Screen(text, keyboard([[tap(words.label("funnel.other"), _data("list"))]], words))


def below(words: Words, funnel: Funnel, period: str) -> Screen:
    """What stands below the picture: the main figures, the other periods, the table."""
    guide = funnel.guide
    text = words(
        "funnel.caption",
        guide=guide.title[words.language],
        period=words.label(f"funnel.last.{period}"),
        started=funnel.started,
        finished=funnel.finished,
        managed=funnel.managed,
    )
    periods = [
        tap(("• " if one == period else "") + words.label(f"funnel.period.{one}"), _data("open", guide.id, one))
        for one in PERIODS
    ]
    rows = [
        periods,
        [tap(words.label("funnel.table"), _data("table", guide.id, period))],
        [tap(words.label("funnel.other"), _data("list"))],
    ]
    return Screen(text, keyboard(rows, words))


def _data(act: str, guide_id: str = "", period: str = "") -> str:
    return FunnelTap(act=act, guide=guide_id, period=period).pack()
