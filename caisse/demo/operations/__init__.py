"""Play a world through the operations: the reference year, and on."""

from caisse.demo.operations.doors import Guest, cast, open_doors
from caisse.demo.operations.playing import end_of_the_year, keep_up, play, played_until
from caisse.demo.operations.stage import Progress

__all__ = [
    "Guest",
    "Progress",
    "cast",
    "end_of_the_year",
    "keep_up",
    "open_doors",
    "play",
    "played_until",
]
