"""Kazakh endings. Hunspell's dictionary knows stems and infinitives, and far from every chain of endings after them.

A word is right when a stem that the dictionary knows is followed by endings in an order that the language allows, each
in the form that the sounds before it ask for. So a wrong letter in the stem or in an ending is still found.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Literal

BACK, FRONT, EITHER = "аоұыяё", "әеөүіэ", "и"
"""Vowels that ask for endings with а and ы, for endings with е and і, and for none of both (in loanwords)."""
VOWELS = frozenset("аәеоөұүыіэяё")
NASAL, SIBILANT = frozenset("мнң"), frozenset("зж")
SONOROUS = frozenset("рлйуию") | NASAL
Sound = Literal["vowel", "l", "liquid", "nasal", "sibilant", "voiceless"]

HARMONY = {"A": "ае", "I": "ыі", "Q": "қк", "Ғ": "ғг"}
"""A capital letter of an ending -> what it is after back and after front vowels."""
ASSIMILATION: dict[str, dict[Sound, str]] = {
    "L": {"vowel": "л", "liquid": "л", "l": "д", "nasal": "д", "sibilant": "д", "voiceless": "т"},
    "N": {"vowel": "н", "liquid": "д", "l": "д", "nasal": "н", "sibilant": "д", "voiceless": "т"},
    "K": {"vowel": "н", "liquid": "д", "l": "д", "nasal": "д", "sibilant": "д", "voiceless": "т"},
    "Z": {"vowel": "д", "liquid": "д", "l": "д", "nasal": "н", "sibilant": "д", "voiceless": "т"},
    "D": {"vowel": "д", "liquid": "д", "l": "д", "nasal": "д", "sibilant": "д", "voiceless": "т"},
    "G": {"vowel": "Ғ", "liquid": "Ғ", "l": "Ғ", "nasal": "Ғ", "sibilant": "Ғ", "voiceless": "Q"},
    "M": {"vowel": "м", "liquid": "м", "l": "м", "nasal": "б", "sibilant": "б", "voiceless": "п"},
    "P": {"vowel": "м", "liquid": "м", "l": "м", "nasal": "м", "sibilant": "б", "voiceless": "п"},
}
"""A capital letter of an ending -> what it is after a sound."""
LINKS = {"i": ("", "I"), "s": ("с", ""), "a": ("й", "A"), "y": ("й", "Aй"), "r": ("р", "Aр")}
"""A small Latin letter of an ending -> what it is after a vowel, and after a consonant."""

CASES = ("NIң", "GA", "KI", "ZAн", "Pен", "NIкі")
PERSONS = ("PIн", "сIз", "сIң", "PIз")
POSSESSIVES = (*((one, "owned") for one in ("iм", "iң", "iңIз", "iмIз")), ("sI", "its"))
NOMINAL = (*((one, "end") for one in (*CASES, *PERSONS)), ("DA", "place"))
VERBAL = (
    *(("у", "noun"), ("GAн", "noun"), ("aтIн", "noun"), ("GIш", "noun"), ("GI", "wish")),
    *(("iп", "converb"), ("a", "present"), ("DI", "past"), ("сA", "past")),
    *((one, "end") for one in ("сIн", "iңIз", "yIQ", "yIн", "GAлI")),
)
ENDINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "noun": (
        *((one, "noun") for one in ("LIQ", "сIз", "LI", "шI", "шA", "DAй", "iрAQ")),
        ("LAр", "many"),
        *POSSESSIVES,
        *NOMINAL,
    ),
    "many": (*POSSESSIVES, *NOMINAL),
    "owned": (*NOMINAL, ("A", "end")),
    "its": (*((one, "end") for one in ("н", "нIң", "нA", "нAн", "мен", "нікі", "нсIз", *PERSONS)), ("ндA", "place")),
    "place": (("ҒI", "there"), *((one, "end") for one in PERSONS)),
    "there": (("LAр", "many"), ("дAй", "end"), *NOMINAL),
    "verb": (
        *((one, "verb") for one in ("iл", "iн", "iс", "т", "DIр", "GIз")),
        ("MA", "not"),
        ("r", "noun"),
        *VERBAL,
    ),
    "not": (("с", "noun"), *VERBAL),
    "wish": POSSESSIVES,
    "converb": tuple((one, "end") for one in (*PERSONS, "тI")),
    "present": tuple((one, "end") for one in (*PERSONS, "DI")),
    "past": tuple((one, "end") for one in ("м", "ң", "ңIз", "Q")),
    "end": (),
}
"""Where in the word -> the endings that can follow, and where in the word one is then."""
ANY_SOUND = tuple(vowel + consonant for vowel in "ае" for consonant in ("", "л", "р", "м", "з", "с"))
INCOMPLETE = frozenset({"wish"})
"""Where a word cannot stop."""


def stems(word: str) -> Iterator[str]:
    """What the dictionary may know the word by: a noun, the infinitive of a verb. The word is in small letters."""
    for cut in range(2, len(word) + 1):
        stem, rest = word[:cut], word[cut:]
        if rest and _follows(stem, rest, "noun"):
            yield from _unvoiced(stem, rest)
        for root, endings in ((stem, rest), *_joined(stem, rest)):
            if _follows(root, endings, "verb"):
                yield from (infinitive(one) for one in _unvoiced(root, endings))
        if rest[:1] == "и":
            # оқисыз is оқы and йсыз; the infinitive, оқу, would not tell such a verb from others.
            roots = [stem + vowel for vowel in "ыі" if _follows(stem + vowel, "й" + rest[1:], "verb")]
            yield from (root + "д" + root[-1] for root in roots)


def is_ending(text: str) -> bool:
    """Whether the text can hang on an abbreviation or a number, after whatever sound it is read with."""
    return any(_follows(sound, text, "noun") for sound in ANY_SOUND)


def infinitive(stem: str) -> str:
    """The form by which a dictionary names a verb."""
    last, before = stem[-1], stem[:-1]
    if last == "й":
        return before + "ю"
    if last in "ыі":
        return before + "у"
    return before + {"п": "б", "к": "г", "қ": "ғ"}.get(last, last) + "у"


def _joined(stem: str, rest: str) -> Iterator[tuple[str, str]]:
    """The root and the endings where writing joins a sound of both in one letter: қоямыз is қой and амыз."""
    if rest[:1] in ("я", "ю"):
        yield stem + "й", {"я": "а", "ю": "у"}[rest[0]] + rest[1:]


def _unvoiced(stem: str, rest: str) -> Iterator[str]:
    """The stem, and as it is without an ending: before a vowel п, к, қ are written б, г, ғ."""
    yield stem
    if stem[-1] in "бгғ" and rest[:1] in VOWELS | {"у"}:
        yield stem[:-1] + {"б": "п", "г": "к", "ғ": "қ"}[stem[-1]]


@cache
def _follows(before: str, rest: str, where: str) -> bool:
    """Whether the rest is a chain of endings."""
    if not rest:
        return where not in INCOMPLETE
    for template, then in ENDINGS[where]:
        for ending in _forms(template, before):
            if rest.startswith(ending) and _follows(before + ending, rest[len(ending) :], then):
                return True
    return False


def _forms(template: str, before: str) -> Iterator[str]:
    """An ending as it sounds after what stands before it; twice where both are heard."""
    for harmony in _harmonies(before):
        form = ""
        for sign in template:
            written = LINKS[sign][before[-1] not in VOWELS] if sign in LINKS else sign
            for letter in written:
                assimilated = ASSIMILATION[letter][_sound(before[-1])] if letter in ASSIMILATION else letter
                form += HARMONY[assimilated][harmony] if assimilated in HARMONY else assimilated
        yield form


def _harmonies(before: str) -> tuple[int, ...]:
    for letter in reversed(before):
        if letter in EITHER:
            return (0, 1)
        if letter in BACK or letter in "қғ":
            return (0,)
        if letter in FRONT:
            return (1,)
    return (0, 1)


def _sound(letter: str) -> Sound:
    if letter in VOWELS:
        return "vowel"
    if letter in NASAL:
        return "nasal"
    if letter in SIBILANT:
        return "sibilant"
    if letter == "л":
        return "l"
    return "liquid" if letter in SONOROUS else "voiceless"
