"""The life of a mailing: every act from every state; and whom it is for."""

from __future__ import annotations

from typing import get_args

import pytest

from bot.domain.base import Refusal
from bot.domain.mailings import TRANSITIONS, Act, Audience, Counts, State, transition

TABLE: dict[Act, dict[State, State]] = {
    "ask": {"draft": "awaiting", "missed": "awaiting"},
    "refuse": {"awaiting": "draft"},
    "approve": {"awaiting": "scheduled"},
    "confirm": {"draft": "scheduled", "missed": "scheduled"},
    "begin": {"scheduled": "expanding"},
    "miss": {"scheduled": "missed"},
    "expanded": {"expanding": "sending"},
    "pause": {"expanding": "paused", "sending": "paused"},
    "resume": {"paused": "expanding"},
    "finish": {"sending": "done"},
    "cancel": {state: "cancelled" for state in get_args(State) if state not in ("done", "cancelled")},
    "repeat": {"done": "expanding"},
}


@pytest.mark.parametrize("act", get_args(Act))
@pytest.mark.parametrize("state", get_args(State))
def test_every_act_from_every_state(act: Act, state: State) -> None:
    if state in TABLE[act]:
        assert transition(state, act) == TABLE[act][state]
        return
    with pytest.raises(Refusal) as caught:
        transition(state, act)
    assert caught.value.key == f"refusal.mailing.{state}"


def test_the_table_names_every_act() -> None:
    assert set(TRANSITIONS) == set(TABLE) == set(get_args(Act))


@pytest.mark.parametrize(
    ("audience", "stored"),
    [
        (Audience("everyone"), {"of": "everyone"}),
        (Audience("language", language="kk"), {"of": "language", "language": "kk"}),
        (
            Audience("applicants", contest="quiz", states=("draft", "returned")),
            {"of": "applicants", "contest": "quiz", "states": ["draft", "returned"]},
        ),
        (Audience("recipients", mailing=7), {"of": "recipients", "mailing": 7}),
    ],
)
def test_an_audience_comes_back_as_it_was_stored(audience: Audience, stored: dict[str, object]) -> None:
    assert audience.stored() == stored
    assert Audience.read(stored) == audience


def test_what_is_left() -> None:
    assert Counts(total=10, sent=3, blocked=1, muted=1, failed=1, unknown=1).left == 3
