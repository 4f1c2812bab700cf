"""What every rule is made of: frozen values, texts in every language, and refusals that carry a key.

The domain does no I/O and reads no clock: the time comes in as an argument, always aware.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, RootModel, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=20)]
"""A name inside content files. Short, because two of them and a choice fit into a button's 64 bytes."""

Language = str


class Model(BaseModel):
    """A frozen value read from a content file; a key it does not know is an error, not a silent typo."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(RootModel[dict[Language, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]]]):
    """One text in every language: `kk = "…"`, `ru = "…"` side by side."""

    model_config = ConfigDict(frozen=True)

    def __getitem__(self, language: Language) -> str:
        return self.root[language]

    @property
    def languages(self) -> frozenset[Language]:
        """The languages in which the text is written."""
        return frozenset(self.root)


class Refusal(Exception):
    """A rule said no. `key` names the sentence in locales/, `values` fill its placeholders.

    It reaches the person in their language and changes nothing.
    """

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values: Mapping[str, Any] = values
