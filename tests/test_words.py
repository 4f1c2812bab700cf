"""Words in the language of whoever is spoken to: escaping, moments, days, zones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import words
from bot.words import MissingText
from tests.house import ROOT

ALMATY = ZoneInfo("Asia/Almaty")
WORDS = words.load(ROOT / "locales", ("kk", "ru"), ALMATY)
MOMENT = datetime(2027, 9, 10, 13, 5, tzinfo=UTC)


def test_values_are_escaped_in_texts_and_not_in_labels() -> None:
    ru = WORDS["ru"]
    assert ru("form.example", example="<b>&\"'") == "<i>Например: &lt;b&gt;&amp;\"'</i>"
    assert ru.label("form.change", label="<b>&") == "✏️ <b>&"
    assert ru.html("<a> & b") == "&lt;a&gt; &amp; b"


def test_braces_that_somebody_typed_stay() -> None:
    assert WORDS["ru"]("form.now", answer="{closes} {0}") == "Сейчас записано: <b>{closes} {0}</b>"


@pytest.mark.parametrize(
    ("language", "moment", "day"),
    [
        ("ru", "10 сентября 2027 г., 18:05 (время Казахстана)", "10 сентября 2027 г."),
        ("kk", "2027 жылғы 10 қыркүйек, 18:05 (Қазақстан уақыты)", "2027 жылғы 10 қыркүйек"),
    ],
)
def test_moments_and_days(language: str, moment: str, day: str) -> None:
    one = WORDS[language]
    assert one.shown(MOMENT) == moment
    assert one.shown(date(2027, 9, 10)) == day
    assert one.shown(5) == "5"


def test_a_moment_in_another_zone_names_it() -> None:
    assert WORDS["ru"].moment(MOMENT, ZoneInfo("UTC")) == "10 сентября 2027 г., 13:05 (UTC)"
    assert WORDS["ru"].shown(MOMENT, ZoneInfo("Europe/Berlin")).endswith("15:05 (Europe/Berlin)")


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_month_has_a_name(language: str, month: int) -> None:
    shown = WORDS[language].day(date(2027, month, 5))
    assert any(sign > "\u0400" for sign in shown.replace("жылғы", "").replace("г.", "")), shown


def test_a_missing_text_is_an_error() -> None:
    with pytest.raises(MissingText, match=r"nothing\.there \(kk\)"):
        WORDS["kk"]("nothing.there")
    with pytest.raises(MissingText):
        WORDS["kk"].label("nothing.there")


def test_a_placeholder_that_is_not_given_is_an_error() -> None:
    with pytest.raises(KeyError):
        WORDS["ru"]("form.position", position=1)


def test_a_missing_catalogue_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make setup"):
        words.load(tmp_path, ("kk",), ALMATY)
