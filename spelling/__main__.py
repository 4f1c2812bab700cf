"""`python -m spelling`: names each word that neither hunspell nor the project's own list knows, with its place.

Exit codes: 0 nothing found, 1 something found, 2 hunspell or a dictionary is missing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from spelling import kazakh
from spelling.texts import LANGUAGES, Entry, Word, entries, words

ROOT = Path(__file__).parent.parent
DICTIONARIES = {"kk": "kk_KZ", "ru": "ru_RU"}
INSTALL = "hunspell and its dictionaries are needed; on Debian and Ubuntu: apt install hunspell hunspell-kk hunspell-ru"
Known = Callable[[Iterable[str]], set[str]]
"""Gives those of the words that a dictionary has."""


class NoDictionary(Exception):
    """Hunspell, or its dictionary of a language, is not there."""


def main() -> int:
    """Looks through all texts; gives the exit code."""
    texts = list(entries(ROOT))
    found = []
    try:
        for language in LANGUAGES:
            of_language = [entry for entry in texts if entry.language == language]
            found += misspelt(of_language, language, hunspell(language), own_words(language))
    except NoDictionary:
        print(INSTALL, file=sys.stderr)
        return 2
    for line in found:
        print(line)
    if not found:
        print("no unknown word found")
    else:
        print("Mend the word, or add it to spelling/<language>.txt: how stands there at the top.", file=sys.stderr)
    return 1 if found else 0


def misspelt(texts: Iterable[Entry], language: str, known: Known, own: Collection[str]) -> list[str]:
    """A line for each unknown word, with its place. `own`: words in small letters that are right in this project."""
    met: dict[Word, list[str]] = {}
    for entry in texts:
        for word in words(entry.text):
            met.setdefault(word, []).append(entry.place)
    asked = [word for word in met if word.text.lower() not in own and not _is_ending(word, language)]
    sound = known(word.text for word in asked)
    left = [word for word in asked if word.text not in sound]
    if language == "kk":
        left = _without_endings(left, known, own)
    return [f"{place}: {word.text}" for word in left for place in met[word]]


def _is_ending(word: Word, language: str) -> bool:
    return word.is_hanging and language == "kk" and kazakh.is_ending(word.text.lower())


def _without_endings(left: Iterable[Word], known: Known, own: Collection[str]) -> list[Word]:
    """Those words that no known stem with endings explains."""
    stems: Mapping[Word, set[str]] = {word: set(kazakh.stems(word.text.lower())) for word in left}
    right = known(stem for some in stems.values() for stem in some) | set(own)
    return [word for word, some in stems.items() if not some & right]


def hunspell(language: str) -> Known:
    """Hunspell with the dictionary of a language. What it gives raises NoDictionary."""

    def known(asked: Iterable[str]) -> set[str]:
        every = sorted(set(asked))
        command = ["hunspell", "-d", DICTIONARIES[language], "-i", "utf-8", "-l"]
        try:
            done = subprocess.run(
                command,
                input="\n".join(every),
                capture_output=True,
                check=True,
                encoding="utf-8",
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            )
        except (FileNotFoundError, subprocess.CalledProcessError) as error:
            raise NoDictionary(language) from error
        return set(every) - set(done.stdout.splitlines())

    return known


def own_words(language: str) -> set[str]:
    """The words of spelling/<language>.txt, in small letters."""
    text = (Path(__file__).parent / f"{language}.txt").read_text(encoding="utf-8")
    return {line.strip().lower() for line in text.splitlines() if line.strip() and not line.startswith("#")}


if __name__ == "__main__":
    sys.exit(main())
