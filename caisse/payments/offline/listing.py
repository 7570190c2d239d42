"""What the caisse pays of a paper list of sales whose device is lost or broken: pure.

Source: payments.md 7.2, « till lost or broken before sync ». A list stands for sales by card or by
identifier: what telephones paid comes from them, and is on no list.
"""

from typing import NamedTuple

CODES = ("card", "pin")  # the ways of paying for which a list stands


class ListSight(NamedTuple):
    """The books as one list needs them.

    `is_over`: the hours of its licence are over. `said_all`: its device has said that nothing is
    left to send. `is_listed`: a list was paid for it before. `cents` of the list; `left_cents` of
    all that the licence honours; `free_cents` of the fund beside what open licences may lose.
    """

    is_over: bool
    said_all: bool
    is_listed: bool
    cents: int
    left_cents: int
    free_cents: int


def why_no_list(sight: ListSight) -> str:
    """The reason for which a list is not paid; "" when it may be. The first that holds is told."""
    if sight.is_listed:
        return "list_paid"
    if sight.said_all:
        return "list_settled"
    if not sight.is_over:
        return "list_too_soon"
    if sight.cents > sight.left_cents:
        return "list_limit"
    return "fund_short" if sight.cents > sight.free_cents else ""


def is_honoured(method: str, *, is_open: bool, is_listed: bool) -> bool:
    """Whether a record that comes now is judged as any other; else it is late.

    A list that was paid stands for the codes of its licence: one that comes after it may be on it.
    """
    return is_open and not (is_listed and method in CODES)
