"""`python -m bench [--only NAME …] [--quick] [--profile NAME] [--json FILE]`."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import announcement, cpu, memory, profiles, report, startup
from bench.cpu import Street
from bench.report import Figure
from bench.script import Case, cases
from bot import logs

CASES = tuple(case.name for case in cases())
NAMES = (*CASES, "startup", "memory", "announcement")
PROFILED, PROFILED_IF_MISSED = 500, 100
"""People whose updates are sampled for a profile: one that was asked for, and one after a missed aim."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: rounds of the CPU cases, people a round, people who pass through, starts."""

    rounds: int
    crowd: int
    people: int
    starts: int


FULL = Size(rounds=12, crowd=51, people=3000, starts=7)
QUICK = Size(rounds=4, crowd=31, people=300, starts=2)


def main() -> None:
    """Measures, prints, writes."""
    given = _arguments()
    logs.configure("console", "WARNING")
    size = QUICK if given.quick else FULL
    asyncio.run(_run(given.only or NAMES, size, given.profile, given.json, given.quick))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="What the bot costs, beside its baselines.")
    parser.add_argument("--only", nargs="+", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="fewer rounds, fewer people: under a minute")
    parser.add_argument("--profile", choices=CASES, metavar="NAME", help="show where the CPU time of a case goes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="default: bench/results/<moment>.json")
    return parser.parse_args()


async def _run(names: Sequence[str], size: Size, profiled: str | None, target: Path | None, quick: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        if profiled:
            await _profile_one(folder, profiled)
            return
        figures: list[Figure] = []
        if "startup" in names:
            figures += await startup.measure(folder, size.starts)
            print(report.table(figures), flush=True)
        if set(names) - {"startup", "announcement"}:
            figures += await _streets(folder, names, size)
        if "announcement" in names:
            figures += await announcement.measure(folder, quick, lambda one: print(report.table([one]), flush=True))
    print(f"\n{report.table(figures)}\n\nwritten to {report.write(figures, target)}")


async def _streets(folder: Path, names: Sequence[str], size: Size) -> list[Figure]:
    """The cases with both bots side by side. A case that misses its aim is profiled."""
    of_a_kind = 2 * (1 + size.crowd * (size.rounds + 1)) + PROFILED_IF_MISSED
    others = size.people + 2 * of_a_kind  # a search is measured beside taps of as many other people
    async with cpu.street(folder, of_a_kind, others) as town:
        figures = [memory.idle(town)] if "memory" in names else []
        missed = []
        for case in town.cases:
            if case.name in names:
                figures.append(found := await cpu.measure(town, case, size.rounds, size.crowd))
                print(report.table([found]), flush=True)
                missed += [case] if found.verdict == "MISSED" else []
        if "memory" in names:
            figures.append(await memory.crowded(town, size.people))
        for case in missed:
            await _profile(town, case, folder, PROFILED_IF_MISSED)
    return figures


async def _profile_one(folder: Path, name: str) -> None:
    async with cpu.street(folder, PROFILED + 2, PROFILED + 3) as town:
        await _profile(town, next(case for case in town.cases if case.name == name), folder, PROFILED)


async def _profile(town: Street, case: Case, folder: Path, people: int) -> None:
    samples, updates = await cpu.profile(town, case, folder, people)
    text = profiles.text(f"{case.title}, our whole bot", samples, updates)
    target = report.RESULTS / f"profile-{case.name}.txt"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text + "\n")
    print(f"\n{text}\n\nwritten to {target}", flush=True)


if __name__ == "__main__":
    main()
