"""Search over what the bot can lead to."""

from __future__ import annotations

from collections.abc import Mapping

from bot.content import Library
from bot.domain.base import Text
from bot.domain.search import Entry, Index


def build(library: Library) -> Index:
    """The index over all guides and contests, in every language at once."""
    guides = [
        Entry(
            "guide",
            guide.id,
            _all(guide.title),
            " ".join([_all(guide.summary), *(_all(step.text) for step in guide.steps)]),
            _all(guide.keywords),
        )
        for guide in library.guides.values()
    ]
    contests = [
        Entry(
            "contest",
            contest.id,
            _all(contest.title),
            " ".join([_all(contest.summary), *(_all(part.text) for part in contest.sections)]),
            _all(contest.keywords),
        )
        for contest in library.contests.values()
    ]
    return Index([*guides, *contests])


def _all(text: Text | None) -> str:
    wordings: Mapping[str, str] = text.root if text else {}
    return " ".join(wordings.values())
