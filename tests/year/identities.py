"""The identities of the reference year (domain.md 8.3, ledger.md 1), from the raw tables alone.

They hold for any caisse at the end of any day: what was issued was spent, expired, left or is in a
wallet; what was spent was paid to places, kept, or is owed; every MonA has its euro.
"""

from collections import Counter
from dataclasses import dataclass

from django.db import connection

FINAL = "('posted', 'post', 'reverse')"
TWO_WORDS = frozenset({"bank", "fund", "grant", "receivable", "claims"})
ASIDE = (
    "fund:caisse", "fund:month", "fund:offline", "fund:named", "grant:caisse",
    "receivable:returns", "receivable:fees",
)  # fmt: skip
CIRCULATION = ("wallet", "place", "voucher", "reserve")


def family(code: str) -> str:
    """What an account is, without its number: `fund:month:2023-02` → `fund:month`."""
    words = code.split(":")
    return ":".join(words[:2]) if words[0] in TWO_WORDS else words[0]


@dataclass(frozen=True, slots=True)
class Sums:
    """Cents by reason, and by reason from one bank; balances by family."""

    flows: Counter[str]
    balances: Counter[str]

    def wrong(self) -> list[str]:
        """The identities that do not hold, each with both its sides."""
        flow, balance = self.flows, self.balances
        spent = flow["payment"] - flow["refund>wallet"]
        honoured = flow["offline_loss"] - flow["refund>fund:offline"]
        cash = -balance["bank:caisse"]
        circulation = sum(balance[name] for name in CIRCULATION)
        cashed = flow["contribution"] + flow["recovery"] - flow["return"]
        arrears = -balance["receivable:contribution"]
        pairs = {
            "Σ accounts = 0": (sum(balance.values()), 0),
            "issued = spent + expired + left + wallets": (
                flow["allocation"] + flow["opening_wallet"],
                spent + flow["expiry"] + flow["leaving"]
                + balance["wallet"] + balance["voucher"] + balance["reserve"],
            ),
            "spent = reimbursed + kept + owed": (
                spent + honoured + flow["opening_place"],
                flow["redemption"] + flow["redemption_fee"] + balance["place"],
            ),
            "called = cashed + at desks + due": (
                flow["call"], cashed + balance["fund:transit"] + arrears,
            ),
            "cash = cashed + grants + interest + opening − reimbursed − levied − fees": (
                cash,
                cashed + flow["grant_in<bank:caisse"] + flow["interest<bank:caisse"]
                + flow["opening_bank<bank:caisse"] - flow["redemption"] - flow["levy_out"]
                - flow["fee"] + flow["fee_back"],
            ),
            "cash − circulation = what is set aside": (
                cash - circulation, sum(balance[name] for name in ASIDE),
            ),
            "operating cash = its fund": (
                -balance["bank:operating"], balance["fund:operating"] + balance["grant:operating"],
            ),
            "operating cash = in − out": (
                -balance["bank:operating"],
                flow["grant_in<bank:operating"] + flow["interest<bank:operating"]
                + flow["opening_bank<bank:operating"] - flow["opening_bank>bank:operating"]
                - flow["pay_cost"],
            ),
            "costs are passages": (balance["cost"], 0),
            "contributions due = claims": (balance["claims:contribution"], arrears),
            "grants due = claims": (balance["claims:grant"], -balance["receivable:grant"]),
            "desks = transit": (-balance["cash"] - balance["cheques"], balance["fund:transit"]),
        }  # fmt: skip
        return [
            f"{name}: {one} and {other}" for name, (one, other) in pairs.items() if one != other
        ]

    @property
    def gap(self) -> int:
        """Cash beyond what is in circulation."""
        return -self.balances["bank:caisse"] - sum(self.balances[name] for name in CIRCULATION)


class Journal:
    """Reads the journal a stretch at a time, and keeps the sums."""

    def __init__(self) -> None:
        self.seq = 0
        self.flows: Counter[str] = Counter()
        self.moved: Counter[str] = Counter()

    def read(self) -> Sums:
        """The sums up to now: flows from transfers, balances from accounts."""
        self._go_on()
        with connection.cursor() as cursor:
            cursor.execute("SELECT code, credits - debits FROM ledger_account WHERE unit = 'money'")
            balances: Counter[str] = Counter()
            for code, cents in cursor.fetchall():
                balances[family(code)] += int(cents)
        assert +balances == +self.moved and -balances == -self.moved, (
            "balances are not the journal's"
        )
        return Sums(self.flows, balances)

    def _go_on(self) -> None:
        """Add what was posted since; reversals count negatively, holds and voids not at all."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT t.seq, t.phase, t.reason, d.code, c.code, t.cents FROM ledger_transfer t "
                "JOIN ledger_account d ON d.id = t.debit JOIN ledger_account c ON c.id = t.credit "
                f"WHERE t.seq > %s AND t.unit = 'money' AND t.phase IN {FINAL} ORDER BY t.seq",
                [self.seq],
            )
            for seq, phase, reason, debit, credit, cents in cursor.fetchall():
                self.seq = seq
                self.moved[family(debit)] -= cents
                self.moved[family(credit)] += cents
                if phase == "reverse":
                    debit, credit, cents = credit, debit, -cents
                self.flows[reason] += cents
                self.flows[f"{reason}<{family(debit)}"] += cents
                self.flows[f"{reason}>{family(credit)}"] += cents
