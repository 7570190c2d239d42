"""What the whole caisse does with itself: back up, restore, change engine, come from elsewhere."""

from caisse.site.operations.copying import backup, restore
from caisse.site.operations.engines import move
from caisse.site.operations.exporting import export
from caisse.site.operations.opening import (
    Entered,
    TakenOver,
    decision_of,
    first_pledged,
    look,
    said,
    take_over,
)
from caisse.site.operations.opening_files import Problem, Understood
from caisse.site.operations.opening_template import template
from caisse.site.operations.sheets import welcome_sheets
from caisse.site.operations.training import training_copy

__all__ = [
    "Entered",
    "Problem",
    "TakenOver",
    "Understood",
    "backup",
    "decision_of",
    "export",
    "first_pledged",
    "look",
    "move",
    "restore",
    "said",
    "take_over",
    "template",
    "training_copy",
    "welcome_sheets",
]
