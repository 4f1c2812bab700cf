"""Files of applications as a ZIP. They are stored as they are: pictures and PDFs get no smaller."""

from __future__ import annotations

import zipfile
from typing import IO

from bot.words import Words


class Archive:
    """A ZIP while it is made. Not for the event loop: use it in a thread."""

    def __init__(self, words: Words, file: IO[bytes]) -> None:
        """It grows in `file`; `words` are the organiser's."""
        self._words = words
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self._missing: list[str] = []

    def add(self, name: str, content: bytes) -> None:
        """Adds a file; its name says in which folder."""
        self._zip.writestr(name, content)

    def miss(self, name: str, state: str) -> None:
        """Notes a file that is not here: `state` says why."""
        match state:
            case "refused":
                why = self._words.label("files.refused")
            case "waiting":
                why = self._words.label("files.waiting")
            case "too_many":
                why = self._words.label("files.too_many")
            case _:
                why = self._words.label("files.gone")
        self._missing.append(f"{name}: {why}")

    def finish(self) -> None:
        """Names what is missing in a text, and ends the ZIP."""
        if self._missing:
            lines = [self._words.label("files.missing"), "", *self._missing]
            self._zip.writestr(self._words.label("files.missing_name"), "\r\n".join(lines).encode("utf-8-sig"))
        self._zip.close()
