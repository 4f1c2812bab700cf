"""The life of an application: every act from every state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from bot.domain.applications import LIVE, TRANSITIONS, Act, Application, State, masked, number_shown, transition
from bot.domain.base import Refusal

CLOSES = datetime(2027, 9, 10, 13, tzinfo=UTC)
SECOND = timedelta(seconds=1)

STATES: tuple[State, ...] = get_args(State)
# act: from which state it leads where, in time and after the deadline.
TABLE: dict[Act, dict[State, tuple[str, str]]] = {
    "submit": {"draft": ("submitted", "refusal.deadline")},
    "reopen": {"submitted": ("draft", "refusal.deadline")},
    "resubmit": {"returned": ("submitted", "refusal.deadline")},
    "withdraw": dict.fromkeys(("draft", "submitted", "returned", "admitted"), ("withdrawn", "withdrawn")),
    "return": {"submitted": ("returned", "returned")},
    "admit": {"submitted": ("admitted", "admitted")},
    "decline": dict.fromkeys(("submitted", "returned"), ("not_admitted", "not_admitted")),
    "reconsider": dict.fromkeys(("admitted", "not_admitted"), ("submitted", "submitted")),
    "place": {"admitted": ("placed", "placed")},
    "pass_over": {"admitted": ("not_placed", "not_placed")},
}


def outcome(act: Act, state: State, at: datetime) -> str:
    try:
        return transition(state, act, at, CLOSES)
    except Refusal as refusal:
        return refusal.key


@pytest.mark.parametrize("act", get_args(Act))
@pytest.mark.parametrize("state", STATES)
def test_every_act_from_every_state(act: Act, state: State) -> None:
    refused = (f"refusal.state.{state}", f"refusal.state.{state}")
    in_time, late = TABLE[act].get(state, refused)
    assert outcome(act, state, CLOSES - SECOND) == in_time
    assert outcome(act, state, CLOSES) == in_time, "the deadline itself is in time"
    assert outcome(act, state, CLOSES + SECOND) == late


def test_the_table_names_every_act() -> None:
    assert set(TRANSITIONS) == set(TABLE) == set(get_args(Act))


def test_an_identity_has_one_application_until_it_is_withdrawn() -> None:
    assert set(STATES) - LIVE == {"withdrawn"}
    assert TRANSITIONS["withdraw"].of < LIVE


def test_a_returned_application_has_a_deadline_of_its_own() -> None:
    made = Application(1, "quiz", 1, "returned", 1, {}, "", 0, "", {"applications_close": CLOSES}, CLOSES, None)
    assert made.closes_at == CLOSES
    returned = replace(made, correct_by=CLOSES + SECOND)
    assert returned.closes_at == CLOSES + SECOND
    assert replace(returned, state="submitted").closes_at == CLOSES


def test_a_refusal_names_the_deadline() -> None:
    with pytest.raises(Refusal) as caught:
        transition("draft", "submit", CLOSES + SECOND, CLOSES)
    assert caught.value.values == {"closes": CLOSES}


@pytest.mark.parametrize(
    ("number", "shown"), [(None, ""), (1, "EU-0001"), (42, "EU-0042"), (9999, "EU-9999"), (12345, "EU-12345")]
)
def test_a_number_as_people_quote_it(number: int | None, shown: str) -> None:
    assert number_shown("EU", number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Образцова Анна Ивановна", "Образцова А. И."),
        ("Үлгібаева Сәуле", "Үлгібаева С."),
        ("Иванова-Петрова анна", "Иванова-Петрова А."),
        ("Анна", "Анна"),
        ("", ""),
    ],
)
def test_a_list_shows_initials(name: str, shown: str) -> None:
    assert masked(name) == shown
