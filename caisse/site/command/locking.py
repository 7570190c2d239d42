"""One server or one play at a time on the same home (own room: part of the command)."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from caisse.site.command.verbs import Busy
from caisse.site.command.words import say


@contextmanager
def only_one() -> Iterator[None]:
    """Hold `$CAISSE_HOME/serve.lock`; raises Busy (exit code 4) when somebody else does."""
    with (Path(settings.HOME) / "serve.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(
                say(
                    "La caisse est servie par un autre processus. Arrêtez-le d’abord.",
                    "The caisse is served by another process. Stop it first.",
                )
            ) from None
        yield
