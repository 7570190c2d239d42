"""A loop for a test: in a thread of its own, for another one may run in the test's."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")


def run(what: Coroutine[Any, Any, T]) -> T:
    """What it returns or raises; its thread leaves no connection behind."""

    def act() -> T:
        try:
            return asyncio.run(what)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(act).result()
