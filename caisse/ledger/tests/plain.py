"""The ledger as plain dictionaries, written from its description and from none of its code.

Tests ask this model and the ledger the same things and compare. Amounts are cents; `balance` is
credits − debits. It is slow and obvious on purpose: a refused chain is undone by a copy of all.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from caisse.ledger.rules import Transfer

Chain: TypeAlias = Sequence[Transfer]
# What is told of one transfer: its answer, and where posted or exists its balances after.
Told: TypeAlias = tuple[str, int, int]

DAY_MS = 24 * 3_600_000

CLOSABLE_PASSES = {
    "expiry", "refund", "split", "leaving", "voucher_back", "release", "redemption",
    "redemption_fee",
}  # fmt: skip
CLOSABLE_REFUSES = {
    "allocation", "payment", "gift", "voucher_issue", "reserve", "offline_loss", "opening_wallet",
    "opening_place",
}  # fmt: skip

# reason: pairs "family debited → family credited" (ledger.md section 1, typed again)
TABLE: dict[str, str] = {
    "call": "receivable:contribution → claims:contribution",
    "unsettle": "receivable:contribution → claims:contribution",
    "settle": "claims:contribution → receivable:contribution",
    "grant_call": "receivable:grant → claims:grant",
    "grant_settle": "claims:grant → receivable:grant",
    "write_off": "claims:contribution → receivable:contribution, claims:grant → receivable:grant",
    "cash_in": "cash → fund:transit, cheques → fund:transit",
    "deposit": "bank:caisse → cash, bank:caisse → cheques",
    "contribution": "bank:caisse → fund:caisse, fund:transit → fund:caisse",
    "recovery": "bank:caisse → fund:caisse, fund:transit → fund:caisse",
    "return": "fund:caisse → bank:caisse, receivable:returns → bank:caisse",
    "return_cover": "fund:caisse → receivable:returns",
    "fee": "receivable:fees → bank:caisse",
    "fee_back": "bank:caisse → receivable:fees",
    "interest": "bank:caisse → fund:caisse, bank:operating → fund:operating",
    "grant_in": "bank:caisse → grant:caisse, bank:operating → grant:operating",
    "grant_use": "grant:caisse → fund:caisse, grant:operating → fund:operating",
    "month": "fund:caisse → fund:month",
    "month_rest": "fund:month → fund:caisse",
    "levy": "fund:caisse → fund:named",
    "levy_out": "fund:named → bank:caisse",
    "allocation": "fund:month → wallet",
    "expiry": "wallet → fund:caisse, wallet → fund:named",
    "payment": "wallet → place, reserve → place, voucher → place",
    "refund": "place → wallet, place → fund:offline",
    "gift": "wallet → wallet",
    "split": "wallet → wallet",
    "leaving": "wallet → fund:caisse",
    "voucher_issue": "wallet → voucher",
    "voucher_back": "voucher → wallet",
    "reserve": "wallet → reserve",
    "release": "reserve → wallet",
    "offline_room": "fund:caisse → fund:offline, fund:offline → fund:caisse",
    "offline_loss": "fund:offline → place",
    "redemption": "place → bank:caisse",
    "redemption_fee": "place → fund:caisse",
    "spend": "fund:operating → cost",
    "pay_cost": "cost → bank:operating",
    "opening_bank": "bank:caisse → fund:caisse, bank:operating → fund:operating, "
    "fund:operating → bank:operating",
    "opening_wallet": "fund:caisse → wallet",
    "opening_place": "fund:caisse → place",
    "try": "tries → tries:all, tries:card → tries:all, tries:till → tries:all, "
    "tries:nobody → tries:all",
    "abandon": "mark:all → mark:till",
    "claim": "mark:phone → mark:used",
    "spent": "spent → spent:all",
    "spent_back": "spent:all → spent",
    "loss": "loss → loss:all",
    "loss_reviewed": "loss:all → loss",
}
LONG_NAMES = {
    "bank:caisse", "bank:operating", "fund:transit", "fund:caisse", "fund:month", "fund:offline",
    "fund:named", "fund:operating", "grant:caisse", "grant:operating", "receivable:contribution",
    "receivable:grant", "receivable:returns", "receivable:fees", "claims:contribution",
    "claims:grant", "tries:card", "tries:till", "tries:nobody", "tries:all", "mark:all",
    "mark:till", "mark:phone", "mark:used", "spent:all", "loss:all",
}  # fmt: skip
GIVES_BACK = {
    "refund": {"payment", "offline_loss"},
    "return": {"contribution", "recovery"},
    "recovery": {"call"},
}
MUST_NAME = {"refund", "return"}


def pairs_of(reason: str) -> set[tuple[str, str]]:
    """The pairs of a reason, from the table above."""
    pairs = [pair.split(" → ") for pair in TABLE.get(reason, "").split(", ") if pair]
    return {(debit, credit) for debit, credit in pairs}


def family(code: str) -> str:
    """The code up to its id."""
    two = ":".join(code.split(":")[:2])
    return two if two in LONG_NAMES else code.split(":")[0]


class Plain:
    """Accounts by code, everything posted by id; `now` is the clock, in milliseconds."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.accounts: dict[str, dict[str, Any]] = {}
        self.posted: dict[bytes, tuple[Transfer, Told]] = {}

    def open(
        self, code: str, *, balance: int = 0, floor: int = 0, ceiling: int | None = None,
        state: str = "open",
    ) -> None:  # fmt: skip
        """Open an account; guard and unit follow from its family."""
        kind = code.split(":")[0]
        units = {"tries": "try", "mark": "mark", "loss": "loss", "spent": "spent"}
        guard = "none"
        if kind in ("wallet", "place", "voucher", "reserve", "grant") or (
            kind == "fund" and code != "fund:operating"
        ):
            guard = "credit"
        elif kind in ("cash", "cheques") or code == "bank:caisse":
            guard = "debit"
        self.accounts[code] = {
            "balance": balance, "held": 0, "floor": floor, "ceiling": ceiling, "state": state,
            "guard": guard, "unit": units.get(kind, "money"),
        }  # fmt: skip

    def ask(self, chain: Chain) -> list[Told]:
        """Post a chain, all or none; what is told of each link."""
        before = ({code: dict(a) for code, a in self.accounts.items()}, dict(self.posted))
        told: list[Told] = []
        refused = False
        for t in chain:
            known = self._known(t)
            if known is not None and known[0] == "exists":
                told.append(known)
            elif known is not None:
                told.append(known)
                refused = True
            elif refused:
                told.append(("chain", 0, 0))
            else:
                answer = self._judge(t)
                told.append(self._post(t) if answer == "posted" else (answer, 0, 0))
                refused = answer != "posted"
        if refused:
            mine = self.posted.keys() - before[1].keys()
            self.accounts, self.posted = before
            told = [
                ("chain", 0, 0) if t.id in mine and each[0] in ("posted", "exists") else each
                for t, each in zip(chain, told, strict=True)
            ]
        return told

    def _known(self, t: Transfer) -> Told | None:
        if t.id not in self.posted:
            return None
        first, told = self.posted[t.id]
        names = ("debit", "credit", "cents", "unit", "reason", "phase", "of", "method")
        same = all(getattr(t, name) == getattr(first, name) for name in names)
        return ("exists", *told[1:]) if same else ("differs", 0, 0)

    def _judge(self, t: Transfer) -> str:
        """The first of the refusals, in the order in which they are promised."""
        tests = (
            ("stale", self._stale), ("route", self._off_route), ("unknown", self._unknown),
            ("not_held", self._not_held), ("limited", self._limited), ("closed", self._closed),
            ("ceiling", self._over_ceiling), ("insufficient", self._insufficient),
        )  # fmt: skip
        return next((answer for answer, refuses in tests if refuses(t)), "posted")

    def _stale(self, t: Transfer) -> bool:
        instant, version = int.from_bytes(t.id[:6], "big"), t.id[6] >> 4
        return version == 7 and not (self.now - 31 * DAY_MS <= instant <= self.now + 600_000)

    def _of(self, t: Transfer) -> Transfer | None:
        return self.posted[t.of][0] if t.of in self.posted else None

    def _off_route(self, t: Transfer) -> bool:
        pair = (family(t.debit), family(t.credit))
        if t.phase == "reverse":
            pair = (pair[1], pair[0])
        units = {
            "try": "try", "abandon": "mark", "loss": "loss", "loss_reviewed": "loss",
            "spent": "spent", "spent_back": "spent",
        }  # fmt: skip
        if (
            pair not in pairs_of(t.reason)
            or t.unit != units.get(t.reason, "money")
            or t.cents <= 0
            or t.debit == t.credit
            or t.phase not in ("posted", "held", "post", "void", "reverse")
            or (t.reason in GIVES_BACK and t.phase not in ("posted", "reverse"))
        ):
            return True
        of = self._of(t)
        return of is not None and self._off_named(t, of)

    def _off_named(self, t: Transfer, of: Transfer) -> bool:
        """The transfer named must be the one that this phase and reason can name."""
        straight = (of.debit, of.credit, of.reason) == (t.debit, t.credit, t.reason)
        exchanged = (of.credit, of.debit, of.reason) == (t.debit, t.credit, t.reason)
        if t.phase == "post":
            return not straight
        if t.phase == "void":
            return not straight or t.cents != of.cents
        if t.phase == "reverse":
            return not exchanged or of.phase not in ("posted", "post") or t.cents != of.cents
        if t.reason in GIVES_BACK:
            wrong = of.reason not in GIVES_BACK[t.reason] or of.phase not in ("posted", "post")
            if t.reason == "refund":
                to_fund = family(t.credit) == "fund:offline"
                wrong |= of.credit != t.debit or to_fund != (of.reason == "offline_loss")
            return wrong
        return False

    def _unknown(self, t: Transfer) -> bool:
        if t.debit not in self.accounts or t.credit not in self.accounts:
            return True
        if t.unless is not None and t.unless not in self.accounts:
            return True
        if t.phase in ("post", "void"):
            return False
        must = t.phase == "reverse" or t.reason in MUST_NAME
        return self._of(t) is None and (must or t.of is not None)

    def _closings(self, id_: bytes) -> list[Transfer]:
        return [t for t, _ in self.posted.values() if t.of == id_ and t.phase in ("post", "void")]

    def _not_held(self, t: Transfer) -> bool:
        if t.phase not in ("post", "void"):
            return False
        of = self._of(t)
        if of is None or of.phase != "held" or self._closings(of.id):
            return True
        return t.phase == "post" and of.expires_at is not None and of.expires_at <= self.now

    def _limited(self, t: Transfer) -> bool:
        return t.unless is not None and self._full(self.accounts[t.unless])

    def _full(self, account: dict[str, Any]) -> bool:
        ceiling = account["ceiling"]
        return ceiling is not None and bool(account["held"] - account["balance"] >= ceiling)

    def _closed(self, t: Transfer) -> bool:
        debit, credit = (self.accounts[code]["state"] for code in (t.debit, t.credit))
        if t.phase == "void":
            return bool(debit == "ended")
        if "ended" in (debit, credit):
            return True
        passes = t.phase in ("post", "reverse") or t.reason not in CLOSABLE_REFUSES
        return "closed" in (debit, credit) and not passes

    def _over_ceiling(self, t: Transfer) -> bool:
        of, released = self._of(t), 0
        if t.phase == "post":
            assert of is not None
            released = of.cents
            if t.cents > released:
                return True
        bounded = t.phase == "reverse" or (t.phase == "posted" and t.reason in GIVES_BACK)
        if bounded and of is not None and self._given_back(of) + t.cents > of.cents:
            return True
        if t.phase == "void":
            return False
        if t.unit != "money":
            account = self.accounts[t.debit]
            level = account["held"] - account["balance"] - released
        else:
            account = self.accounts[t.credit]
            if t.phase == "held":
                return False
            level = account["balance"]
        return account["ceiling"] is not None and bool(level + t.cents > account["ceiling"])

    def _given_back(self, of: Transfer) -> int:
        """Refunds and returns of it that were not reversed, and its reversal."""
        total = 0
        for t, _ in self.posted.values():
            if t.of != of.id:
                continue
            undone = any(u.of == t.id and u.phase == "reverse" for u, _ in self.posted.values())
            if t.phase == "reverse" or (t.reason in GIVES_BACK and not undone):
                total += t.cents
        return total

    def _insufficient(self, t: Transfer) -> bool:
        if t.phase == "void":
            return False
        debit, credit = self.accounts[t.debit], self.accounts[t.credit]
        if debit["guard"] == "credit" and t.phase != "post":
            available = debit["balance"] - debit["held"] - debit["floor"]
            if t.cents > available:
                return True
        short = credit["guard"] == "debit" and t.cents > -credit["balance"]
        return bool(short) and t.phase != "held"

    def _post(self, t: Transfer) -> Told:
        debit, credit, of = self.accounts[t.debit], self.accounts[t.credit], self._of(t)
        if t.phase == "held":
            debit["held"] += t.cents
        if t.phase in ("post", "void"):
            assert of is not None
            debit["held"] -= of.cents
        if t.phase in ("posted", "post", "reverse"):
            debit["balance"] -= t.cents
            credit["balance"] += t.cents
        told = ("posted", debit["balance"], credit["balance"])
        self.posted[t.id] = (t, told)
        return told
