"""What the server runs, with the worker beside (own room: it asks for it).

Payments by code are answered in its loop, all else in threads.
"""

import gc
import os
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from multiprocessing.util import Finalize
from typing import IO, Any
from wsgiref.util import FileWrapper

from a2wsgi import WSGIMiddleware

from caisse.kernel import looks
from caisse.site import wsgi

THREADS = 32  # requests at a time beside payments by code: PostgreSQL has a hundred connections
GARBAGE = 20_000  # new objects before the youngest of them are looked at
PIECE = 65_536  # bytes of a file that go from its thread to the loop at a time


def _in_pieces(environ: Any, start_response: Any) -> Any:
    """The pages and the API, whose files are sent in few pieces: each of them is waited for."""

    def wrapped(file: IO[bytes], _size: int) -> FileWrapper:
        return FileWrapper(file, PIECE)

    environ["wsgi.file_wrapper"] = wrapped
    return wsgi.application(environ, start_response)


def _begin() -> None:
    """What a process that serves does beside answering."""
    # Django is set up by `wsgi`
    from caisse.ledger import operations as ledger
    from caisse.site import timekeeping, working

    # what was loaded stays: to look at all of it again every few payments takes as long as they do
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    timekeeping.resume(runs=True)
    Finalize(None, working.start(), exitpriority=2)  # the highest goes first
    Finalize(None, ledger.stop, exitpriority=1)


processes = int(os.environ.get("CAISSE_SERVES", "0"))
pages = WSGIMiddleware(_in_pieces, workers=THREADS // max(1, processes))
application = import_module("caisse.payments.api.in_loop").before(pages, pages.executor)
if processes:
    looks.refuse_queries()  # this is loaded in the loop
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_begin).result()
