"""Deep links: what stands after `?start=` in an address that opens the bot at a guide, a step of it, or a contest.

Telegram takes 64 signs of A-Z, a-z, 0-9, `_` and `-`. An id has at most 20 signs and no `-`, so every guide, step and
contest that `bot check` lets pass has a link, and no two have the same.
"""

from __future__ import annotations

LIMIT = 64
_BETWEEN = "-"


def to_guide(guide_id: str, step_id: str = "") -> str:
    """The start parameter that leads to a guide, or straight to a step of it."""
    return f"g_{guide_id}{_BETWEEN}{step_id}" if step_id else f"g_{guide_id}"


def to_contest(contest_id: str) -> str:
    """The start parameter that leads to a contest."""
    return f"c_{contest_id}"


def guide_and_step(rest: str) -> tuple[str, str]:
    """The ids of the guide and of its step; an empty one where the link names no step."""
    guide_id, _, step_id = rest.partition(_BETWEEN)
    return guide_id, step_id


def url(address: str, start: str) -> str:
    """The whole link; `address` is the bot's, such as https://t.me/some_bot."""
    return f"{address}?start={start}"
