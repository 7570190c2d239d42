"""A reference over HTTP, served as `caisse serve` serves: the same server, on the same machine.

`python -m bench.stand.answering VIEW|function PORT WORKERS THREADS` answers until it is stopped.
`function` is a WSGI function that only answers, as the API of tills is one in front of Django.
"""

import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from granian.constants import Interfaces
from granian.server import Server

import bench.stand.ready  # noqa: F401
from bench.stand import reference_views
from caisse.payments.api import CONTENT
from caisse.payments.api.messages import padded

NOTHING = padded(b"{}")
HEADERS = [("Content-Type", CONTENT), ("Content-Length", str(len(NOTHING)))]


def function(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """(c) An answer as long as a receipt."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH", 0)))
    start_response("200 OK", HEADERS)
    return [NOTHING]


def main(name: str, port: int, workers: int, threads: int) -> None:
    """Serve."""
    logging.disable()
    settings.MIDDLEWARE = []  # nothing but the view: the references are to be fast
    settings.ROOT_URLCONF = "bench.stand.reference_views"
    if name != "function":
        reference_views.serve_only(name)
    application = function if name == "function" else get_wsgi_application()
    connections.close_all()
    Server(
        "bench.stand.answering:function", address="127.0.0.1", port=port,
        interface=Interfaces.WSGI, workers=workers, blocking_threads=threads,
        workers_kill_timeout=5, log_access=False, log_level="error",  # type: ignore[arg-type]
    ).serve(target_loader=lambda: application, wrap_loader=False)  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
