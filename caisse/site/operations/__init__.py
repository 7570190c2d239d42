"""What the whole caisse does with itself: back up, restore, move to the other engine."""

from caisse.site.operations.copying import backup, restore
from caisse.site.operations.engines import move

__all__ = ["backup", "move", "restore"]
