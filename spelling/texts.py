"""What is read for its spelling: texts of locales/ and content/ with their places, and the words in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = ("kk", "ru")
MISSPELT_ON_PURPOSE = "keywords"
"""By these texts people's searches are understood, as people write them; nobody reads them."""
GAP = "\ufffc"
"""Stands for what was left out, so that what hangs on it is known not to be a word of its own."""
_TAG = re.compile(r"<[^>]*>")
_LEFT_OUT = re.compile(
    r"https?://[^\s\"<]+"
    r"|\{[a-z_]+\}"
    r"|(?<!\w)/?[A-Za-z0-9](?:[A-Za-z0-9_.+/@-]*[A-Za-z0-9])?(?!\w)"  # a command, an address, a Latin word, a number
)
_CYRILLIC = "А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі"
_WORD = re.compile(f"[A-Za-z]*[{_CYRILLIC}][A-Za-z{_CYRILLIC}]*")
"""A Latin letter among Cyrillic ones looks right and is not: і typed as i."""
_ABBREVIATION = re.compile(r"[А-ЯЁӘҒҚҢӨҰҮҺІ]{2,}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A text of one language, and where it stands."""

    place: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written. `is_hanging`: on an abbreviation, a number or a Latin word, as endings do."""

    text: str
    is_hanging: bool = False


def entries(root: Path) -> Iterator[Entry]:
    """All texts of the project. Raises OSError and tomllib.TOMLDecodeError."""
    for language in LANGUAGES:
        path = root / "locales" / language / "LC_MESSAGES" / "bot.po"
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    yield Entry(f"{path.relative_to(root)}: {message.id}", language, str(message.string))
    for path in sorted((root / "content").rglob("*.toml")):
        yield from _texts(tomllib.loads(path.read_text(encoding="utf-8")), f"{path.relative_to(root)}: ")


def _texts(item: Any, place: str) -> Iterator[Entry]:
    match item:
        case dict():
            for name, part in item.items():
                if name in LANGUAGES and isinstance(part, str):
                    yield Entry(f"{place}{name}", name, part)
                elif name != MISSPELT_ON_PURPOSE:
                    yield from _texts(part, f"{place}{name}.")
        case list():
            for number, part in enumerate(item, 1):
                name = part.get("id", number) if isinstance(part, dict) else number
                yield from _texts(part, f"{place}{name}.")


def words(text: str) -> Iterator[Word]:
    """The words of a text: no tags, addresses, placeholders, numbers, Latin words and single letters."""
    plain = _LEFT_OUT.sub(GAP, unescape(_TAG.sub("", text)))
    for found in _WORD.finditer(plain):
        if len(found[0]) > 1:
            yield Word(found[0], _hangs(plain, found.start()))


def _hangs(plain: str, start: int) -> bool:
    if plain[start - 1 : start] == GAP:
        return True
    before = re.split(r"[^\w\ufffc]", plain[: max(start - 1, 0)])[-1]
    return plain[start - 1 : start] == "-" and (before.endswith(GAP) or bool(_ABBREVIATION.fullmatch(before)))
