"""The chart of accounts and the routes: which families exist, and which reason may join which two.

The families carry the ring: `bank:caisse` feeds `grant:caisse:*` only, and no pair leads from the
segregated account, a wallet or a place to `bank:operating`.
"""

from dataclasses import dataclass
from typing import Literal

Guard = Literal["none", "credit", "debit"]
State = Literal["open", "closed", "ended"]

MONEY = "money"


@dataclass(frozen=True, slots=True)
class Family:
    """What all accounts of a family share.

    `guard` credit: credits − debits − held ≥ floor; debit: debits − credits ≥ 0. `ceiling` is the
    default of the family (counting accounts), `single` says that the code is the family itself.
    """

    unit: str = MONEY
    guard: Guard = "none"
    floor: int = 0
    ceiling: int | None = None
    single: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """The pairs (family debited, family credited) of a reason; does it pass a closed account?"""

    pairs: frozenset[tuple[str, str]]
    passes_closed: bool


FAMILIES: dict[str, Family] = {
    "bank:caisse": Family(guard="debit", single=True),
    "bank:operating": Family(single=True),
    "cash": Family(guard="debit"),
    "cheques": Family(guard="debit"),
    "fund:transit": Family(guard="credit", single=True),
    "fund:caisse": Family(guard="credit", single=True),
    "fund:month": Family(guard="credit"),
    "fund:offline": Family(guard="credit", single=True),
    "fund:named": Family(guard="credit"),
    "fund:operating": Family(single=True),
    "grant:caisse": Family(guard="credit"),
    "grant:operating": Family(guard="credit"),
    "wallet": Family(guard="credit"),
    "place": Family(guard="credit", floor=-5000),
    "voucher": Family(guard="credit"),
    "reserve": Family(guard="credit"),
    "cost": Family(),
    "receivable:contribution": Family(),
    "claims:contribution": Family(single=True),
    "receivable:grant": Family(),
    "claims:grant": Family(single=True),
    "receivable:returns": Family(single=True),
    "receivable:fees": Family(single=True),
    "tries": Family(unit="try", ceiling=3),
    "tries:card": Family(unit="try", ceiling=3),
    "tries:till": Family(unit="try", ceiling=10),
    "tries:nobody": Family(unit="try", single=True),
    "tries:all": Family(unit="try", single=True),
    "mark:all": Family(unit="mark", single=True),
    "mark:till": Family(unit="mark"),
    "mark:phone": Family(unit="mark"),
    "mark:used": Family(unit="mark"),
    "spent": Family(unit="spent"),
    "spent:all": Family(unit="spent", single=True),
    "loss": Family(unit="loss"),
    "loss:all": Family(unit="loss", single=True),
}

# Families whose accounts can be closed; a route with passes_closed touches them all the same.
CLOSABLE = frozenset({"wallet", "place", "voucher", "reserve"})


# Families without a second word, like most accounts of a batch: their code says no more than that.
PLAIN = {name for name, family in FAMILIES.items() if not family.single}
PLAIN -= {name.partition(":")[0] for name in FAMILIES if ":" in name}


def family_of(code: str) -> str:
    """The family of an account code: `grant:caisse:4` → `grant:caisse`, "" when there is none."""
    head, _, rest = code.partition(":")
    if head in PLAIN:
        return head if rest else ""
    second = rest.partition(":")[0]
    both = f"{head}:{second}"
    if both in FAMILIES:
        return both if FAMILIES[both].single == (both == code) else ""
    return head if rest and head in FAMILIES and not FAMILIES[head].single else ""


def _route(*pairs: str, passes_closed: bool = True) -> Route:
    split = (pair.split(" → ") for pair in pairs)
    return Route(frozenset((debit, credit) for debit, credit in split), passes_closed)


ROUTES: dict[str, Route] = {
    "call": _route("receivable:contribution → claims:contribution"),
    "unsettle": _route("receivable:contribution → claims:contribution"),
    "settle": _route("claims:contribution → receivable:contribution"),
    "grant_call": _route("receivable:grant → claims:grant"),
    "grant_settle": _route("claims:grant → receivable:grant"),
    "write_off": _route(
        "claims:contribution → receivable:contribution", "claims:grant → receivable:grant"
    ),
    "cash_in": _route("cash → fund:transit", "cheques → fund:transit"),
    "deposit": _route("bank:caisse → cash", "bank:caisse → cheques"),
    "contribution": _route("bank:caisse → fund:caisse", "fund:transit → fund:caisse"),
    "recovery": _route("bank:caisse → fund:caisse", "fund:transit → fund:caisse"),
    "return": _route("fund:caisse → bank:caisse", "receivable:returns → bank:caisse"),
    "return_cover": _route("fund:caisse → receivable:returns"),
    "fee": _route("receivable:fees → bank:caisse"),
    "fee_back": _route("bank:caisse → receivable:fees"),
    "interest": _route("bank:caisse → fund:caisse", "bank:operating → fund:operating"),
    "grant_in": _route("bank:caisse → grant:caisse", "bank:operating → grant:operating"),
    "grant_use": _route("grant:caisse → fund:caisse", "grant:operating → fund:operating"),
    "month": _route("fund:caisse → fund:month"),
    "month_rest": _route("fund:month → fund:caisse"),
    "levy": _route("fund:caisse → fund:named"),
    "levy_out": _route("fund:named → bank:caisse"),
    "allocation": _route("fund:month → wallet", passes_closed=False),
    "expiry": _route("wallet → fund:caisse", "wallet → fund:named"),
    "payment": _route("wallet → place", "reserve → place", "voucher → place", passes_closed=False),
    "refund": _route("place → wallet", "place → fund:offline"),
    "gift": _route("wallet → wallet", passes_closed=False),
    "split": _route("wallet → wallet"),
    "leaving": _route("wallet → fund:caisse"),
    "voucher_issue": _route("wallet → voucher", passes_closed=False),
    "voucher_back": _route("voucher → wallet"),
    "reserve": _route("wallet → reserve", passes_closed=False),
    "release": _route("reserve → wallet"),
    "offline_room": _route("fund:caisse → fund:offline", "fund:offline → fund:caisse"),
    "offline_loss": _route("fund:offline → place", passes_closed=False),
    "redemption": _route("place → bank:caisse"),
    "redemption_fee": _route("place → fund:caisse"),
    "spend": _route("fund:operating → cost"),
    "pay_cost": _route("cost → bank:operating"),
    "opening_bank": _route(
        "bank:caisse → fund:caisse",
        "bank:operating → fund:operating",
        "fund:operating → bank:operating",
    ),
    "opening_wallet": _route("fund:caisse → wallet", passes_closed=False),
    "opening_place": _route("fund:caisse → place", passes_closed=False),
    "try": _route(
        "tries → tries:all",
        "tries:card → tries:all",
        "tries:till → tries:all",
        "tries:nobody → tries:all",
    ),
    "abandon": _route("mark:all → mark:till"),
    "claim": _route("mark:phone → mark:used"),
    "spent": _route("spent → spent:all"),
    "spent_back": _route("spent:all → spent"),
    "loss": _route("loss → loss:all"),
    "loss_reviewed": _route("loss:all → loss"),
}
