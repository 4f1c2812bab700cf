"""The life of an application: every act from every state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from bot.domain.applications import LIVE, TRANSITIONS, Act, State, number_shown, transition
from bot.domain.base import Refusal
from bot.domain.pushes import RULES, Kind

CLOSES = datetime(2027, 9, 10, 13, tzinfo=UTC)
SECOND = timedelta(seconds=1)

# act, state, in time, after the deadline: the state that it leads to, or the refusal.
TABLE: list[tuple[Act, State, str, str]] = [
    ("submit", "draft", "submitted", "refusal.deadline"),
    ("submit", "submitted", "refusal.state.submitted", "refusal.state.submitted"),
    ("submit", "withdrawn", "refusal.state.withdrawn", "refusal.state.withdrawn"),
    ("reopen", "draft", "refusal.state.draft", "refusal.state.draft"),
    ("reopen", "submitted", "draft", "refusal.deadline"),
    ("reopen", "withdrawn", "refusal.state.withdrawn", "refusal.state.withdrawn"),
    ("withdraw", "draft", "withdrawn", "withdrawn"),
    ("withdraw", "submitted", "withdrawn", "withdrawn"),
    ("withdraw", "withdrawn", "refusal.state.withdrawn", "refusal.state.withdrawn"),
]


def outcome(act: Act, state: State, at: datetime) -> str:
    try:
        return transition(state, act, at, CLOSES)
    except Refusal as refusal:
        return refusal.key


@pytest.mark.parametrize(("act", "state", "in_time", "late"), TABLE)
def test_every_act_from_every_state(act: Act, state: State, in_time: str, late: str) -> None:
    assert outcome(act, state, CLOSES - SECOND) == in_time
    assert outcome(act, state, CLOSES) == in_time, "the deadline itself is in time"
    assert outcome(act, state, CLOSES + SECOND) == late


def test_the_table_names_every_act_and_state() -> None:
    assert set(TRANSITIONS) == set(get_args(Act))
    assert {(act, state) for act, state, _, _ in TABLE} == {
        (act, state) for act in get_args(Act) for state in get_args(State)
    }


def test_what_counts_is_what_can_be_withdrawn() -> None:
    assert TRANSITIONS["withdraw"].of == LIVE


def test_a_refusal_names_the_deadline() -> None:
    with pytest.raises(Refusal) as caught:
        transition("draft", "submit", CLOSES + SECOND, CLOSES)
    assert caught.value.values == {"closes": CLOSES}


@pytest.mark.parametrize(
    ("number", "shown"), [(None, ""), (1, "EU-0001"), (42, "EU-0042"), (9999, "EU-9999"), (12345, "EU-12345")]
)
def test_a_number_as_people_quote_it(number: int | None, shown: str) -> None:
    assert number_shown("EU", number) == shown


def test_every_kind_of_push_has_its_rule() -> None:
    assert set(RULES) == set(Kind)
    assert [kind for kind, rule in RULES.items() if not rule.repeat_unknown] == [Kind.MY_DATA]
