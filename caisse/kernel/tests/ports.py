"""A port for a server that a test starts in a process of its own."""

import os
from itertools import count
from socket import socket

_NEXT = count(os.getpid() * 97)  # two runs side by side begin elsewhere


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has.

    From 20,000 to 31,999: the kernel gives those to nobody who asks for any (from 32,768 on), so
    none takes it before the server does.
    """
    for turn in _NEXT:
        port = 20_000 + turn % 12_000
        with socket() as found:
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("unreachable")
