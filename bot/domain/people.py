"""Whoever speaks with the bot, and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Screen = Literal["", "guide", "form", "guardian", "paper", "desk", "report"]
"""Where a person stands. A typed message means: nothing is expected ("", "guide"); an answer of a form; a guardian's
name, which agrees; a guardian's signed paper; what an organiser was asked for at their desk, named by `asked`; what
does not work at the step that `asked` names. The form and the guardian's two are about the application `screen_id`."""

Role = Literal["owner", "organiser", "former"]
"""`former` gives no right: the history still names who decided."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person. `language` is None until they chose one; `guide` is the guide they are in,
    `guides` where they stand in each. `asked` is what an organiser at the desk is asked for: words joined by colons,
    such as `find:egov_user`; or the guide and the step of which somebody reports that it does not work."""

    id: int
    telegram_id: int
    language: str | None
    screen: Screen
    screen_id: int | None
    guide: str | None
    guides: Mapping[str, Mapping[str, Any]]
    asked: str = ""
