"""The check of the books (own room: plain SQL on the raw tables, not the code that it checks).

`run()` prints nothing and changes nothing: one line per rule of ledger.md section 4, each with its
figure, the number of damaged rows, the first of them and its date.
"""

from caisse.accounting.checks import access, books, chain, months, offline, routes
from caisse.accounting.checks.chain import anchored
from caisse.accounting.checks.line import LINES, Line, as_line, run

__all__ = [
    "LINES",
    "Line",
    "access",
    "anchored",
    "as_line",
    "books",
    "chain",
    "months",
    "offline",
    "routes",
    "run",
]
