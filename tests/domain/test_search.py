"""Search: typing mistakes, ё, Kazakh letters from a Russian keyboard, endings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search import Entry, Index, folded, words_of

INDEX = Index(
    [
        Entry("guide", "portal", "Порталда тіркелу Регистрация на портале", "электронная подпись ЭЦП ключ компьютер"),
        Entry("guide", "mgov", "Мобильді үкімет Мобильное правительство", "номер телефона база граждан портал ёлка"),
        Entry("contest", "quiz", "Үздік пайдаланушы Лучший пользователь", "конкурс байқау диплом өтінім заявка"),
    ]
)


def found(query: str) -> list[str]:
    return [entry.id for entry in INDEX.search(query)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("регистрация", "portal"),
        ("РЕГИСТРАЦИЯ!!!", "portal"),
        ("регестрация", "portal"),
        ("регистрацию", "portal"),
        ("зарегистрироваться на портале", "portal"),
        ("тиркелу", "portal"),
        ("тіркелуге", "portal"),
        ("эцп", "portal"),
        ("конкурсе", "quiz"),
        ("конкурсы", "quiz"),
        ("канкурс", "quiz"),
        ("баикау", "quiz"),
        ("партал", "portal"),
        ("деплом", "quiz"),
        ("байкау", "quiz"),
        ("байқауға", "quiz"),
        ("уздик пайдаланушы", "quiz"),
        ("отиним", "quiz"),
        ("правительство", "mgov"),
        ("правительства", "mgov"),
        ("укимет", "mgov"),
        ("елка", "mgov"),
        ("телефон", "mgov"),
    ],
)
def test_what_people_type_finds_what_they_mean(query: str, first: str) -> None:
    assert found(query)[:1] == [first]


def test_a_title_weighs_more_than_a_text() -> None:
    assert found("портал") == ["portal", "mgov"]


@pytest.mark.parametrize("query", ["", " ", "!!!", "я", "космос", "😀", "что это"])
def test_nothing_fits(query: str) -> None:
    assert found(query) == []


def test_no_more_than_asked_for() -> None:
    assert len(INDEX.search("портал конкурс правительство", limit=2)) == 2


@given(st.text())
def test_any_query_is_answered(query: str) -> None:
    assert set(found(query)) <= {"portal", "mgov", "quiz"}


@pytest.mark.parametrize(
    ("typed", "compared"),
    [("Ёлка", "елка"), ("ӘҒҚҢӨҰҮҺІ", "агкноуухи"), ("Е\u0308лка", "елка"), ("eGov", "egov")],
)
def test_folding(typed: str, compared: str) -> None:
    assert folded(typed) == compared


def test_words_are_letters_and_digits() -> None:
    assert words_of("e-gov, 1414: «Код»_x") == ["e", "gov", "1414", "код", "x"]


def test_a_word_that_stands_everywhere_says_little() -> None:
    entries = [Entry("guide", str(number), "Портал", "ключ" if number == 7 else "") for number in range(9)]
    assert [entry.id for entry in Index(entries).search("портал ключ")][:1] == ["7"]


def test_what_was_hit_in_passing_is_left_out() -> None:
    entries = [
        Entry("guide", "key", "Как получить ключ", "ключ", "ключ эцп"),
        *(Entry("guide", str(number), "Другое", "здесь нужен ключ") for number in range(3)),
    ]
    assert [entry.id for entry in Index(entries).search("ключ")] == ["key"]
