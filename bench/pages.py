"""How fast the pages are: ten of them, on the demo's year and on 500,000 households, side by side.

Both caisses are served by `caisse serve` on SQLite, one process each, and asked in turns by four
clients that wait for each answer. Printed per page: answers a second and the 95th percentile on
both, and the ratio between the two percentiles, which should be at most 2. `script/bench pages`
plays 3 rounds, `--long` 5; `--households N` makes the large town smaller.
"""

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.stand.child import run_child
from bench.stand.server import ROOT

HOUSEHOLDS = 500_000
CLIENTS, SECONDS = 4, 2.0
PORTS = {"demo": 8731, "large": 8732}
PAGES = (
    ("visitor", "/"),
    ("visitor", "/lieux"),
    ("visitor", "/chiffres"),
    ("office", "/gestion"),
    ("office", "/gestion/personnes"),
    ("office", "/gestion/mois"),
    ("office", "/gestion/journal"),
    ("office", "/gestion/lieux"),
    ("member", "/moi"),
    ("merchant", "/commerce"),
)
EXPECTED = 2.0
MODULE = "bench.stand.sites"
CAISSE = str(Path(sys.executable).with_name("caisse"))


def main() -> int:
    """Make both caisses, ask their pages in turns, print the table."""
    words = sys.argv[1:]
    households = int(words[words.index("--households") + 1]) if "--households" in words else 0
    rounds = 5 if "--long" in words else 3
    print(f"load average before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores")
    with TemporaryDirectory() as folder:
        homes = {name: Path(folder) / name for name in PORTS}
        logins = _make(homes, households or HOUSEHOLDS)
        with _served(homes):
            return _tell(_measure(logins, rounds))


def _make(homes: dict[str, Path], households: int) -> dict[str, dict[str, str]]:
    """Both caisses, and a session for each kind of person in each."""
    for home in homes.values():
        home.mkdir()
    environment = {**os.environ, "CAISSE_HOME": str(homes["demo"]), "CAISSE_DATABASE": ""}
    subprocess.run([CAISSE, "demo"], cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
    started = time.monotonic()
    run_child(MODULE, ["large", str(households)], "", homes["large"])
    print(f"{households:,} households made in {time.monotonic() - started:.0f} s")
    roles = {"office": "coordinator", "member": "member", "merchant": "merchant"}
    return {
        name: {kind: _session(role, home) for kind, role in roles.items()}
        for name, home in homes.items()
    }


def _session(who: str, home: Path) -> str:
    return run_child(MODULE, ["login", who], "", home).strip()


@contextmanager
def _served(homes: dict[str, Path]) -> Iterator[None]:
    """Both caisses answer while the block runs."""
    running = []
    for name, home in homes.items():
        environment = {**os.environ, "CAISSE_HOME": str(home), "CAISSE_INSECURE": "1"}
        environment["CAISSE_DATABASE"] = ""
        command = [CAISSE, "serve", "--port", str(PORTS[name])]
        running.append(subprocess.Popen(command, cwd=ROOT, env=environment))
    try:
        for name in homes:
            _wait(PORTS[name])
        yield
    finally:
        for process in running:
            process.terminate()
            process.wait(timeout=30)


def _wait(port: int) -> None:
    """Until the caisse at `port` answers, a minute at most."""
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("localhost", port, timeout=30)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"nobody answers at port {port}")


Times = dict[tuple[str, str], list[list[float]]]


def _measure(logins: dict[str, dict[str, str]], rounds: int) -> Times:
    """Every page of both caisses, asked in turns: seconds of each answer, round by round."""
    found: Times = {}
    for number in range(rounds):
        for kind, path in PAGES:
            names = list(PORTS)
            for name in reversed(names) if number % 2 else names:
                cookie = logins[name].get(kind, "")
                _ask(PORTS[name], path, cookie, 0.5)  # warm
                found.setdefault((name, path), []).append(_ask(PORTS[name], path, cookie, SECONDS))
    return found


def _ask(port: int, path: str, cookie: str, seconds: float) -> list[float]:
    """Four clients ask until the time is over; how long each answer took, in seconds."""
    times: list[float] = []
    until = time.monotonic() + seconds

    def client() -> None:
        connection = http.client.HTTPConnection("localhost", port, timeout=120)
        headers = {"Cookie": f"session={cookie}"} if cookie else {}
        while True:
            begun = time.monotonic()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status not in (200, 302):
                raise RuntimeError(f"{path}: {answer.status}")
            times.append(time.monotonic() - begun)
            if time.monotonic() > until:
                return

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _tell(found: Times) -> int:
    """The table; exit code 1 when a page of the large caisse is slower than twice the demo's."""
    print(f"{'page':<22} {'demo':>9} {'p95':>8} {'large':>9} {'p95':>8}  {'ratio':>6}")
    slow = 0
    for _kind, path in PAGES:
        cells, tails = [], {}
        for name in PORTS:
            rounds = found[name, path]
            rate = statistics.median(len(times) / sum(times) * CLIENTS for times in rounds)
            tails[name] = statistics.median(_p95(times) for times in rounds)
            cells.append(f"{rate:>7,.0f}/s {tails[name] * 1000:>5,.0f} ms")
        ratio = tails["large"] / tails["demo"]
        slow += ratio > EXPECTED
        mark = "" if ratio <= EXPECTED else "  SLOWER THAN EXPECTED"
        print(f"{path:<22} {cells[0]} {cells[1]}  {ratio:>6.2f}{mark}")
    print(f"load average after: {os.getloadavg()[0]:.2f}")
    return 1 if slow else 0


def _p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


if __name__ == "__main__":
    sys.exit(main())
