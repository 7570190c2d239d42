"""What a thread of the server leaves behind when it ends: no connection."""

import contextlib
import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from caisse.site.wsgi import leaving

pytestmark = pytest.mark.django_db(transaction=True)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def open_still(raw: Any) -> bool:
    try:
        raw.execute("SELECT 1")
    except Exception as error:
        assert "closed" in str(error)
        return False
    return True


def test_a_thread_that_ends_leaves_no_connection_behind() -> None:
    raws: list[Any] = []

    def pages(_environ: dict[str, Any], _start_response: Any) -> list[bytes]:
        connection.ensure_connection()
        raws.append(connection.connection)
        return []

    def serve() -> None:
        for _each in "ab":
            leaving(pages)({}, None)
        assert open_still(raws[-1]), "between two requests it stays"

    with uncollected():
        thread = threading.Thread(target=serve)
        thread.start()
        thread.join()
        assert len(raws) == 2 and raws[0] is raws[1]
        assert not open_still(raws[0])
