"""Reports: what a message adds to the words that are there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.base import Refusal
from bot.domain.reports import ALL_WORDS_LIMIT, with_words

MESSAGES = st.text("аб \n", min_size=1, max_size=20).map(str.strip).filter(bool)


def test_messages_stand_below_each_other() -> None:
    assert with_words("", "один") == "один"
    assert with_words("один", "два") == "один\n\nдва"


@given(before=st.lists(MESSAGES, max_size=4), message=MESSAGES)
def test_a_message_that_comes_again_changes_nothing(before: list[str], message: str) -> None:
    words = ""
    for one in [*before, message]:
        words = with_words(words, one)
    assert with_words(words, message) == words


def test_all_of_it_has_an_end() -> None:
    full = "а" * (ALL_WORDS_LIMIT - 3)
    assert len(with_words(full, "б")) == ALL_WORDS_LIMIT
    with pytest.raises(Refusal) as refused:
        with_words(full, "бб")
    assert refused.value.key == "refusal.report.enough"
    with pytest.raises(Refusal):
        with_words("😀" * 1000, "😀" * 100)  # two signs each for Telegram
