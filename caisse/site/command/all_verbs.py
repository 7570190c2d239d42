"""Imports every module of verbs, in the order of the help (own room: part of the command)."""

from caisse.site.command import founding  # isort: skip
from caisse.site.command import households  # isort: skip
from caisse.site.command import contributing  # isort: skip
from caisse.site.command import granting  # isort: skip
from caisse.site.command import months  # isort: skip
from caisse.site.command import paying  # isort: skip
from caisse.site.command import deciding  # isort: skip
from caisse.site.command import books  # isort: skip
from caisse.site.command import serving  # isort: skip
from caisse.site.command import moving  # isort: skip
from caisse.site.command import opening  # isort: skip
from caisse.site.command import keeping_keys  # isort: skip
from caisse.site.command import trying  # isort: skip

__all__ = [
    "books",
    "contributing",
    "deciding",
    "founding",
    "granting",
    "households",
    "keeping_keys",
    "months",
    "moving",
    "opening",
    "paying",
    "serving",
    "trying",
]
