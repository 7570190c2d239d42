"""Imports every module of verbs, in the order of the help (own room: part of the command)."""

from caisse.site.command import (
    books,
    deciding,
    founding,
    money,
    months,
    moving,
    serving,
)

__all__ = ["books", "deciding", "founding", "money", "months", "moving", "serving"]
