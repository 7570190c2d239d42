"""A reference over HTTP, on the same machine.

`python -m bench.stand.answering VIEW|function PORT WORKERS THREADS` answers until it is stopped. A
view of Django's is served by the WSGI server that serves it best here. `function` only answers, in
the loop of the server of `caisse serve`, as the API of tills answers payments in front of Django.
"""

import logging
import sys
from typing import Any

import uvicorn
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
HEADERS = [
    (b"content-type", CONTENT.encode()), (b"content-length", str(len(NOTHING)).encode())
]  # fmt: skip


async def function(_scope: Any, receive: Any, send: Any) -> None:
    """(c) An answer as long as a receipt."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": NOTHING})


def main(name: str, port: int, workers: int, threads: int) -> None:
    """Serve."""
    logging.disable()
    if name == "function":
        uvicorn.run(
            function, host="127.0.0.1", port=port, loop="asyncio", http="httptools", ws="none",
            lifespan="off", proxy_headers=False, access_log=False, log_level="error",
        )  # fmt: skip
        return
    settings.MIDDLEWARE = []  # nothing but the view: the references are to be fast
    settings.ROOT_URLCONF = "bench.stand.reference_views"
    reference_views.serve_only(name)
    application = get_wsgi_application()
    connections.close_all()
    Server(
        "bench.stand.answering:application", address="127.0.0.1", port=port,
        interface=Interfaces.WSGI, workers=workers, blocking_threads=threads,
        workers_kill_timeout=5, log_access=False, log_level="error",  # type: ignore[arg-type]
    ).serve(target_loader=lambda: application, wrap_loader=False)  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
