"""The references on PostgreSQL, driven by pgbench: a client written in C, statements prepared.

Each is three scripts drawn by weight: 98 payments, 1 repeat of the client's last one, 1 for more
than the wallet holds. Ids rise with time, as ours do: a prefix of this minute, the client's count,
the client's number.
"""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.stand import server
from bench.stand.rounds import Run

SQL = Path(__file__).parent / "sql"
DRAW = """\
\\set wallet :first_wallet + random(0, :wallets - 1)
\\set place :first_place + random(0, :places - 1)
"""
PAY = f"\\set n :n + 1\n{DRAW}\\set cents random(100, 5000)\n"
# A refused one has an id, a wallet and a place of its own; then the last payment is the last again.
REFUSE = f"""\
\\set kept_wallet :wallet
\\set kept_place :place
\\set kept_cents :cents
{DRAW}\\set cents 500000000
"""
KEPT = "\\set wallet :kept_wallet\n\\set place :kept_place\n\\set cents :kept_cents\n"
TAIL = "\\set tail {} + :client_id\n"
OWN, OTHER = TAIL.format(10**17), TAIL.format(2 * 10**17)
FIRST_COUNT = 100_000


def measure(
    body: str, *, clients: int, places: int, seconds: float, warm_s: float, url: str
) -> Run:
    """Run `sql/<body>.sql` with `clients` connections; what was acknowledged, speed and latency."""
    server.ask(url, f"CREATE SEQUENCE bench_seq START {last_seq(url) + 1}")
    server.ask(url, (SQL / "function.sql").read_text())
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        command = [
            "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={clients}",
            f"--jobs={min(clients, 2)}", f"--time={round(seconds + warm_s)}", "--log",
            f"--log-prefix={home / 'log'}", *_scripts(home, body), *_variables(url, places), url,
        ]  # fmt: skip
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode:
            raise RuntimeError(f"pgbench: {told.stderr[-500:]}")
        lines = np.vstack([np.loadtxt(file, usecols=range(6)) for file in home.glob("log.*")])
    return _read(lines.astype(np.int64), warm_s)


def _scripts(home: Path, body: str) -> list[str]:
    """The three scripts as options of pgbench, in the order of their numbers in its log."""
    text = (SQL / f"{body}.sql").read_text()
    scripts = {
        "pay": (98, OWN + PAY + text),
        "repeat": (1, OWN + text),
        "refuse": (1, OTHER + REFUSE + text + KEPT),
    }
    for name, (_, script) in scripts.items():
        (home / f"{name}.sql").write_text(script)
    return [f"--file={home / name}.sql@{weight}" for name, (weight, _) in scripts.items()]


def _variables(url: str, places: int) -> list[str]:
    """What the scripts know of the town, as options of pgbench."""
    from caisse.kernel import clock
    from caisse.kernel.ids import new_id, show_id
    from caisse.kernel.month import Month

    first, last = server.ask(
        url, "SELECT min(id), max(id) FROM ledger_account WHERE code LIKE 'wallet:%'"
    )
    first_place = server.ask(url, "SELECT id FROM ledger_account WHERE code = 'place:1'")[0]
    now = clock.now_ms()
    values: dict[str, Any] = {
        "prefix": f"{now:012x}"[:8], "n": FIRST_COUNT, "first_wallet": first,
        "wallets": last - first + 1, "first_place": first_place, "places": places,
        "wallet": first, "place": first_place, "cents": 100,
        "month": Month.of(clock.today()).number, "cause": show_id(new_id()), "made": now,
    }  # fmt: skip
    return [f"--define={name}={value}" for name, value in values.items()]


def last_seq(url: str) -> int:
    """The number of the last transfer, and of them all."""
    return int(server.ask(url, "SELECT max(seq) FROM ledger_transfer")[0])


def _read(lines: Any, warm_s: float) -> Run:
    """From pgbench's log: client, number, latency in µs, script, and the time of the end."""
    client, number, latency_us, script, second, us = lines.T
    ended_us = second * 1_000_000 + us
    from_us = (ended_us - latency_us).min() + int(warm_s * 1e6)
    until_us = ended_us.max()
    kept = ended_us >= from_us
    p50, p99 = np.percentile(latency_us[kept] / 1000, [50, 99])
    return Run(
        per_second=float(kept.sum() * 1e6 / (until_us - from_us)),
        p50_ms=float(p50),
        p99_ms=float(p99),
        posted=int((script == 0).sum()) + _repeats_of_nothing(client, number, script),
    )


def _repeats_of_nothing(client: Any, number: Any, script: Any) -> int:
    """Clients whose first payment was a "repeat": it was posted."""
    asked = script != 2
    order = np.lexsort((number[asked], client[asked]))
    clients, first = np.unique(client[asked][order], return_index=True)
    return int((script[asked][order][first] == 1).sum()) if len(clients) else 0
