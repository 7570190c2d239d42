"""The reference year as plain values: sharing out amounts so that every margin is exact."""

from collections.abc import Sequence

from caisse.kernel.cents import split

ROUNDS = 60


def fill(total: int, weights: Sequence[int], ceilings: Sequence[int]) -> list[int]:
    """`total` in parts proportional to `weights`, none above its ceiling: what does not fit is
    shared among the others. Raises ValueError when the ceilings together are below `total`."""
    if sum(ceilings) < total:
        raise ValueError(f"{total} does not fit under ceilings of {sum(ceilings)}")
    parts = [0] * len(weights)
    while total:
        below = [i for i, part in enumerate(parts) if part < ceilings[i]]
        for i, share in zip(below, split(total, [weights[i] for i in below]), strict=True):
            given = min(share, ceilings[i] - parts[i])
            parts[i] += given
            total -= given
    return parts


def matrix(
    rows: Sequence[int], columns: Sequence[int], weights: Sequence[Sequence[int]]
) -> list[list[int]]:
    """Integers close to `weights` in shape whose rows and columns have exactly these sums.

    Iterative proportional fitting in integers: rows and columns are split in turn; then the few
    cents by which columns are off move inside rows. A weight of 0 stays 0.
    Raises ValueError when the margins cannot be met.
    """
    cells = [list(row) for row in weights]
    for _ in range(ROUNDS):
        for c, column in enumerate(columns):
            for row, cents in zip(cells, split(column, [row[c] for row in cells]), strict=True):
                row[c] = cents
        cells = [split(total, row) for total, row in zip(rows, cells, strict=True)]
    _mend(cells, columns, weights)
    return cells


def _mend(cells: list[list[int]], columns: Sequence[int], weights: Sequence[Sequence[int]]) -> None:
    """Move cents between two columns of one row until every column has its sum."""
    off = [sum(row[c] for row in cells) - column for c, column in enumerate(columns)]
    for r, row in enumerate(cells):
        allowed = [c for c, weight in enumerate(weights[r]) if weight]
        for rich in [c for c in allowed if off[c] > 0]:
            for poor in [c for c in allowed if off[c] < 0]:
                moved = max(0, min(off[rich], -off[poor], row[rich] - 1))
                row[rich] -= moved
                row[poor] += moved
                off[rich] -= moved
                off[poor] += moved
    if any(off):
        raise ValueError(f"columns are off by {off}")
