"""Search over guides and contests: a small index in memory, the same on every database.

Case, ё for е, Kazakh letters typed on a Russian keyboard, word endings and one wrong letter do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

_WORD = re.compile(r"[^\W_]+")
_PLAIN = str.maketrans("ёәғқңөұүһі", "еагкноуухи")
_WEIGHTS = (4.0, 2.0, 1.0)
_WEIGHT = [sum(weight for part, weight in enumerate(_WEIGHTS) if bits >> part & 1) for bits in range(8)]
"""By the parts of an entry in which a word stands: title, keywords, text, a bit each."""
_LEAST = 0.2
"""Of the best entry's score: what has less was hit by a word in passing."""
_MISTYPED = 1
"""So many letters may be wrong, missing, too many, or changed round with their neighbour."""
_SHORTEST = 3
_SHORTEST_STEM = 4
_ENDING = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found: `title` weighs most, then `keywords`, then `text`."""

    kind: str
    id: str
    title: str
    text: str
    keywords: str = ""


def folded(text: str) -> str:
    """The text as it is compared: small letters, ё as е, Kazakh letters as a Russian keyboard has them."""
    return unicodedata.normalize("NFC", text).casefold().translate(_PLAIN)


def words_of(text: str) -> list[str]:
    """The folded words of a text."""
    return _WORD.findall(folded(text))


class Index:
    """The entries by their words; built once at the start."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = list(entries)
        # Word -> number of an entry -> the parts of it where the word stands, a bit each.
        self._places: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for number, entry in enumerate(self._entries):
            for part, text in enumerate((entry.title, entry.keywords, entry.text)):
                for word in words_of(text):
                    self._places[word][number] |= 1 << part
        self._vocabulary = sorted(self._places)
        self._by_beginning: dict[str, list[str]] = defaultdict(list)
        for word in self._vocabulary:
            self._by_beginning[word[:_SHORTEST_STEM]].append(word)

    def search(self, query: str, limit: int = 5) -> list[Entry]:
        """The best entries for the words of a query, the best first; none where nothing fits."""
        scores: dict[int, float] = defaultdict(float)
        for word in [word for word in words_of(query)[:12] if len(word) >= _SHORTEST]:
            found: dict[int, int] = defaultdict(int)
            for match in self._matches(word):
                for number, parts in self._places[match].items():
                    found[number] |= parts
            for number, parts in found.items():
                # A word that stands everywhere says little.
                scores[number] += _WEIGHT[parts] * log(1 + len(self._entries) / len(found))
        best = sorted(scores, key=lambda number: (-scores[number], number))[:limit]
        return [self._entries[number] for number in best if scores[number] >= _LEAST * scores[best[0]]]

    def _matches(self, word: str) -> set[str]:
        """The words of the corpus that mean the asked one."""
        from rapidfuzz import process  # imported on use: only a search needs it
        from rapidfuzz.distance import OSA

        same = self._forms(word)
        if same or len(word) < _SHORTEST_STEM:
            return same
        near = process.extract(word, self._vocabulary, scorer=OSA.distance, score_cutoff=_MISTYPED, limit=3)
        return set().union(*(self._forms(match[0]) for match in near))

    def _forms(self, word: str) -> set[str]:
        """The words of the corpus that differ from this one in their endings at most."""
        alike = self._by_beginning.get(word[:_SHORTEST_STEM], ())
        return {other for other in alike if other == word or _same_stem(word, other)}


def _same_stem(one: str, other: str) -> bool:
    """Whether two words differ in their endings only."""
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared >= max(_SHORTEST_STEM, min(len(one), len(other)) - 1, max(len(one), len(other)) - _ENDING)
