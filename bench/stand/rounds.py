"""Alternating rounds, their ratios, and the table that is printed."""

import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Run:
    """One variant measured once: answers a second, latencies in ms, rows that must be there.

    `mistakes` are sentences; a run with a mistake has no speed. `cpu_us` is the server's CPU time
    for each answer, where a server of ours was measured.
    """

    per_second: float
    p50_ms: float | None = None
    p99_ms: float | None = None
    posted: int = 0
    mistakes: tuple[str, ...] = ()
    cpu_us: float | None = None

    def with_mistakes(self, found: Sequence[str]) -> "Run":
        """The same run, with what was found wrong besides."""
        return replace(self, mistakes=(*self.mistakes, *found))


Variants: TypeAlias = dict[str, Callable[[], Run]]


@dataclass(slots=True)
class Rounds:
    """All runs of all variants, by name, one of each a round."""

    runs: dict[str, list[Run]] = field(default_factory=dict)

    def play(self, variants: Variants, rounds: int) -> None:
        """Measure every variant once a round, in turned order every second round (ABBA)."""
        for number in range(rounds):
            names = list(variants)
            for name in reversed(names) if number % 2 else names:
                run = variants[name]()
                self.runs.setdefault(name, []).append(run)
                wrong = f"  NO SPEED: {'; '.join(run.mistakes)}" if run.mistakes else ""
                print(f"  round {number + 1}  {line(name, [run])}{wrong}", flush=True)

    def mistakes(self) -> list[str]:
        """Every mistake of every run."""
        return [
            f"{name}: {mistake}"
            for name, runs in self.runs.items()
            for run in runs
            for mistake in run.mistakes
        ]

    def best(self, name: str, among: Sequence[str]) -> None:
        """Add, as `name`, the fastest of several variants in each round."""
        columns = zip(*(self.runs[each] for each in among), strict=True)
        self.runs[name] = [max(runs, key=lambda run: run.per_second) for runs in columns]

    def ratios(self, ours: str, reference: str, *, of: str = "per_second") -> list[float]:
        """Ours / reference, round by round, of one of Run's figures."""
        pairs = zip(self.runs[ours], self.runs[reference], strict=True)
        return [getattr(one, of) / getattr(other, of) for one, other in pairs]


@dataclass(frozen=True, slots=True)
class Target:
    """A ratio that has to be reached: at least `floor`, or at most when `below`."""

    name: str
    ratios: Sequence[float]
    floor: float
    goal: float | None = None
    below: bool = False

    def row(self) -> str:
        """One line of the table: median and worst round, floor, goal, verdict."""
        median = statistics.median(self.ratios)
        worst = max(self.ratios) if self.below else min(self.ratios)
        goal = "" if self.goal is None else f"{self.goal:g}"
        sign = "≤" if self.below else "≥"
        return (
            f"{self.name:<58} {median:>8.2f} {worst:>8.2f}   {sign} {self.floor:<6g} {goal:<6} "
            f"{self.verdict(median)}"
        )

    def verdict(self, median: float) -> str:
        """What the median says."""
        if not self._reaches(median, self.floor):
            return "FLOOR NOT REACHED"
        return "goal" if self.goal is not None and self._reaches(median, self.goal) else "floor"

    def reached(self) -> bool:
        """True when the median of the rounds is on the right side of the floor."""
        return self._reaches(statistics.median(self.ratios), self.floor)

    def _reaches(self, median: float, bound: float) -> bool:
        return median <= bound if self.below else median >= bound


def line(name: str, runs: Sequence[Run]) -> str:
    """One variant: medians of its rounds."""
    text = f"{name:<44} {statistics.median(run.per_second for run in runs):>9,.0f} /s"
    for label, column in (("p50", [r.p50_ms for r in runs]), ("p99", [r.p99_ms for r in runs])):
        measured = [ms for ms in column if ms is not None]
        if measured:
            text += f"   {label} {statistics.median(measured):>7.2f} ms"
    spent = [run.cpu_us for run in runs if run.cpu_us is not None]
    return text + (f"   server {statistics.median(spent):>6,.0f} µs" if spent else "")


def table(targets: Sequence[Target], mistakes: Sequence[str]) -> int:
    """Print the targets and what was wrong; the exit code, 1 when one of them is missed."""
    print(f"\n{'ratio':<58} {'median':>8} {'worst':>8}   floor    goal   reached")
    for target in targets:
        print(target.row())
    for mistake in mistakes:
        print(f"WRONG BOOKS, no speed: {mistake}")
    print(f"load average after: {os.getloadavg()[0]:.2f}")
    return 0 if all(target.reached() for target in targets) and not mistakes else 1
