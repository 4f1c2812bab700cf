"""The check digit of IIN and BIN. All numbers are invented: they are of the years 2099 and 1800."""

from __future__ import annotations

import pytest

from bot.domain.identifiers import is_sound, is_twelve_digits, masked


@pytest.mark.parametrize(
    "number",
    [
        "991231590001",
        "991231590204",
        "991231690909",
        "991231690008",
        "000101190205",
        "991240900000",
        "991240900103",
    ],
)
def test_a_sound_number_has_one_last_digit(number: str) -> None:
    assert is_twelve_digits(number)
    assert [digit for digit in "0123456789" if is_sound(number[:11] + digit)] == [number[11]]


def test_some_beginnings_are_never_issued() -> None:
    assert not any(is_sound(f"99123159023{digit}") for digit in range(10))


@pytest.mark.parametrize("text", ["", "99123159000", "9912315900011", "99123159000O", "٩٩١٢٣١٥٩٠٠٠١", "991231590001\n"])
def test_what_is_not_twelve_digits(text: str) -> None:
    assert not is_twelve_digits(text)


def test_a_list_shows_the_last_four_digits() -> None:
    assert masked("991231590001") == "••••••••0001"
