"""A process that is born many times: Django is set up once, each life is a fork that may be killed.

`python -m tests.crash.nursery` reads lives from its input, one a line, as JSON: ["module:function",
arguments…]. It answers {"born": pid}, whatever the life tells, {"ended": pid}; and after one more
line, when nobody will kill it any more, {"died": status}. With `--once` and a life as its argument
it lives that one itself: under strace, or with a small disk.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django

OUT = 1


def tell(**words: Any) -> None:
    """One line to whoever watches; whole or not at all, also when we are killed now."""
    os.write(OUT, (json.dumps(words) + "\n").encode())


def job_of(name: str) -> Callable[..., None]:
    """The function `module:function`."""
    module, _, function = name.partition(":")
    found: Callable[..., None] = getattr(importlib.import_module(module), function)
    return found


def live(name: str, arguments: list[Any]) -> None:
    """One life; it ends with its job."""
    job_of(name)(*arguments)


def main() -> None:
    """Set up once, then live or give life."""
    django.setup()
    if sys.argv[1:2] == ["--once"]:
        name, *arguments = json.loads(sys.argv[2])
        live(name, arguments)
        return
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        job_of(name)  # imported before the fork, once for all lives
        pid = os.fork()
        if pid == 0:
            code = 1
            # The child says it, before it tells anything: said by the parent, it may come second,
            # and whoever kills what was not born yet kills number 0, which is everybody here.
            tell(born=os.getpid())
            try:
                live(name, arguments)
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        # It stays a zombie until it has been told, so that nobody kills a stranger by its number.
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        tell(ended=pid)
        sys.stdin.readline()
        tell(died=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


if __name__ == "__main__":
    main()
