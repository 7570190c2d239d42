"""Who may work on the same home at a time (own room: part of the command)."""

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
    with _held(
        "serve.lock",
        fcntl.LOCK_EX,
        "La caisse est servie par un autre processus. Arrêtez-le d’abord.",
        "The caisse is served by another process. Stop it first.",
    ):
        yield


@contextmanager
def beside() -> Iterator[None]:
    """Work on the database beside others; raises Busy while it is being replaced or moved."""
    with _held(
        "work.lock",
        fcntl.LOCK_SH,
        "La caisse est en train d’être remplacée ou déplacée. Réessayez ensuite.",
        "The caisse is being replaced or moved. Try again afterwards.",
    ):
        yield


@contextmanager
def alone() -> Iterator[None]:
    """Neither server nor command beside us: what they wrote would stay in the old database."""
    with (
        only_one(),
        _held(
            "work.lock",
            fcntl.LOCK_EX,
            "Une autre commande travaille sur la caisse. Réessayez quand elle a fini.",
            "Another command is working on the caisse. Try again when it has ended.",
        ),
    ):
        yield


@contextmanager
def _held(name: str, kind: int, french: str, english: str) -> Iterator[None]:
    with (Path(settings.HOME) / name).open("w") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(say(french, english)) from None
        yield
