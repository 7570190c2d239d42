"""Single judgements, one rule each: what is refused, by which word, and what stays possible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.kernel.ids import derived_id, new_id
from caisse.ledger.rules import HOUR_MS, LAG_MS, OLDEST_MS, Book, Transfer, fresh
from caisse.ledger.rules.judging import _fresh
from caisse.ledger.rules.records import NEWEST_MS
from caisse.ledger.tests.histories import CAUSE, DAY_MS, NOW, small_world
from caisse.ledger.tests.memory import Memory, commit


class Table:
    """A small world and one word per transfer: `ask` posts a chain and tells its answers."""

    def __init__(self, now: int = NOW) -> None:
        self.memory, self.now = Memory(small_world()), now

    def ask(self, *chain: Transfer) -> str:
        return " ".join(o.answer for o in commit(self.memory, [chain], self.now)[0])

    def balance(self, code: str) -> tuple[int, int]:
        return self.memory.balances()[code]

    def state(self, code: str, word: str) -> None:
        self.memory.rows[code] = (*self.memory.rows[code][:9], word)


def t(word: str, debit: str, credit: str, cents: int, reason: str, **more: object) -> Transfer:
    of = more.pop("of", None)
    named = None if of is None else derived_id(CAUSE, str(of))
    return Transfer(
        derived_id(CAUSE, word),
        debit,
        credit,
        cents,
        reason,
        CAUSE,
        of=named,
        **more,  # type: ignore[arg-type]
    )


def pay(word: str, cents: int = 10, **more: object) -> Transfer:
    return t(word, "wallet:1", "place:1", cents, "payment", **more)


def refund(word: str, of: str | None, cents: int = 10, **more: object) -> Transfer:
    return t(word, "place:1", "wallet:1", cents, "refund", of=of, **more)


@pytest.fixture
def table() -> Table:
    return Table()


def test_a_refused_chain_names_its_reason_though_an_id_comes_twice(table: Table) -> None:
    assert table.ask(pay("a"), pay("a", 11)) == "chain differs"
    assert table.ask(pay("a"), pay("a"), pay("b", 999)) == "chain chain insufficient"
    assert table.ask(pay("a"), pay("a")) == "posted exists"


def test_the_reason_of_a_chain_is_its_first(table: Table) -> None:
    assert table.ask(pay("a", 999), pay("b", 0)) == "insufficient chain"
    assert table.ask(pay("a"), t("b", "wallet:1", "bank:operating", 1, "payment")) == "chain route"
    assert table.balance("wallet:1") == (300, 0)


def test_a_chain_may_spend_what_it_brings(table: Table) -> None:
    back = t("b", "wallet:2", "wallet:1", 100, "gift")
    assert table.ask(pay("a", 350), back) == "insufficient chain"
    assert table.ask(back, pay("a", 350)) == "posted posted"


def test_nothing_is_refunded_that_was_not_paid(table: Table) -> None:
    assert table.ask(refund("r", None)) == "unknown"
    assert table.ask(refund("r", "p")) == "unknown"
    assert table.ask(pay("p", 10)) == "posted"
    assert table.ask(refund("r", "p", 11)) == "ceiling"
    assert table.ask(refund("r", "p", 6)) == "posted"
    assert table.ask(refund("s", "p", 5)) == "ceiling"
    assert table.ask(refund("s", "p", 4)) == "posted"


def test_a_refund_comes_from_the_place_that_was_paid(table: Table) -> None:
    table.ask(pay("p"))
    assert table.ask(t("r", "place:2", "wallet:1", 10, "refund", of="p")) == "route"
    assert table.ask(t("r", "place:1", "fund:offline", 10, "refund", of="p")) == "route"
    assert table.ask(refund("r", "p", phase="held")) == "route"


def test_what_the_fund_paid_for_a_loss_goes_back_to_the_fund(table: Table) -> None:
    assert table.ask(t("l", "fund:offline", "place:1", 10, "offline_loss")) == "posted"
    assert table.ask(t("r", "place:1", "wallet:1", 10, "refund", of="l")) == "route"
    assert table.ask(t("r", "place:1", "fund:offline", 10, "refund", of="l")) == "posted"


def test_a_return_undoes_a_receipt_once(table: Table) -> None:
    assert table.ask(t("r", "fund:caisse", "bank:caisse", 10, "return")) == "unknown"
    assert table.ask(t("c", "bank:caisse", "fund:caisse", 10, "contribution")) == "posted"
    assert table.ask(t("r", "fund:caisse", "bank:caisse", 10, "return", of="c")) == "posted"
    short = t("s", "receivable:returns", "bank:caisse", 10, "return", of="c")
    assert table.ask(short) == "ceiling"


def test_a_reverse_is_the_mirror_of_what_it_names_and_comes_once(table: Table) -> None:
    table.ask(pay("p"))
    mirror = t("v", "place:1", "wallet:1", 10, "payment", of="p", phase="reverse")
    for wrong in ({"cents": 9}, {"reason": "refund"}, {"credit": "wallet:2"}, {"unit": "mark"}):
        assert table.ask(mirror._replace(**wrong)) == "route"
    assert table.ask(mirror) == "posted"
    assert table.ask(mirror._replace(id=derived_id(CAUSE, "w"))) == "ceiling"
    assert table.ask(refund("r", "p")) == "ceiling"
    back = pay("x", of="v", phase="reverse")
    assert table.ask(back) == "route"
    assert table.balance("wallet:1") == (300, 0)


def test_a_reversed_refund_may_be_refunded_again(table: Table) -> None:
    table.ask(pay("p"))
    assert table.ask(refund("r", "p")) == "posted"
    undo = t("v", "wallet:1", "place:1", 10, "refund", of="r", phase="reverse")
    assert table.ask(undo, refund("s", "p")) == "posted posted"
    assert table.ask(refund("q", "p", 1)) == "ceiling"


def test_guards_hold_for_a_reverse_too(table: Table) -> None:
    assert table.ask(t("g", "wallet:2", "wallet:1", 100, "gift")) == "posted"
    assert table.ask(pay("p", 400)) == "posted"
    undo = t("v", "wallet:1", "wallet:2", 100, "gift", of="g", phase="reverse")
    assert table.ask(undo) == "insufficient"


def test_a_hold_keeps_money_back_until_it_is_closed(table: Table) -> None:
    assert table.ask(pay("h", 200, phase="held")) == "posted"
    assert table.balance("wallet:1") == (300, 200)
    assert table.ask(pay("p", 101)) == "insufficient"
    assert table.ask(pay("q", 201, phase="post", of="h")) == "ceiling"
    assert table.ask(pay("q", 150, phase="post", of="h")) == "posted"
    assert table.balance("wallet:1") == (150, 0)
    assert table.ask(pay("r", 1, phase="post", of="h")) == "not_held"
    assert table.ask(pay("v", 200, phase="void", of="h")) == "not_held"


def test_a_void_frees_the_whole_hold(table: Table) -> None:
    table.ask(pay("h", 200, phase="held"))
    for cents in (199, 201):
        assert table.ask(pay("v", cents, phase="void", of="h")) == "route"
    assert table.ask(pay("v", 200, phase="void", of="h")) == "posted"
    assert table.balance("wallet:1") == (300, 0)


def test_a_hold_undone_with_its_chain_is_forgotten_in_the_same_batch(table: Table) -> None:
    """The same id may come again with other content: it was never posted."""
    first, second = pay("h", 100, phase="held"), pay("h", 50, phase="held")
    post = pay("p", 80, phase="post", of="h")
    batch = [[first, post, pay("x", 999)], [second], [post]]
    answers = [[o.answer for o in told] for told in commit(table.memory, batch, NOW)]
    assert answers == [["chain", "chain", "insufficient"], ["posted"], ["ceiling"]]
    assert table.balance("wallet:1") == (300, 50)


def test_an_expired_hold_can_only_be_voided(table: Table) -> None:
    assert table.ask(pay("h", 200, phase="held", expires_at=NOW + 1)) == "posted"
    assert table.ask(pay("i", 100, phase="held", expires_at=NOW + 2)) == "posted"
    table.now = NOW + 1
    assert table.ask(pay("a", 200, phase="post", of="h")) == "not_held"
    assert table.ask(pay("b", 100, phase="post", of="i")) == "posted"
    assert table.ask(pay("p", 1)) == "insufficient"
    assert table.ask(pay("v", 200, phase="void", of="h")) == "posted"


def test_a_hold_posted_to_the_bank_needs_the_euros(table: Table) -> None:
    row = list(table.memory.rows["bank:caisse"])
    row[3:5] = 29, 0
    table.memory.rows["bank:caisse"] = tuple(row)
    hold = t("h", "place:1", "bank:caisse", 30, "redemption", phase="held")
    assert table.ask(hold) == "posted"
    paid = hold._replace(id=derived_id(CAUSE, "p"), phase="post", of=hold.id)
    assert table.ask(paid) == "insufficient"


def test_a_closed_account_lets_a_hold_be_closed(table: Table) -> None:
    table.ask(pay("h", 20, phase="held"), pay("i", 30, phase="held"))
    table.state("wallet:1", "closed")
    assert table.ask(pay("p")) == "closed"
    assert table.ask(pay("x", 20, phase="post", of="h")) == "posted"
    assert table.ask(pay("y", 30, phase="void", of="i")) == "posted"


def test_a_hold_comes_free_though_its_place_was_ended(table: Table) -> None:
    table.ask(pay("h", 20, phase="held"))
    table.state("place:1", "ended")
    assert table.ask(pay("x", 20, phase="post", of="h")) == "closed"
    assert table.ask(pay("y", 20, phase="void", of="h")) == "posted"
    assert table.balance("wallet:1") == (300, 0)


def test_three_wrong_pins_and_a_payment_is_limited(table: Table) -> None:
    tries = [
        t(f"t{n}", "tries:1:u", "tries:all", 1, "try", unit="try", phase="held") for n in range(3)
    ]
    assert table.ask(tries[0]) == "posted"
    assert table.ask(pay("a", unless="tries:1:u")) == "posted"
    assert table.ask(tries[1]) == "posted"
    assert table.ask(pay("b", unless="tries:1:u")) == "limited"
    assert table.ask(pay("c", 999, unless="tries:1:u")) == "limited"
    assert table.ask(pay("d"), pay("e", unless="tries:1:u"), pay("f")) == "chain limited chain"
    assert table.ask(tries[2]) == "ceiling"
    freed = tries[0]._replace(id=derived_id(CAUSE, "f"), phase="void", of=tries[0].id)
    assert table.ask(freed) == "posted"
    assert table.ask(pay("b", unless="tries:1:u")) == "posted"
    assert table.ask(pay("d", unless="tries:nobody:u")) == "unknown"


def test_a_wallets_ceiling_bounds_its_balance_not_its_holds(table: Table) -> None:
    gift = t("g", "wallet:1", "wallet:2", 111, "gift")
    assert table.ask(gift) == "ceiling"
    assert table.ask(gift._replace(phase="held")) == "posted"
    assert table.ask(gift._replace(id=derived_id(CAUSE, "h"), cents=110)) == "posted"


def test_a_place_may_go_down_to_its_floor(table: Table) -> None:
    table.ask(pay("p", 40))
    table.ask(t("e", "place:1", "bank:caisse", 40, "redemption"))
    assert table.ask(refund("r", "p", 31)) == "insufficient"
    assert table.ask(refund("r", "p", 30)) == "posted"
    assert table.balance("place:1") == (-30, 0)


@pytest.mark.parametrize(
    ("offset", "answer"),
    [
        (0, "posted"),
        (-31 * DAY_MS, "posted"),
        (-31 * DAY_MS - 1, "stale"),
        (600000, "posted"),
        (600001, "stale"),
    ],
)
def test_a_senders_id_is_31_days_old_at_most_and_10_minutes_ahead(
    table: Table, offset: int, answer: str
) -> None:
    transfer = pay("p")._replace(id=new_id(NOW + offset))
    assert table.ask(transfer) == answer
    table.now += 40 * DAY_MS
    assert table.ask(transfer) == ("exists" if answer == "posted" else "stale")


@pytest.mark.parametrize("cents", [0, -1, 2**53 + 1, 2**70])
def test_an_amount_is_more_than_nothing_and_what_everybody_can_show(
    table: Table, cents: int
) -> None:
    assert table.ask(pay("p", cents)) == "route"
    assert table.ask(pay("p", 2**53)) == "insufficient"


def test_an_id_is_16_bytes(table: Table) -> None:
    for id_ in (b"", b"x", CAUSE[:15], CAUSE + b"x"):
        assert table.ask(pay("p")._replace(id=id_)) == "stale"


def test_nothing_refers_far_ahead_of_its_own_instant(table: Table) -> None:
    """A closing far older than its hold would not be found among those that refer to it."""
    hold = pay("h", 20, phase="held")._replace(id=new_id(NOW))
    assert table.ask(hold) == "posted"
    for age, answer in ((LAG_MS + 1, "stale"), (LAG_MS - HOUR_MS, "posted")):
        old = derived_id(new_id(NOW - age), "late")
        assert table.ask(hold._replace(id=old, phase="post", of=hold.id)) == answer


def test_the_order_of_refusals_is_the_promised_one(table: Table) -> None:
    """One transfer with everything wrong, mended step by step."""
    table.ask(*(
        t(f"t{n}", "tries:1:u", "tries:all", 1, "try", unit="try", phase="held") for n in range(2)
    ))  # fmt: skip
    wrong = t("p", "wallet:3", "place:9", 999, "gift", unless="tries:1:u")
    wrong = wrong._replace(id=new_id(NOW - 32 * DAY_MS))
    assert table.ask(wrong) == "stale"
    wrong = wrong._replace(id=new_id(NOW))
    assert table.ask(wrong) == "route"
    wrong = wrong._replace(reason="payment")
    assert table.ask(wrong) == "unknown"
    wrong = wrong._replace(credit="place:1")
    assert table.ask(wrong) == "limited"
    wrong = wrong._replace(unless=None)
    assert table.ask(wrong) == "closed"
    wrong = wrong._replace(debit="wallet:1", credit="wallet:2", reason="gift")
    assert table.ask(wrong) == "ceiling"
    wrong = wrong._replace(credit="place:1", reason="payment")
    assert table.ask(wrong) == "insufficient"
    assert table.ask(wrong._replace(cents=300)) == "posted"
    assert table.ask(wrong) == "differs"


EDGES = st.sampled_from([0, NOW - OLDEST_MS, NOW, NOW + NEWEST_MS, (1 << 48) - 1])


@given(EDGES, EDGES, EDGES, st.integers(-2, 2), st.sampled_from([0x70, 0x80]), st.integers(14, 17))
def test_the_bounds_of_a_book_say_the_same_as_the_instant_of_an_id(
    from_ms: int, until_ms: int, edge: int, step: int, version: int, length: int
) -> None:
    ms = min(max(edge + step, 0), (1 << 48) - 1)
    id = (ms.to_bytes(6, "big") + bytes([version]) + bytes(10))[:length]
    book = Book({}, {}, {}, NOW, from_ms, until_ms + 1)
    assert _fresh(book, id, None) == fresh(id, NOW, from_ms, until_ms + 1)
