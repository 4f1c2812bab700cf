"""Search over guides and contests: a small index in memory, the same on every database.

Case, ё for е, Kazakh letters typed on a Russian keyboard, word endings and one wrong letter do not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")
_PLAIN = str.maketrans("ёәғқңөұүһі", "еагкноуухи")
_WEIGHTS = (4.0, 2.0, 1.0)
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
    """The entries with their words; built once at the start."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = [
            (entry, [set(words_of(part)) for part in (entry.title, entry.keywords, entry.text)]) for entry in entries
        ]
        self._vocabulary = sorted({word for _, parts in self._entries for part in parts for word in part})

    def search(self, query: str, limit: int = 5) -> list[Entry]:
        """The best entries for the words of a query, the best first; none where nothing fits."""
        asked = [word for word in words_of(query)[:12] if len(word) >= _SHORTEST]
        found = [self._matches(word) for word in asked]
        scored = []
        for entry, parts in self._entries:
            score = sum(self._score(matches, parts) for matches in found)
            if score:
                scored.append((score, entry))
        scored.sort(key=lambda item: -item[0])
        return [entry for _, entry in scored[:limit]]

    @staticmethod
    def _score(matches: set[str], parts: list[set[str]]) -> float:
        return sum(weight for weight, part in zip(_WEIGHTS, parts, strict=True) if matches & part)

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
        return {other for other in self._vocabulary if other == word or _same_stem(word, other)}


def _same_stem(one: str, other: str) -> bool:
    """Whether two words differ in their endings only."""
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared >= max(_SHORTEST_STEM, min(len(one), len(other)) - 1, max(len(one), len(other)) - _ENDING)
