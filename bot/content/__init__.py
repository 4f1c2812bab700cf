"""Reads content/ into domain objects. A bad file is named with its field, and the bot does not start."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bot.content.checks import contest_faults, guide_faults
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


def _read(folder: Path, model: type[_Model], faults: list[str]) -> Iterator[tuple[str, _Model]]:
    for path in sorted(folder.glob("*.toml")):
        try:
            item = model.model_validate({"id": path.stem, **tomllib.loads(path.read_text(encoding="utf-8"))})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(f"{path}: not TOML: {error}")
        except ValidationError as error:
            faults += [f"{path}: {line}" for line in readable(error)]
        else:
            if item.id != path.stem:  # type: ignore[attr-defined]
                faults.append(f"{path}: id: expected {path.stem!r}, the file's name")
            else:
                yield path.stem, item


def readable(error: ValidationError) -> list[str]:
    """The faults of a validation, a line each: the field's place and what is expected."""
    return [
        f"{'.'.join(str(part) for part in fault['loc']) or 'file'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_input=False, include_url=False)
    ]


def _revision(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
