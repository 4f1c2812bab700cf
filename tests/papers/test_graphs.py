"""The guides drawn: what the text says of every step and way, and that the committed drawings are of these guides."""

from __future__ import annotations

import re
import tomllib

import pytest

from bot.domain.guides import Guide
from bot.papers.graphs import LONGEST, flowchart
from tests.content.samples import GUIDE
from tests.services.rooms import LANGUAGES, ROOT, library

GUIDES = library().guides
FOLDER = ROOT / "docs" / "guides"
COMMAND = ".venv/bin/bot guides graph --all --out docs/guides"


def guide(old: str = "", new: str = "") -> Guide:
    """The small sound guide of the content tests, with a change."""
    assert old in GUIDE
    return Guide.model_validate({"id": "first", **tomllib.loads(GUIDE.replace(old, new, 1) if old else GUIDE)})


def drawn(one: Guide, language: str = "ru") -> list[str]:
    return [line.strip() for line in flowchart(one, {"first": one}, language).splitlines()]


def test_a_whole_guide() -> None:
    assert drawn(guide()) == [
        "flowchart TD",
        'guide_first(["Инструкция"])',
        "guide_first --> step_start",
        'step_start{{"start: Что у Вас?"}}',
        'step_app["📱 app: Откройте"]',
        'step_site["💻 site: Зайдите"]',
        'step_end(["end: Готово"])',
        'step_start -->|"📱 Телефон"| step_app',
        'step_start -->|"💻 Компьютер"| step_site',
        "step_app --> step_end",
        "step_site --> step_end",
        'to_first[["Инструкция"]]',
        'step_site -.->|"Другая"| to_first',
    ]


def test_labels_in_another_language() -> None:
    assert 'step_start{{"start: Не бар?"}}' in drawn(guide(), "kk")


def test_a_button_into_a_step_of_another_guide() -> None:
    lines = drawn(guide('guide = "first"', 'guide = "first"\nstep = "site"'))
    assert lines[-2:] == ['to_first-site[["Инструкция: site"]]', 'step_site -.->|"Другая"| to_first-site']


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ('"a" #1', "#34;a#34; #35;1"),
        ("a < b & c > d", "a #60; b #38; c #62; d"),
        ("a|b`c`", "a#124;b#96;c#96;"),
        ("1. Первый", "1#46; Первый"),
        ("- нет", "#45; нет"),
        ("две\nстроки", "две строки"),
    ],
)
def test_what_mermaid_would_stumble_over(label: str, expected: str) -> None:
    written = label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert f'step_site -.->|"{expected}"| to_first' in drawn(guide('ru = "Другая"', f'ru = "{written}"'))


def test_only_the_beginning_of_a_long_text() -> None:
    [box] = [line for line in drawn(guide("Готово", "слово " * 50)) if line.startswith("step_end(")]
    text = box.removeprefix('step_end(["end: ').removesuffix('"])')
    assert text.endswith("слово …")
    assert len(text) <= LONGEST


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("one", GUIDES.values(), ids=lambda one: one.id)
def test_every_step_and_way_of_every_guide(one: Guide, language: str) -> None:
    text = flowchart(one, GUIDES, language)
    assert set(re.findall(r"^    step_(\w+)[\[({]", text, re.MULTILINE)) == {step.id for step in one.steps}
    ways = re.findall(r"step_(\w+) -->.*? ?step_(\w+)$", text, re.MULTILINE)
    assert sorted(ways) == sorted((step.id, target) for step in one.steps for target in step.targets())
    others = {(step.id, button.guide) for step in one.steps for button in step.buttons if button.guide}
    assert set(re.findall(r"step_(\w+) -\.->.* to_(\w+)", text)) == others


def test_the_drawings_in_docs_are_of_these_guides() -> None:
    drawings = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.mmd")}
    expected = {one.id: flowchart(one, GUIDES, LANGUAGES[0]) for one in GUIDES.values()}
    stale = sorted(name for name in drawings.keys() | expected if drawings.get(name) != expected.get(name))
    assert not stale, f"docs/guides: {', '.join(stale)}: run `{COMMAND}`; delete what no guide has any more"
