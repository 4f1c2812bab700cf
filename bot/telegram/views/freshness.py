"""The steps that organisers are to check again."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.guides import Guide, Step
from bot.telegram.views.pages import joined
from bot.words import Words

SHOWN = 25
"""Steps that are named: so many fit into a message."""


def stale(words: Words, found: Sequence[tuple[Guide, Sequence[Step]]]) -> str:
    """The steps by guide, each with the day on which it was checked last, and what to do; `found` is not empty."""
    parts, left = [words("stale.text")], SHOWN
    for guide, steps in found:
        if left:
            lines = [f"<b>{words.html(guide.title[words.language])}</b>"]
            lines += [_line(words, guide, step) for step in steps[:left]]
            parts.append("\n".join(lines))
        left -= min(left, len(steps))
    hidden = sum(len(steps) for _, steps in found) - SHOWN
    return joined(*parts, words("stale.more", count=hidden) if hidden > 0 else "")


def _line(words: Words, guide: Guide, step: Step) -> str:
    return words("stale.step", step=step.first_words(words.language), day=guide.verified_on(step))
