"""Random histories of everything that can be asked of the ledger, right and wrong (strategies).

A history is made of small steps, each of which may refer to earlier ones; it is turned into chains
without knowing any answer, so that hypothesis can shorten it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from hypothesis import strategies as st

from caisse.kernel.ids import derived_id, new_id
from caisse.kernel.month import Month
from caisse.ledger.rules import Transfer
from caisse.ledger.tests.plain import Plain

NOW = 1_708_000_000_000  # 15 February 2024
MONTH = Month(2024, 2)
CAUSE = new_id(NOW - 1_000)
DAY_MS = 24 * 3_600_000
CENTS = (1, 2, 5, 10, 25, 50, 100)
Chain: TypeAlias = list[Transfer]


def small_world(group: str = "") -> Plain:
    """A model with a few accounts of every sort; those of another `group` are its own."""
    model = Plain(NOW)
    singles = ["bank:caisse", "fund:caisse", "fund:transit", "fund:operating", "bank:operating"]
    singles += [
        "fund:offline",
        "tries:all",
        "claims:contribution",
        "receivable:returns",
        "loss:all",
    ]
    balances = {"bank:caisse": -890, "fund:caisse": 200, "fund:offline": 40}
    for code in singles:
        model.open(code, balance=balances.get(code, 0))
    model.open(f"fund:month:{MONTH}{group}", balance=150)
    model.open(f"wallet:1{group}", balance=300)
    model.open(f"wallet:2{group}", balance=150, ceiling=260)
    model.open(f"wallet:3{group}", balance=50, state="closed")
    model.open(f"place:1{group}", floor=-30)
    model.open(f"place:2{group}", state="closed")
    model.open(f"place:3{group}", state="ended")
    model.open(f"voucher:1{group}")
    model.open(f"reserve:1{group}")
    model.open(f"cash:1{group}")
    model.open(f"tries:1{group}:u", ceiling=2)
    model.open(f"loss:1{group}", ceiling=50)
    model.open(f"receivable:contribution:1{group}")
    return model


@dataclass(frozen=True, slots=True)
class Step:
    """One thing asked. `a`, `b`, `cents` choose accounts and amount; `back` an earlier step.

    `joined`: it belongs to the chain of the step before. `flaw` is something wrong with it.
    """

    kind: str
    a: int
    b: int
    cents: int
    back: int
    joined: bool
    flaw: str


# kind: (debit, credit, reason); {a} is one of three wallets, {b} one of three places
MOVES = {
    "payment": ("wallet:{a}", "place:{b}", "payment"),
    "gift": ("wallet:{a}", "wallet:{b}", "gift"),
    "leaving": ("wallet:{a}", "fund:caisse", "leaving"),
    "contribution": ("bank:caisse", "fund:caisse", "contribution"),
    "month": ("fund:caisse", f"fund:month:{MONTH}", "month"),
    "allocation": (f"fund:month:{MONTH}", "wallet:{a}", "allocation"),
    "redemption": ("place:{b}", "bank:caisse", "redemption"),
    "voucher": ("wallet:{a}", "voucher:1", "voucher_issue"),
    "cash": ("cash:1", "fund:transit", "cash_in"),
    "deposit": ("bank:caisse", "cash:1", "deposit"),
    "offline": ("fund:offline", "place:{b}", "offline_loss"),
    "loss": ("loss:1", "loss:all", "loss"),
    "try": ("tries:1:u", "tries:all", "try"),
    "call": ("receivable:contribution:1", "claims:contribution", "call"),
    "recovery": ("bank:caisse", "fund:caisse", "recovery"),
}
UNITS = {"try": "try", "loss": "loss"}
BACKWARD = ("post", "void", "reverse", "refund", "return", "again", "recovery_of")
FLAWS = (
    "cents", "account", "reason", "unit", "old", "early", "of", "method", "phase", "segregated",
    "itself", "nothing",
)  # fmt: skip
ALONE = ("payment", "gift", "leaving", "allocation", "redemption", "voucher", "loss", "try", "call")

STEPS = st.builds(
    Step,
    kind=st.one_of(st.sampled_from([*MOVES, "try", "try"]), st.sampled_from(BACKWARD)),
    a=st.integers(0, 8),
    b=st.integers(0, 8),
    cents=st.integers(0, len(CENTS) - 1),
    back=st.integers(0, 5),
    joined=st.sampled_from([False, False, True]),
    flaw=st.one_of(st.just(""), st.just(""), st.sampled_from(FLAWS)),
)
HISTORIES = st.lists(STEPS, min_size=1, max_size=25)
LIKELY = (1, 1, 1, 2, 2, 1, 2, 3, 1)  # the accounts that are open come more often


def chains_of(steps: Sequence[Step], group: str = "") -> list[Chain]:
    """The chains that the steps ask for, in order."""
    asked: Chain = []
    chains: list[Chain] = []
    for n, step in enumerate(steps):
        transfer = _transfer(n, step, asked, group)
        asked.append(transfer)
        if step.joined and chains:
            chains[-1].append(transfer)
        else:
            chains.append([transfer])
    return chains


def _transfer(n: int, step: Step, asked: Chain, group: str) -> Transfer:
    # ids are not drawn by chance, so that a failing history fails again
    id_ = derived_id(CAUSE, f"{group}{n}")
    if n % 2:  # a sender's: version 7
        id_ = (NOW + n).to_bytes(6, "big") + bytes([0x70 | id_[6] & 0x0F]) + id_[7:]
    if step.kind in MOVES or not asked:
        transfer = _forward(id_, step, group)
    else:
        fitting = [t for t in asked if step.back and _fits(step.kind, t)] or asked
        transfer = _backward(id_, step, fitting[-1 - step.back // 2 % len(fitting)])
    return _flawed(transfer, step, group)


def _forward(id_: bytes, step: Step, group: str) -> Transfer:
    names = MOVES.get(step.kind, MOVES["payment"])
    debit, credit = (
        _grouped(name.format(a=LIKELY[step.a], b=LIKELY[step.b]), group) for name in names[:2]
    )
    phase, expires = "posted", None
    if step.kind in ("try", "redemption") or (step.kind == "payment" and step.back >= 3):
        phase = "held" if step.back else "posted"
        expires = (None, NOW - 1, NOW, NOW + 1, NOW + DAY_MS, None)[step.back]
    unless = f"tries:1{group}:u" if step.kind == "payment" and step.b % 3 else None
    method = ("pin", None, "card")[step.a % 3] if step.kind == "payment" else None
    cents = 1 if step.kind == "try" else CENTS[step.cents]
    return Transfer(
        id_, debit, credit, cents, names[2], CAUSE, unit=UNITS.get(step.kind, "money"), phase=phase,
        unless=unless, method=method, expires_at=expires,
    )  # fmt: skip


def _grouped(code: str, group: str) -> str:
    """`wallet:1` of group `b` is `wallet:1b`; accounts that exist once are shared."""
    if code.startswith("tries:1"):
        return f"tries:1{group}:u"
    return code + group if code[-1].isdigit() else code


def _fits(kind: str, t: Transfer) -> bool:
    """What this kind of step usually refers to."""
    if kind in ("post", "void"):
        return t.phase == "held"
    reasons = {"refund": "payment offline_loss", "return": "contribution", "recovery_of": "call"}
    return t.phase in ("posted", "post") and t.reason in reasons.get(kind, t.reason).split()


def _backward(id_: bytes, step: Step, old: Transfer) -> Transfer:
    """Something that refers to the earlier transfer `old`."""
    cents = min(old.cents, CENTS[step.cents]) if step.a % 2 else old.cents
    if step.kind == "again":
        return old._replace(cause=id_, made_at=NOW, for_month=Month(2020, 1), expires_at=7)
    if step.kind in ("post", "void"):
        cents = cents if step.kind == "post" else old.cents
        return old._replace(id=id_, phase=step.kind, of=old.id, cents=cents, unless=None)
    exchanged = old._replace(id=id_, debit=old.credit, credit=old.debit, of=old.id, unless=None)
    if step.kind == "reverse":
        return exchanged._replace(phase="reverse")
    if step.kind == "refund":
        reason, exchanged = "refund", exchanged._replace(method=None)
    else:
        reason = "return" if step.kind == "return" else "recovery"
        if step.kind == "recovery_of":
            exchanged = exchanged._replace(debit="bank:caisse", credit="fund:caisse")
    return exchanged._replace(phase="posted", reason=reason, cents=cents, expires_at=None)


def _flawed(t: Transfer, step: Step, group: str) -> Transfer:
    old, early = NOW - 31 * DAY_MS - 1, NOW + 600_001
    seven = bytes([0x70 | t.id[6] & 0x0F]) + t.id[7:]
    flaws: dict[str, Transfer] = {
        "cents": t._replace(cents=t.cents + 1),
        "account": t._replace(credit=f"{t.credit}x" if step.a % 2 else f"wallet:99{group}"),
        "reason": t._replace(reason=("gift", "split", "theft", "return")[step.a % 4]),
        "unit": t._replace(unit="mark"),
        "old": t._replace(id=old.to_bytes(6, "big") + seven),
        "early": t._replace(id=early.to_bytes(6, "big") + seven),
        "of": t._replace(of=derived_id(CAUSE, "nothing") if step.a % 2 else None),
        "method": t._replace(method="paper"),
        "phase": t._replace(phase=("held", "posted", "voided")[step.a % 3]),
        "segregated": t._replace(debit="bank:caisse", credit="bank:operating"),
        "itself": t._replace(credit=t.debit),
        "nothing": t._replace(cents=-step.a),
    }
    return flaws.get(step.flaw, t)
