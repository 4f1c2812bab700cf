"""The table that is printed, and the JSON that is written."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import fmean, median
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """What our bot needs and what its baseline of the same run needs, with `ratios` of the rounds.

    `least` is the ratio of the cheapest rounds of both sides: without the garbage collector's full runs, which fall
    on few rounds of the bare bot and weigh there, and without most of the machine's noise.
    """

    name: str
    title: str
    unit: str
    value: float
    baseline: float
    against: str
    ratio: float
    least: float | None = None
    aim: float | None = None
    ratios: list[float] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """Whether the aim is met, by all rounds together and by the median of the rounds."""
        if self.aim is None:
            return ""
        decisive = max(self.ratio, median(self.ratios)) if self.ratios else self.ratio
        return "met" if decisive <= self.aim else "MISSED"


def figure(name: str, title: str, against: str, ours: list[float], bare: list[float], aim: float | None) -> Figure:
    """From the seconds of the rounds: all rounds together, for what the collector does falls on few of them."""
    value, baseline = 1000 * fmean(ours), 1000 * fmean(bare)
    return Figure(
        name=name,
        title=title,
        unit="ms",
        value=value,
        baseline=baseline,
        against=against,
        ratio=value / baseline,
        least=min(ours) / min(bare),
        aim=aim,
        ratios=sorted(one / other for one, other in zip(ours, bare, strict=True)),
    )


def table(figures: Sequence[Figure]) -> str:
    """The figures as text."""
    lines = [f"{'':30}{'ours':>8}{'baseline':>9}{'':4}{'ratio':>6}{'least':>6}  {'median (rounds)':<20}aim"]
    for one in figures:
        spread = f"{median(one.ratios):.2f} ({one.ratios[0]:.2f}–{one.ratios[-1]:.2f})" if one.ratios else ""
        aim = f"≤ {one.aim:g} {one.verdict}" if one.aim else ""
        least = f"{one.least:.2f}" if one.least else ""
        measured = f"{one.value:>8.2f}{one.baseline:>9.2f} {one.unit:<3}{one.ratio:>6.2f}{least:>6}"
        lines.append(f"{one.title:30}{measured}  {spread:<20}{aim:<13} against {one.against}")
    return "\n".join(lines)


def write(figures: Sequence[Figure], path: Path | None) -> Path:
    """Writes the figures as JSON; without a path, under bench/results with the moment as its name."""
    now = datetime.now(UTC)
    target = path or RESULTS / f"{now:%Y%m%d-%H%M%S}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    found = {
        "at": now.isoformat(timespec="seconds"),
        "python": sys.version.split()[0],
        "machine": platform.platform(),
        "aiogram": version("aiogram"),
        "sqlalchemy": version("sqlalchemy"),
        "figures": [
            {**asdict(one), "median": median(one.ratios or [one.ratio]), "verdict": one.verdict} for one in figures
        ],
    }
    target.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    return target


def _plain(one: Figure) -> dict[str, Any]:
    return {**asdict(one), "median": median(one.ratios) if one.ratios else None, "verdict": one.verdict}
