"""`make spell`: which words are read, which Kazakh endings follow from a stem, and what is named as unknown."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from spelling import __main__ as spelling
from spelling.kazakh import infinitive, is_ending, stems
from spelling.texts import MISSPELT_ON_PURPOSE, Entry, Word, entries, words
from tests.house import ROOT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Сайтты ашыңыз.", ["Сайтты", "ашыңыз"]),
        ("<b>Көмек</b> <a href='https://egov.kz/ж'>осында</a>", ["Көмек", "осында"]),
        ("{name} жазды: {count}", ["жазды"]),
        ("Зайдите на https://egov.kz/вход и egov.kz/cms, /menu", ["Зайдите", "на"]),
        ("mail@egov.kz, @some_bot и eGov Mobile за 15 минут", ["за", "минут"]),
        ("аты-жөніңіз &amp; тегі", ["аты", "жөніңіз", "тегі"]),
        ("а и я", []),
        # і typed as a Latin i, с as a Latin c
        ("мiндетті cайт", ["мiндетті", "cайт"]),
    ],
)
def test_the_words_of_a_text(text: str, expected: list[str]) -> None:
    assert [word.text for word in words(text)] == expected
    assert not any(word.is_hanging for word in words(text))


@pytest.mark.parametrize(
    "text", ["SMS-тің", "eGov.kz-тің", "1414-тің", "{name}-тің", "ЭЦҚ-тің", "<b>ЭЦҚ</b>-тің", "{name}тің"]
)
def test_what_hangs_on_a_name_or_a_number_is_an_ending(text: str) -> None:
    assert list(words(text))[-1] == Word("тің", is_hanging=True)


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("сайттың", "сайт"),
        ("порталыңыздан", "портал"),
        ("телефонымдағыларды", "телефон"),
        ("құпиясөзіңізді", "құпиясөз"),
        ("кітабыңызға", "кітап"),
        ("файлсыз", "файл"),
        ("ұйымдастырушысыз", "ұйымдастырушы"),
        ("сіздікі", "сіз"),
        ("ұзағырақ", "ұзақ"),
        ("жіберілмегенін", "жіберу"),
        ("сканерленбейді", "сканерлеу"),
        ("таппадыңыз", "табу"),
        ("қоямыз", "қою"),
        ("қоюды", "қою"),
        ("оқисыз", "оқыды"),
        ("танитын", "таныды"),
        ("басқыңыз", "басу"),
        ("жаңартайық", "жаңарту"),
        ("алынбаса", "алу"),
        ("білмеймін", "білу"),
        ("түсінбедік", "түсіну"),
        ("ашпаңыз", "ашу"),
        ("сүртіңіз", "сүрту"),
    ],
)
def test_a_stem_and_its_endings(word: str, stem: str) -> None:
    assert stem in set(stems(word))


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("сайтдың", "сайт"),  # after т it is тың
        ("сайттің", "сайт"),  # after а it is ы
        ("порталлар", "портал"),
        ("телефонге", "телефон"),
        ("файлсіз", "файл"),
        ("жібермағанын", "жіберу"),
        ("таппадыңіз", "табу"),
        ("сайтдағы", "сайт"),
        ("сайтқаны", "сайт"),  # a case after a case
        ("жібердімін", "жіберу"),
        ("басқы", "басу"),  # a wish without its owner
        ("жіберитін", "жіберу"),
    ],
)
def test_endings_that_do_not_fit(word: str, stem: str) -> None:
    assert stem not in set(stems(word))


@pytest.mark.parametrize(("stem", "expected"), [("тап", "табу"), ("қой", "қою"), ("оқы", "оқу"), ("тірке", "тіркеу")])
def test_the_infinitive(stem: str, expected: str) -> None:
    assert infinitive(stem) == expected


def test_what_can_hang_on_an_abbreviation() -> None:
    assert [text for text in ("ны", "тің", "ға", "іңізді", "сы", "тыр", "нға", "код") if not is_ending(text)] == [
        "тыр",
        "нға",
        "код",
    ]


def dictionary(*known: str) -> spelling.Known:
    """Hunspell with so many words."""

    def ask(asked: Iterable[str]) -> set[str]:
        return set(asked) & set(known)

    return ask


def test_unknown_words_are_named_with_each_place() -> None:
    texts = [Entry("a", "ru", "Новый стикер, стекир"), Entry("b", "ru", "Стикер и стекир")]
    known = dictionary("Новый")
    assert spelling.misspelt(texts, "ru", known, {"стикер"}) == ["a: стекир", "b: стекир"]


def test_a_kazakh_word_is_known_by_its_stem() -> None:
    texts = [Entry("a", "kk", "Сайттағы кітабыңызды ЭЦҚ-ны сканерлеңіз, Сайтдағы кытабыңызды")]
    found = spelling.misspelt(texts, "kk", dictionary("кітап"), {"сайт", "сканерлеу", "эцқ"})
    assert found == ["a: Сайтдағы", "a: кытабыңызды"]
    # Endings are found off in Kazakh only.
    assert spelling.misspelt([Entry("a", "ru", "ЭЦП-ны")], "ru", dictionary(), {"эцп"}) == ["a: ны"]


def test_texts_of_both_kinds_are_read() -> None:
    found = {entry.place: entry for entry in entries(ROOT)}
    assert found["locales/kk/LC_MESSAGES/bot.po: button.next"].text == "Келесі →"
    title = found["content/contests/egov_user.toml: title.ru"]
    assert (title.language, title.text) == ("ru", "Лучший пользователь e-gov")
    assert any(place.startswith("content/guides/login.toml: steps.way.choices.eds.label.") for place in found)
    assert not any(MISSPELT_ON_PURPOSE in place for place in found)


def test_without_hunspell_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert spelling.main() == 2
    assert "apt install hunspell hunspell-kk hunspell-ru" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("hunspell") is None, reason="hunspell is not installed")
def test_a_dictionary_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(spelling.DICTIONARIES, "ru", "xx_XX")
    with pytest.raises(spelling.NoDictionary):
        spelling.hunspell("ru")(["слово"])


@pytest.mark.skipif(shutil.which("hunspell") is None, reason="hunspell is not installed")
def test_hunspell_knows_words_of_both_languages() -> None:
    try:
        assert spelling.hunspell("ru")(["слово", "слвоо"]) == {"слово"}
        assert spelling.hunspell("kk")(["байқау", "байқуа"]) == {"байқау"}
    except spelling.NoDictionary:
        pytest.skip("a dictionary is not installed")


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_lists_say_nothing_twice(language: str) -> None:
    lines = (ROOT / "spelling" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    listed = [line.lower() for line in lines if line and not line.startswith("#")]
    assert len(listed) == len(set(listed)) == len(spelling.own_words(language))
    for block in "\n".join(lines).split("\n\n")[1:]:
        group = [line for line in block.splitlines() if not line.startswith("#")]
        assert all(" " not in line for line in group), "one word a line"
