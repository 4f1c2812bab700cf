"""Where a person stands in a guide: the path, its replay after an edit, and what is ahead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from bot.domain import guides
from bot.domain.guides import Guide, Step, length_ahead, path, walk

BOTH = {"kk": "м", "ru": "т"}


def make(**ways: str | dict[str, str] | None) -> Guide:
    """A guide of steps: `a="b"` leads on, `a={"yes": "b"}` asks, `a=None` ends."""
    steps: list[dict[str, Any]] = []
    for name, way in ways.items():
        step: dict[str, Any] = {"id": name, "text": BOTH}
        if isinstance(way, dict):
            step["choices"] = [{"id": key, "label": BOTH, "next": target} for key, target in way.items()]
        elif way:
            step["next"] = way
        steps.append(step)
    return Guide.model_validate(
        {
            "id": "g",
            "title": BOTH,
            "summary": BOTH,
            "source": {"name": BOTH},
            "verified": date(2026, 11, 20),
            "steps": steps,
        }
    )


def ids(steps: list[Step]) -> list[str]:
    return [step.id for step in steps]


def ahead(guide: Guide, at: str, answers: dict[str, str]) -> int:
    step = guide.step(at)
    assert step is not None
    return length_ahead(guide, step, answers)


FORK = make(
    start="ask",
    ask={"phone": "p1", "computer": "c1"},
    p1="end",
    c1="c2",
    c2="c3",
    c3="end",
    end=None,
)


@pytest.mark.parametrize(
    ("answers", "at", "taken"),
    [
        ({}, "start", ["start"]),
        ({}, "ask", ["start", "ask"]),
        ({"ask": "phone"}, "p1", ["start", "ask", "p1"]),
        ({"ask": "phone"}, "ask", ["start", "ask"]),
        ({"ask": "computer"}, "end", ["start", "ask", "c1", "c2", "c3", "end"]),
        ({"ask": "phone"}, "end", ["start", "ask", "p1", "end"]),
        # A link straight to a step that no answer leads to yet.
        ({}, "c2", ["start", "ask", "c1", "c2"]),
        # The answers lead elsewhere, yet the person stands there.
        ({"ask": "phone"}, "c2", ["start", "ask", "c1", "c2"]),
        # A choice that an editor removed: as far as the answers carry.
        ({"ask": "tablet"}, None, ["start", "ask"]),
        ({"ask": "phone"}, "gone", ["start", "ask", "p1", "end"]),
        ({}, "gone", ["start", "ask"]),
    ],
)
def test_the_path_taken(answers: dict[str, str], at: str | None, taken: list[str]) -> None:
    assert ids(path(FORK, answers, at)) == taken


def test_an_inserted_step_moves_nobody() -> None:
    edited = make(start="new", new="ask", ask={"phone": "p1", "computer": "c1"}, p1="end", c1="end", end=None)
    assert ids(path(edited, {"ask": "phone"}, "p1")) == ["start", "new", "ask", "p1"]


def test_after_a_removed_step_the_person_goes_on_nearby() -> None:
    edited = make(start="ask", ask={"phone": "p1", "computer": "c1"}, p1="end", c1="c3", c3="end", end=None)
    assert ids(path(edited, {"ask": "computer"}, "c2"))[:3] == ["start", "ask", "c1"]


def test_a_choice_that_leads_elsewhere_now_is_followed() -> None:
    edited = make(start="ask", ask={"phone": "p0", "computer": "c1"}, p0="p1", p1="end", c1="end", end=None)
    assert ids(path(edited, {"ask": "phone"}, "p1")) == ["start", "ask", "p0", "p1"]


def test_a_new_question_on_the_way_keeps_the_place() -> None:
    edited = make(start="q", q={"one": "ask", "two": "end"}, ask={"phone": "p1"}, p1="end", end=None)
    assert ids(path(edited, {"ask": "phone"}, "p1")) == ["start", "q", "ask", "p1"]


def test_a_step_that_nothing_leads_to_any_more_gives_the_path_of_the_answers() -> None:
    edited = make(start="ask", ask={"phone": "p1"}, p1="end", end=None, lost=None)
    assert ids(path(edited, {"ask": "phone"}, "lost")) == ["start", "ask", "p1", "end"]


def test_a_loop_ends_the_walk() -> None:
    loop = make(a="b", b={"again": "a", "on": "c"}, c=None)
    assert ids(list(walk(loop, {"b": "again"}))) == ["a", "b"]
    assert ids(path(loop, {"b": "again"}, "a")) == ["a"]
    assert ids(path(loop, {"b": "again"}, "c")) == ["a", "b", "c"]
    assert ahead(loop, "a", {"b": "again"}) == 1


@pytest.mark.parametrize(
    ("at", "answers", "steps"),
    [
        ("start", {}, 5),
        ("ask", {}, 4),
        ("ask", {"ask": "phone"}, 2),
        ("ask", {"ask": "computer"}, 4),
        ("p1", {"ask": "phone"}, 1),
        ("start", {"ask": "phone"}, 3),
        ("end", {"ask": "phone"}, 0),
    ],
)
def test_how_many_steps_follow(at: str, answers: dict[str, str], steps: int) -> None:
    assert ahead(FORK, at, answers) == steps


def totals(guide: Guide) -> Iterator[tuple[list[str], list[int]]]:
    """Every way that meets no step twice, with the total that each of its steps shows ("step 3 of 7")."""
    waiting: list[tuple[Step, list[str], dict[str, str], list[int]]] = [(guide.first, [], {}, [])]
    while waiting:
        step, before, answers, shown = waiting.pop()
        trail = [*before, step.id]
        taken = path(guide, answers, step.id)
        shown = [*shown, len(taken) + length_ahead(guide, step, answers)]
        ways = [({**answers, step.id: choice.id}, choice.next) for choice in step.choices]
        ways += [(answers, step.next)] if step.next else []
        onward = [(then, guide.step(target)) for then, target in ways if target not in trail]
        waiting += [(target, trail, then, shown) for then, target in onward if target]
        if not onward:
            yield trail, shown


@pytest.mark.parametrize(
    "guide",
    [
        FORK,
        make(a={"x": "b", "y": "c"}, b={"x": "d", "y": "e"}, c="e", d="e", e=None),
        # An error leads back to the start, as in "try again".
        make(a="b", b="c", c={"ok": "end", "error": "help"}, help={"again": "a", "stop": "end"}, end=None),
        make(a="b", b="c", c="d", d={"ok": "end", "again": "a"}, end=None),
    ],
    ids=["fork", "diamonds", "help", "loop"],
)
def test_the_total_never_grows_on_the_way(guide: Guide) -> None:
    for trail, shown in totals(guide):
        assert shown == sorted(shown, reverse=True), trail


def test_the_last_step_is_the_last() -> None:
    for trail, shown in totals(FORK):
        assert shown[-1] == len(trail)


def test_many_questions_in_a_row_are_counted_without_going_every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    ways: dict[str, str | dict[str, str] | None] = {
        f"q{number}": {"yes": f"q{number + 1}", "no": f"q{number + 1}"} for number in range(40)
    }
    guide = make(**ways, q40=None)
    count, calls = guides.length_ahead, 0

    def counting(*arguments: Any) -> int:
        nonlocal calls
        calls += 1
        assert calls < 5_000, "the work doubles with each question"
        return count(*arguments)

    monkeypatch.setattr(guides, "length_ahead", counting)
    assert guides.length_ahead(guide, guide.first, {}) == 40


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"steps": []}, "a guide has at least one step"),
        ({"steps": [{"id": "a", "text": BOTH}, {"id": "a", "text": BOTH}]}, "two steps have the id 'a'"),
        (
            {"steps": [{"id": "a", "text": BOTH, "next": "b", "choices": [{"id": "x", "label": BOTH, "next": "b"}]}]},
            "either next or choices",
        ),
        (
            {"steps": [{"id": "a", "text": BOTH, "choices": [{"id": "x", "label": BOTH, "next": "b"}] * 2}]},
            "two choices have the same id",
        ),
        ({"steps": [{"id": "a", "text": BOTH, "buttons": [{"label": BOTH}]}]}, "exactly one of url, copy_text, guide"),
        (
            {
                "steps": [
                    {"id": "a", "text": BOTH, "buttons": [{"label": BOTH, "url": "https://egov.kz", "guide": "g"}]}
                ]
            },
            "exactly one of url, copy_text, guide",
        ),
        ({"steps": [{"id": "a", "text": BOTH, "device": "tablet"}]}, "'phone' or 'computer'"),
        ({"steps": [{"id": "A", "text": BOTH}]}, "pattern"),
        ({"verified": "soon"}, "valid date"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_guide_is_refused(wrong: dict[str, Any], said: str) -> None:
    values = {
        "id": "g",
        "title": BOTH,
        "summary": BOTH,
        "source": {"name": BOTH},
        "verified": date(2026, 11, 20),
        "steps": [{"id": "a", "text": BOTH}],
    }
    with pytest.raises(ValidationError, match=said):
        Guide.model_validate(values | wrong)


def test_a_step_shows_its_own_source_or_the_guides() -> None:
    guide = Guide.model_validate(
        {
            "id": "g",
            "title": BOTH,
            "summary": BOTH,
            "source": {"name": {"ru": "общий"}},
            "verified": date(2026, 11, 20),
            "steps": [
                {"id": "a", "text": BOTH, "next": "b"},
                {"id": "b", "text": BOTH, "source": {"name": {"ru": "свой"}}, "verified": date(2026, 1, 2)},
            ],
        }
    )
    assert [guide.source_of(step).name["ru"] for step in guide.steps] == ["общий", "свой"]
    assert [guide.verified_on(step) for step in guide.steps] == [date(2026, 11, 20), date(2026, 1, 2)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<b>Готово!</b> Вот так.", "Готово! Вот так."),
        ("\n\n<i>Проверьте:</i>\n1. Сайт", "Проверьте"),
        ("Тарифы &lt;новые&gt; &amp; старые", "Тарифы <новые> & старые"),
        ("Позвоните по номеру 1414: это Единый контакт-центр государства", "Позвоните по номеру 1414: это Единый…"),
        ("Десять слов " * 10, "Десять слов Десять слов Десять слов Десять слов…"),
    ],
)
def test_the_first_words_of_a_step(text: str, words: str) -> None:
    step = Step.model_validate({"id": "a", "text": {"kk": "м", "ru": text}})
    assert step.first_words("ru") == words


def test_a_step_is_fresh_on_its_last_day_and_stale_on_the_next() -> None:
    guide = make(a="b", b=None).model_copy(update={"fresh_days": 10})
    old, new = guide.steps[0], guide.steps[1].model_copy(update={"verified": date(2026, 11, 21)})
    assert not guide.is_stale(old, date(2026, 11, 30))
    assert guide.is_stale(old, date(2026, 12, 1))
    assert not guide.is_stale(new, date(2026, 12, 1))
    assert guide.stale(date(2026, 11, 30)) == []
    assert [step.id for step in guide.stale(date(2026, 12, 1))] == ["a", "b"]
