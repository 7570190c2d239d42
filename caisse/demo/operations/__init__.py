"""Play a world through the operations: the reference year, and on."""

from caisse.demo.operations.playing import end_of_the_year, keep_up, play, played_until
from caisse.demo.operations.stage import Progress

__all__ = ["Progress", "end_of_the_year", "keep_up", "play", "played_until"]
