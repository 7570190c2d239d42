"""One server or one play at a time on the same home (own room: part of the command)."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import OperationalError

from caisse.site.command.words import say


@contextmanager
def only_one() -> Iterator[None]:
    """Hold `$CAISSE_HOME/serve.lock`; raises OperationalError (exit code 4) when someone else does."""
    with (Path(settings.HOME) / "serve.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OperationalError(
                say(
                    "la caisse est servie par un autre processus. Arrêtez-le d’abord.",
                    "the caisse is served by another process. Stop it first.",
                )
            ) from None
        yield
