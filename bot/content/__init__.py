"""Reads content/ into domain objects. A bad file is named with its field, and the bot does not start."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.content.checks import contest_faults, future_faults, guide_faults
from bot.domain.base import Model
from bot.domain.contests import Contest
from bot.domain.guides import Guide
from bot.domain.moments import Calendar

_Model = TypeVar("_Model", bound=Model)


class BadContent(Exception):
    """Faults in content files, each a line: file, field, what is expected."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Library:
    """All guides by id in their `order`, all contests in that of their files' names, and each contest's revision."""

    guides: Mapping[str, Guide]
    contests: Mapping[str, Contest]
    revisions: Mapping[str, str]


def load(folder: Path, languages: tuple[str, ...], calendar: Calendar) -> Library:
    """Reads and checks every file below `folder`. Raises BadContent with all faults at once."""
    faults: list[str] = []
    if not folder.is_dir():
        raise BadContent([f"{folder}: there is no such folder"])
    read = dict(_read(folder / "guides", Guide, faults))
    guides = dict(sorted(read.items(), key=lambda item: (item[1].order, item[0])))
    contests = dict(_read(folder / "contests", Contest, faults))
    revisions = {contest_id: _revision(folder / "contests" / f"{contest_id}.toml") for contest_id in contests}
    for guide in guides.values():
        found = guide_faults(guide, languages, guides, folder / "pictures")
        faults += [f"{folder / 'guides' / guide.id}.toml: {fault}" for fault in found]
    for contest in contests.values():
        found = contest_faults(contest, languages, guides.keys(), calendar)
        faults += [f"{folder / 'contests' / contest.id}.toml: {fault}" for fault in found]
    if faults:
        raise BadContent(faults)
    return Library(guides, contests, revisions)


def not_yet(folder: Path, library: Library, today: date) -> list[str]:
    """The faults that depend on the day: facts of the library from `folder` that were verified after `today`."""
    return [
        f"{folder / 'guides' / guide.id}.toml: {fault}"
        for guide in library.guides.values()
        for fault in future_faults(guide, today)
    ]


def _read(folder: Path, model: type[_Model], faults: list[str]) -> Iterator[tuple[str, _Model]]:
    for path in sorted(folder.glob("*.toml")):
        values: dict[str, Any] = {"id": path.stem}
        try:
            values |= tomllib.loads(path.read_text(encoding="utf-8"))
            item = model.model_validate(values)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(f"{path}: not TOML: {error}")
        except ValidationError as error:
            faults += [f"{path}: {line}" for line in readable(error, values)]
        else:
            if item.id != path.stem:  # type: ignore[attr-defined]
                faults.append(f"{path}: id: expected {path.stem!r}, the file's name")
            else:
                yield path.stem, item


def readable(error: ValidationError, values: object = None) -> list[str]:
    """The faults of a validation, a line each: the field's place in `values` and what is expected.

    What has an id is named by it, the other items of a list by their number, counted from one.
    """
    return [
        f"{_place(fault['loc'], values) or 'file'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_input=False, include_url=False)
    ]


def _place(location: tuple[int | str, ...], values: object) -> str:
    parts = []
    for part in location:
        if isinstance(part, int):
            values = values[part] if isinstance(values, list) and part < len(values) else None
            name = values.get("id") if isinstance(values, dict) else None
            parts.append(name if isinstance(name, str) else str(part + 1))
        else:
            # The kind of a field stands in a location, too, and is no key of the file.
            values = values.get(part, values) if isinstance(values, dict) else None
            parts.append(part)
    return ".".join(parts)


def _revision(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
