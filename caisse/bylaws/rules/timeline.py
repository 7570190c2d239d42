"""Which amendment is in force: two axes of time, the month ruled and the instant of knowing."""

from collections.abc import Iterable
from dataclasses import dataclass

from caisse.bylaws.rules.article import Value
from caisse.kernel.month import Month


@dataclass(frozen=True, slots=True)
class Amended:
    """A dated change of one article, as adopted: in the decision `decision`, its line `position`.

    `adopted_at` in milliseconds. `sourced` is False for an invented value; `source` says whence.
    """

    article: str
    value: Value
    since: Month
    adopted_at: int
    decision: int
    position: int = 0
    sourced: bool = True
    source: str = ""

    @property
    def rank(self) -> tuple[Month, int, int, int]:
        """Of two amendments to an article, the one with the greater rank is in force."""
        return self.since, self.adopted_at, self.decision, self.position


def in_force(
    amendments: Iterable[Amended], month: Month, known_at: int | None = None
) -> dict[str, Amended]:
    """For each article, the amendment in force at `month` as known at `known_at` (ms; None: now).

    The latest `since` up to the month wins, then the latest adoption. The order in which the
    amendments come changes nothing; an article without one is not in the answer (it reads neutral).
    """
    chosen: dict[str, Amended] = {}
    for amended in amendments:
        if amended.since > month or (known_at is not None and amended.adopted_at > known_at):
            continue
        best = chosen.get(amended.article)
        if best is None or amended.rank > best.rank:
            chosen[amended.article] = amended
    return chosen
