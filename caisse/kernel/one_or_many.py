"""The same arithmetic for one household (int) and for a population (array of int64)."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from caisse.kernel.cents import Rounding

Array: TypeAlias = npt.NDArray[np.int64]
# One number or one per household. `Any`: mypy cannot say "int in, int out; array in, array out".
Number: TypeAlias = Any


def at_least(floor: Number, value: Number) -> Number:
    """The larger of the two, element by element."""
    return np.maximum(floor, value) if _many(floor, value) else max(floor, value)


def at_most(ceiling: Number, value: Number) -> Number:
    """The smaller of the two, element by element."""
    return np.minimum(ceiling, value) if _many(ceiling, value) else min(ceiling, value)


def choose(condition: Number, yes: Number, no: Number) -> Number:
    """`yes` where `condition` holds, else `no`."""
    return np.where(condition, yes, no) if _many(condition, yes, no) else (yes if condition else no)


def portion(cents: Number, num: Number, den: int, rounding: Rounding, step: int = 1) -> Number:
    """`kernel.cents.share` for amounts >= 0, element by element; `num` may differ by element."""
    whole, unit = cents * num, den * step
    if rounding == "half_up":
        return (2 * whole + unit) // (2 * unit) * step
    down, up = whole // unit * step, -(-whole // unit) * step
    if rounding == "outward":
        return choose(num < den, down, up)
    return down if rounding == "down" else up


def _many(*values: Number) -> bool:
    return any(isinstance(value, np.ndarray) for value in values)
