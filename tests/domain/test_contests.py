"""A contest's own consistency, and what it says of an applicant."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bot.domain.contests import ACTS, Contest
from bot.domain.moments import Calendar


def both(text: str) -> dict[str, str]:
    return {"kk": f"{text} (қазақша)", "ru": text}


def raw() -> dict[str, Any]:
    return deepcopy(
        {
            "id": "quiz",
            "prefix": "Q",
            "title": both("Викторина"),
            "summary": both("О чём"),
            "organiser": both("Департамент"),
            "sections": [{"id": "who", "title": both("Кто"), "text": both("Все")}],
            "dates": [
                {"id": "announced", "label": both("а"), "at": "2027-01-11T09:00"},
                {"id": "applications_open", "label": both("б"), "at": "0 days after announced"},
                {"id": "applications_close", "label": both("в"), "at": "14 days after announced"},
                {"id": "stage", "label": both("г"), "at": "2027-02-01T09:00", "until": "2 days after stage"},
                {"id": "results", "label": both("д"), "at": "1 day after stage_end"},
                {"id": "erased", "label": both("е"), "at": "90 days after results"},
            ],
            "fields": [
                {"id": "name", "kind": "name", "label": both("Имя"), "question": both("Имя?")},
                {"id": "born", "kind": "date", "label": both("Дата"), "question": both("Дата?")},
                {"id": "about", "kind": "text", "label": both("О"), "question": both("О?"), "required": False},
            ],
            "consent": {
                "purpose": both("цель"),
                "third_parties": both("нет"),
                "cross_border": both("есть"),
                "publication": both("нет"),
            },
            "guardian": {"field": "born", "under": 18},
            "after_submission": both("Ждите"),
        }
    )


def faults(values: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        Contest.model_validate(values)
    return "\n".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in caught.value.errors())


def test_a_sound_contest_is_read() -> None:
    contest = Contest.model_validate(raw())
    moments = contest.moments(Calendar())
    assert moments["applications_close"] == datetime(2027, 1, 25, 4, tzinfo=UTC)
    assert moments["stage_end"] == datetime(2027, 2, 3, 4, tzinfo=UTC)
    assert moments["results"] == datetime(2027, 2, 4, 4, tzinfo=UTC)


@pytest.mark.parametrize("name", ["announced", "applications_open", "applications_close", "results", "erased"])
def test_a_missing_date_is_named(name: str) -> None:
    values = raw()
    values["dates"] = [entry for entry in values["dates"] if entry["id"] != name]
    assert f"dates: {name} must be given" in faults(values)


@pytest.mark.parametrize(("part", "what"), [("dates", "date"), ("fields", "field"), ("sections", "section")])
def test_the_same_id_twice_is_named(part: str, what: str) -> None:
    values = raw()
    values[part].append(values[part][0])
    assert f"two of {what} have the id {values[part][0]['id']!r}" in faults(values)


def test_a_form_asks_something() -> None:
    assert "fields: a form asks at least one question" in faults({**raw(), "fields": [], "guardian": None})


def test_age_on_names_a_date() -> None:
    values = raw()
    values["fields"][1] |= {"age_from": 16, "age_on": "nowhere"}
    assert "fields.born.age_on: there is no date 'nowhere'" in faults(values)


@pytest.mark.parametrize("field", ["name", "nowhere"])
def test_a_guardian_depends_on_a_date(field: str) -> None:
    assert "guardian.field: names no field of kind date" in faults({**raw(), "guardian": {"field": field}})


@pytest.mark.parametrize("act", sorted(ACTS))
def test_a_section_is_no_button(act: str) -> None:
    values = raw()
    values["sections"][0]["id"] = act
    assert f"sections.0.id: Value error, {act!r} is taken by a button" in faults(values)


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "", "../etc/passwd", "Asia"])
def test_an_unknown_zone_is_named(zone: str) -> None:
    assert "zone: " in faults({**raw(), "zone": zone})


@pytest.mark.parametrize("prefix", ["", "eu", "ABCDE", "E1", "ЕУ"])
def test_a_prefix_is_short_and_latin(prefix: str) -> None:
    assert "prefix: " in faults({**raw(), "prefix": prefix})


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("applications_open", "2027-01-10T09:00"),
        ("applications_close", "2027-01-11T08:59"),
        ("results", "2027-01-20T09:00"),
        ("erased", "2027-02-02T09:00"),
    ],
)
def test_dates_out_of_order_are_refused(name: str, at: str) -> None:
    values = raw()
    next(entry for entry in values["dates"] if entry["id"] == name)["at"] = at
    with pytest.raises(ValueError, match=r"must follow each other in time"):
        Contest.model_validate(values).moments(Calendar())


def test_a_period_does_not_end_before_it_begins() -> None:
    values = raw()
    values["dates"][3]["until"] = "2027-01-31T09:00"
    with pytest.raises(ValueError, match="stage"):
        Contest.model_validate(values).moments(Calendar())


@pytest.mark.parametrize(
    ("born", "on", "needed"),
    [
        ("2009-01-11", date(2027, 1, 10), True),
        ("2009-01-11", date(2027, 1, 11), False),
        ("2008-02-29", date(2026, 2, 28), True),
        ("2008-02-29", date(2026, 3, 1), False),
        ("1955-05-05", date(2027, 1, 10), False),
    ],
)
def test_who_needs_a_guardian(born: str, on: date, needed: bool) -> None:
    assert Contest.model_validate(raw()).needs_guardian({"born": born}, on) is needed


def test_nobody_needs_a_guardian_before_the_date_is_known_or_where_none_is_asked() -> None:
    assert not Contest.model_validate(raw()).needs_guardian({}, date(2027, 1, 1))
    without = Contest.model_validate({**raw(), "guardian": None})
    assert not without.needs_guardian({"born": "2020-01-01"}, date(2027, 1, 1))


def test_the_open_question_is_the_first_without_an_answer() -> None:
    contest = Contest.model_validate(raw())

    def asked(answers: dict[str, str]) -> str | None:
        field = contest.open_question(answers)
        return field.id if field else None

    assert asked({}) == "name"
    assert asked({"born": "2000-01-01"}) == "name"
    assert asked({"name": "А Б", "born": "2000-01-01"}) == "about"
    assert asked({"name": "А Б", "born": "2000-01-01", "about": ""}) is None


def test_a_field_that_an_editor_removed_is_none() -> None:
    contest = Contest.model_validate(raw())
    assert contest.field("gone") is None
    assert contest.field(None) is None


def choice(name: str, *options: str, **more: Any) -> dict[str, Any]:
    listed = [{"id": option, "label": both(option)} for option in options]
    return {"id": name, "kind": "choice", "label": both(name), "question": both(name), "options": listed, **more}


def conditional() -> dict[str, Any]:
    """A person gives a name and a date of birth; an organisation its name, and a branch its town."""
    values = raw()
    name, born, about = values["fields"]
    person, org = {"field": "who", "is": ["person"]}, {"field": "who", "is": ["org", "fund"]}
    part = choice("part", "head", "branch", when=org)
    town = {**about, "id": "town", "when": {"field": "part", "is": ["branch"]}}
    who = choice("who", "person", "org", "fund")
    values["fields"] = [who, {**name, "when": person}, {**born, "when": person}, part, town, about]
    return values


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, ["who", "about"]),
        ({"who": "gone"}, ["who", "about"]),
        ({"who": "person"}, ["who", "name", "born", "about"]),
        ({"who": "org"}, ["who", "part", "about"]),
        ({"who": "fund", "part": "head"}, ["who", "part", "about"]),
        ({"who": "fund", "part": "branch"}, ["who", "part", "town", "about"]),
        # What was answered before the question went does not count.
        ({"who": "person", "part": "branch"}, ["who", "name", "born", "about"]),
    ],
)
def test_a_question_is_asked_of_whom_it_is_for(answers: dict[str, str], asked: list[str]) -> None:
    contest = Contest.model_validate(conditional())
    assert [field.id for field in contest.asked(answers)] == asked
    still = contest.open_question(answers)
    assert still is not None
    assert still.id == next(name for name in asked if name not in answers)


def test_what_is_not_asked_any_more_says_nothing_of_the_applicant() -> None:
    contest = Contest.model_validate(conditional())
    answers = {"who": "person", "name": "Образцова Анна", "born": "2015-01-05"}
    assert contest.name_in(answers) == "Образцова Анна"
    assert contest.needs_guardian(answers, date(2027, 1, 1))
    answers["who"] = "org"
    assert contest.name_in(answers) == ""
    assert not contest.needs_guardian(answers, date(2027, 1, 1))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"field": "gone", "is": ["org"]}, "fields.part.when.field: there is no field 'gone' before it"),
        ({"field": "about", "is": ["org"]}, "fields.part.when.field: there is no field 'about' before it"),
        ({"field": "part", "is": ["head"]}, "fields.part.when.field: there is no field 'part' before it"),
        ({"field": "name", "is": ["org"]}, "fields.part.when.field: 'name' is no choice"),
        ({"field": "who", "is": ["org", "club"]}, "fields.part.when.is: 'who' has no option 'club'"),
        ({"field": "who", "is": []}, "at least 1 item"),
        ({"field": "who", "is": "org"}, "valid tuple"),
        ({"field": "who"}, "Field required"),
        ({"field": "who", "options": ["org"]}, "Extra inputs"),
        ({"field": "who", "is": ["org"], "not": ["fund"]}, "Extra inputs"),
    ],
)
def test_a_condition_that_cannot_be_is_refused(when: dict[str, Any], expected: str) -> None:
    values = conditional()
    values["fields"][3]["when"] = when
    assert expected in faults(values)
