"""Killed with SIGKILL while it pays: nothing acknowledged is lost, nothing is doubled (P1)."""

import random
import threading
import time
from collections.abc import Callable

import pytest

from caisse.kernel.ids import derived_id, new_id
from caisse.ledger.tests.books import recount
from conftest import LONG
from tests.crash.home import PAY, Crash, Home, Nursery, Told
from tests.crash.jobs import AT_ONCE, ids_of

LIVES = 100 if LONG else 10
MOST = 400  # chains that a life asks for when nobody kills it
DONE = ("posted", "exists")


def after(chance: random.Random) -> Callable[[Told], bool]:
    """Kill after a drawn number of answers, at once or a drawn moment later."""
    left, pause_s = [chance.randint(1, 120)], chance.choice([0.0, 0.0, 0.001, 0.004])

    def kill(told: Told) -> bool:
        left[0] -= 1
        if left[0] > 0:
            return False
        time.sleep(pause_s)
        return True

    return kill


def receipts(told: Told) -> list[list[object]]:
    """What was told, without telling a first answer from a repeated one."""
    return [["done" if o[0] in DONE else o[0], *o[1:]] for o in told["told"]]


@pytest.mark.parametrize("seed", [1])
def test_nothing_acknowledged_is_lost_and_nothing_doubled(crash: Crash, seed: int) -> None:
    home, nursery = crash
    chance = random.Random(seed)
    base = derived_id(new_id(), f"kill.{seed}").hex()
    told: dict[int, list[list[object]]] = {}
    asked = killed = 0
    for _ in range(LIVES):
        doubts = [n for n in range(asked) if n not in told]
        lines, code = nursery.live(
            PAY, base, "mixed", doubts, asked, MOST, AT_ONCE, kill=after(chance)
        )
        for line in lines:
            if "n" in line:
                told[line["n"]] = receipts(line)
                asked = max(asked, line["n"] + 1)
        asked = asked if code == 0 else asked + AT_ONCE  # these too may have been under way
        killed += code == -9
        assert code in (0, -9)
    assert killed >= LIVES * 3 // 4
    lines, code = nursery.live(PAY, base, "mixed", list(range(asked)), asked, 0, AT_ONCE)
    again = {line["n"]: line for line in lines if "n" in line}
    assert (code, len(again)) == (0, asked)
    for n, first in told.items():
        if any(o[0] == "done" for o in first):
            assert receipts(again[n]) == first, "the same ids, another receipt"
        else:
            assert "exists" not in [o[0] for o in again[n]["told"]], (
                "told no, and done all the same"
            )
    _nothing_lost(home, base, told, again)
    assert recount(home.rows) == []


def test_two_processes_that_send_the_same_ids_move_money_once(crash: Crash) -> None:
    """Each has a writer of its own; the database stands between them."""
    home, one = crash
    base = derived_id(new_id(), "two").hex()
    two, told = Nursery(home), dict[int, list[Told]]()

    def live(number: int, nursery: Nursery) -> None:
        lines, code = nursery.live(PAY, base, "mixed", [], 0, 60, AT_ONCE)
        told[number] = [line for line in lines if "n" in line] if code == 0 else []

    threads = [threading.Thread(target=live, args=pair) for pair in ((1, one), (2, two))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    two.close()
    lines, _ = one.live(PAY, base, "mixed", list(range(60)), 60, 0, AT_ONCE)
    at_last = {line["n"]: receipts(line) for line in lines if "n" in line}
    assert [len(told[number]) for number in (1, 2)] == [60, 60]
    for line in (*told[1], *told[2]):
        if line["told"][0][0] in DONE:
            assert receipts(line) == at_last[line["n"]]
    firsts = [line["n"] for line in (*told[1], *told[2]) if line["told"][0][0] == "posted"]
    assert len(firsts) == len(set(firsts)), "both were told that they were the first"
    assert recount(home.rows) == []


def _nothing_lost(
    home: Home, base: str, told: dict[int, list[list[object]]], again: dict[int, Told]
) -> None:
    """Every id that was acknowledged has its row, and no chain is there by half."""
    stored = {bytes(id_): seq for id_, seq in home.rows("SELECT id, seq FROM ledger_transfer")}
    for n, line in again.items():
        ids = ids_of(base, n, "mixed")
        seqs = [stored.get(id_, 0) for id_ in ids]
        assert seqs == [o[1] for o in line["told"]]
        assert all(seqs) or not any(seqs)
        if n in told and told[n][0][0] == "done":
            assert seqs == [o[1] for o in told[n]]
