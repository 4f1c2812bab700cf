"""A guide as a picture: a Mermaid flowchart, which GitHub, GitLab and many editors draw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from textwrap import shorten

from bot.domain.base import Language
from bot.domain.guides import Button, Device, Guide, Step
from bot.domain.markup import visible

LONGEST = 70
"""Signs of a step's first line in its box: enough to recognise it."""
MARKS: Mapping[Device | None, str] = {None: "", "phone": "📱 ", "computer": "💻 "}
_SPECIAL = re.compile(r'["#<>&`|]')
_LIST = re.compile(r"^(\d+)\.|^[-*+](?= )")
"""A text that begins so would be read as a list, which Mermaid draws as an error."""


def flowchart(guide: Guide, guides: Mapping[str, Guide], language: Language) -> str:
    """The guide as Mermaid text that ends with a newline. Questions are rhombs, ends are rounded, other guides dotted.

    `guides`: all guides by id, for the titles of those that buttons lead into.
    """
    lines = ["flowchart TD", f"{_node('guide', guide.id)}([{_quoted(guide.title[language])}])"]
    lines.append(f"{_node('guide', guide.id)} --> {_node('step', guide.first.id)}")
    lines += [_box(step, language) for step in guide.steps]
    for step in guide.steps:
        lines += _ways(step, language)
    lines += _others(guide, guides, language)
    return "\n    ".join(lines) + "\n"


def _box(step: Step, language: Language) -> str:
    text = shorten(visible(step.text[language]).splitlines()[0], LONGEST, placeholder=" …")
    label = _quoted(f"{MARKS[step.device]}{step.id}: {text}")
    node = _node("step", step.id)
    if step.choices:
        return f"{node}{{{{{label}}}}}"
    return f"{node}[{label}]" if step.next else f"{node}([{label}])"


def _ways(step: Step, language: Language) -> Iterator[str]:
    here = _node("step", step.id)
    for choice in step.choices:
        label = _quoted(MARKS[choice.device] + choice.label[language])
        yield f"{here} -->|{label}| {_node('step', choice.next)}"
    if step.next:
        yield f"{here} --> {_node('step', step.next)}"


def _others(guide: Guide, guides: Mapping[str, Guide], language: Language) -> list[str]:
    """The boxes of the guides that buttons lead into, then the dotted ways there."""
    leading = [(step, button) for step in guide.steps for button in step.buttons if button.guide]
    boxes = {_target(button): _other(button, guides, language) for _, button in leading}
    ways = [
        f"{_node('step', step.id)} -.->|{_quoted(button.label[language])}| {_target(button)}"
        for step, button in leading
    ]
    return [*boxes.values(), *ways]


def _other(button: Button, guides: Mapping[str, Guide], language: Language) -> str:
    title = guides[button.guide or ""].title[language]
    return f"{_target(button)}[[{_quoted(f'{title}: {button.step}' if button.step else title)}]]"


def _target(button: Button) -> str:
    return _node("to", button.guide or "") + (f"-{button.step}" if button.step else "")


def _node(kind: str, name: str) -> str:
    """A name of a box. It never is a word that Mermaid keeps for itself, as `end` is."""
    return f"{kind}_{name}"


def _quoted(text: str) -> str:
    """A label in quotes, with what Mermaid would read as its own or as HTML written as entities."""
    escaped = _SPECIAL.sub(lambda found: f"#{ord(found[0])};", " ".join(text.split()))
    return f'"{_LIST.sub(lambda found: f"{found[1]}#46;" if found[1] else f"#{ord(found[0])};", escaped)}"'
