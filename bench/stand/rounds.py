"""Alternating rounds, their ratios, and the table that is printed."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Run:
    """One variant measured once: answers a second, latencies in ms, payments acknowledged.

    `mistakes` are sentences; a run with a mistake has no speed.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    posted: int
    mistakes: tuple[str, ...] = ()


@dataclass(slots=True)
class Rounds:
    """All runs of all variants, by name, one of each a round."""

    runs: dict[str, list[Run]] = field(default_factory=dict)

    def play(self, variants: dict[str, Callable[[], Run]], rounds: int) -> None:
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

    def ratios(
        self, ours: str, reference: str, of: Callable[[Run], float] = lambda run: run.per_second
    ) -> list[float]:
        """Ours / reference, round by round."""
        pairs = zip(self.runs[ours], self.runs[reference], strict=True)
        return [of(one) / of(other) for one, other in pairs]


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
    speed, p50, p99 = (
        statistics.median(column)
        for column in zip(*((r.per_second, r.p50_ms, r.p99_ms) for r in runs), strict=True)
    )
    return f"{name:<44} {speed:>9,.0f} /s   p50 {p50:>7.2f} ms   p99 {p99:>7.2f} ms"


def table(targets: Sequence[Target]) -> None:
    """Print the targets."""
    print(f"\n{'ratio':<58} {'median':>8} {'worst':>8}   floor    goal   reached")
    for target in targets:
        print(target.row())
