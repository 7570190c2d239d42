"""What the server runs: Django's pages, the worker beside them (own room: granian asks for it)."""

import gc
import os
import threading
from collections.abc import Callable
from importlib import import_module
from multiprocessing.util import Finalize
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisse.settings")

from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, connections

GARBAGE = 20_000  # new objects before the youngest of them are looked at
_here = threading.local()


class _Leaving:
    """Closes the connection of its thread when that one ends.

    The server's threads end when they have been idle; their connections would stay until some day
    the garbage is collected, and PostgreSQL has a hundred.
    """

    def __init__(self) -> None:
        self._ours = connections[DEFAULT_DB_ALIAS]

    def __del__(self) -> None:
        if self._ours.connection is not None:
            self._ours.connection.close()


def leaving(pages: Callable[..., Any]) -> Callable[..., Any]:
    """The same, in threads that leave no connection behind."""

    def run(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if not hasattr(_here, "leaving"):
            _here.leaving = _Leaving()
        return pages(environ, start_response)

    return run


application = leaving(import_module("caisse.payments.api").before(get_wsgi_application()))

if os.environ.get("CAISSE_SERVES") == "1":
    # what was loaded stays: to look at all of it again every few payments takes as long as they do
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)

    from caisse.ledger import operations as ledger
    from caisse.site import timekeeping, working

    timekeeping.resume(runs=True)
    # granian serves from a child of its own, where atexit does not run; the highest goes first
    Finalize(None, working.start(), exitpriority=2)
    Finalize(None, ledger.stop, exitpriority=1)
