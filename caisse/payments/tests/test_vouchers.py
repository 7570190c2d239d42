"""Printed vouchers: paid once, given back, and what is told of them to whom."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest

from caisse.accounting import queries as accounting
from caisse.kernel import clock, events
from caisse.kernel.ids import SHORT, Id, new_id, parse_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.models import Account
from caisse.merchants import queries as merchants
from caisse.merchants.tests.ground import OFFICE, go
from caisse.payments import formats, keys, operations, queries, vouchers
from caisse.payments.models import Voucher, VoucherSheet
from caisse.payments.operations import PrintedSheet
from caisse.payments.operations.brake import BRAKE
from caisse.payments.tests.test_api import DAY
from caisse.payments.tests.vouchers import VoucherWorld, at_once, wrong_in_the_books
from caisse.payments.vouchers import Drawn
from caisse.people import operations as people

DATABASE = pytest.mark.django_db(transaction=True, reset_sequences=True)
KEY = bytes(range(32))
DRAWN = Drawn(b"seria", b"secret!!")


def test_a_code_is_read_whatever_the_hand_that_typed_it() -> None:
    code = vouchers.code_of(KEY, DRAWN)
    assert len(code) == 13 and set(code) <= set(SHORT)
    assert code[:8] == "EDJQ4TB1", "the 40 bits of the serial"
    for typed in (code, vouchers.shown(code), code.lower(), f" {code[:5]}-{code[5:]} "):
        assert vouchers.tidied(typed) == code
    assert vouchers.tidied(code.replace("1", "i").replace("0", "o")) == code
    for odd in ("", code[:-1], code + "0", code[:-1] + "U", "é" * 13, "moineau-radis"):
        assert vouchers.tidied(odd) is None


def test_the_check_of_a_code_hangs_on_the_key_the_serial_and_the_secret() -> None:
    code = vouchers.code_of(KEY, DRAWN)
    others = [
        vouchers.code_of(bytes(32), DRAWN),
        vouchers.code_of(KEY, Drawn(b"serib", DRAWN.secret)),
        vouchers.code_of(KEY, Drawn(DRAWN.serial, b"secret!?")),
    ]
    assert all(other[8:] != code[8:] for other in others)
    assert vouchers.digest(KEY, DRAWN) != vouchers.typed_digest(KEY, code)


@pytest.mark.parametrize(
    ("made", "months", "last"),
    [
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2022, 8, 31), 6, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 6, date(2024, 8, 29)),
        (date(2023, 12, 15), 1, date(2024, 1, 15)),
        (date(2023, 6, 30), 6, date(2023, 12, 30)),
    ],
)
def test_the_last_day_is_the_same_of_a_later_month_or_its_last(
    made: date, months: int, last: date
) -> None:
    assert vouchers.last_day(made, months) == last


@pytest.mark.parametrize(
    ("until", "last"),
    [
        (None, date(2023, 8, 6)),
        (date(2023, 9, 4), date(2023, 8, 6)),
        (date(2023, 8, 6), date(2023, 8, 6)),
        (date(2023, 3, 4), date(2023, 3, 4)),
        (date(2023, 2, 5), date(2023, 2, 6)),  # the credit waits: it is good today
    ],
)
def test_a_voucher_lasts_no_longer_than_the_money_that_pays_it(
    until: date | None, last: date
) -> None:
    assert vouchers.last_day(date(2023, 2, 6), 6, until=until) == last


@pytest.fixture
def world() -> Iterator[VoucherWorld]:
    BRAKE.release()
    yield VoucherWorld()
    BRAKE.release()


# issued


@DATABASE
def test_a_sheet_is_paid_at_once_and_each_voucher_has_its_money(world: VoucherWorld) -> None:
    sheet = world.issue(5_00, 10_00, 5_00)
    assert (world.left, sheet.left_cents, world.circulating) == (80_00, 80_00, 20_00)
    assert sheet.last_day == date(2023, 8, 6)
    assert Counter(paper.cents for paper in sheet.papers) == {5_00: 2, 10_00: 1}
    rows = Voucher.objects.all()
    assert sorted(books.balance(row.account) for row in rows) == [5_00, 5_00, 10_00]
    view = queries.sheet(sheet.number, wallet_id=world.wallet)
    assert view is not None and (view.count, view.cents, view.good, view.cashed) == (3, 20_00, 3, 0)
    assert queries.sheet(sheet.number, wallet_id=world.wallet + 1) is None
    assert wrong_in_the_books() == []


@DATABASE
def test_a_sheet_asked_for_twice_is_paid_once_and_printed_once(world: VoucherWorld) -> None:
    id = new_id()
    first, again = world.issue(5_00, 5_00, id=id), world.issue(5_00, 5_00, id=id)
    assert again == first and len(first.papers) == 2 and again.papers == ()
    assert world.left == 90_00
    id = new_id()
    told = at_once([lambda: world.issue(10_00, id=id)] * 8)
    assert len({one.number for one in told}) == 1 and world.left == 80_00
    assert sum(len(one.papers) for one in told) == 1
    with pytest.raises(Refusal) as refused:
        world.issue(5_00, id=id)
    assert refused.value.reason == "differs"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "values"),
        ([5_00] * 25, "values"),
        ([7_00], "values"),
        ([5_00, 0], "values"),
        ([-5_00], "values"),
        ([10_00] * 11, "funds_short"),
    ],
)
@DATABASE
def test_what_cannot_be_printed_moves_nothing(
    world: VoucherWorld, values: list[int], reason: str
) -> None:
    with pytest.raises(Refusal) as refused:
        world.issue(*values)
    assert refused.value.reason == reason
    assert (world.left, VoucherSheet.objects.count(), Voucher.objects.count()) == (100_00, 0, 0)
    assert not events.history(names=["sheet.issued"])


@DATABASE
def test_two_sheets_at_once_take_no_more_than_there_is(world: VoucherWorld) -> None:
    told = at_once([lambda: world.issue(*[10_00] * 6)] * 6)
    assert sum(isinstance(one, PrintedSheet) for one in told) == 1
    assert (world.left, world.circulating) == (40_00, 60_00)


@DATABASE
def test_a_closed_or_unknown_wallet_pays_no_sheet(world: VoucherWorld) -> None:
    ledger.set_state([f"wallet:{world.wallet}"], "closed")
    for wallet, reason in ((world.wallet, "closed"), (999, "unknown")):
        with pytest.raises(Refusal) as refused:
            operations.issue_sheet(wallet_id=wallet, values=[5_00], by=OFFICE, id=new_id())
        assert refused.value.reason == reason


# given back


@DATABASE
def test_a_lost_sheet_goes_back_and_its_papers_are_refused_at_once(world: VoucherWorld) -> None:
    sheet = world.issue(5_00, 5_00, 10_00)
    by_value = {paper.cents: paper for paper in sheet.papers}
    world.cash(by_value[10_00].text, 10_00)
    id = new_id()
    for _each in range(2):
        assert operations.withdraw_sheet(number=sheet.number, by=OFFICE, id=id) == 10_00
    assert (world.left, world.circulating) == (90_00, 0)
    assert world.reason(by_value[5_00].text) == "voucher_expired"
    assert world.reason(by_value[5_00].code) == "voucher_expired"
    assert world.reason(by_value[10_00].text, 10_00) == "voucher_used"
    with pytest.raises(Refusal) as refused:
        operations.withdraw_sheet(number=sheet.number, by=OFFICE, id=new_id())
    assert refused.value.reason == "ended"
    go(date(2023, 9, 1))
    assert operations.expire_sheets() == 0, "nothing of it is left to sweep"


@DATABASE
def test_one_voucher_is_given_back_at_the_desk(world: VoucherWorld) -> None:
    sheet = world.issue(5_00, 5_00)
    one, other = sheet.papers

    def back(said: str, wallet: int = 0, id: Id | None = None) -> int | str:
        try:
            return operations.withdraw_voucher(
                wallet_id=wallet or world.wallet, said=said, by=OFFICE, id=id or new_id()
            )
        except Refusal as refusal:
            return refusal.reason

    id = new_id()
    assert [back(one.code, id=id), back(one.text, id=id)] == [5_00, 5_00]
    assert world.left == 95_00
    assert back(one.code) == "voucher_expired"
    assert back(other.code, wallet=world.wallet + 1) == "voucher_unknown", "another wallet's"
    assert back("0" * 13) == "voucher_unknown"
    world.cash(other.text)
    assert back(other.code) == "voucher_used"
    view = queries.sheets(world.wallet)[0]
    assert (view.good, view.cashed, view.back_cents, view.ended_on) == (0, 1, 5_00, None)


@DATABASE
def test_a_refund_goes_to_the_wallet_that_paid_the_sheet(world: VoucherWorld) -> None:
    sheet = world.issue(5_00, 5_00)
    id, back = show_id(new_id()), show_id(new_id())
    sale = world.cash(sheet.papers[0].text, id=id)
    operations.withdraw_sheet(number=sheet.number, by=OFFICE, id=new_id())
    assert queries.left_to_refund(parse_id(id)) == 5_00
    told = world.till.send("POST", "refunds", {"id": back, "of": id, "cents": 2_00})
    assert told.status == 201 and world.left == 97_00
    assert set(told.said) == set(sale.said)
    done = operations.refund_at_office(
        payment_id=parse_id(id), cents=3_00, why="returned", by=OFFICE, id=new_id()
    )
    assert done and world.left == 100_00 and queries.left_to_refund(parse_id(id)) == 0
    more = world.till.send("POST", "refunds", {"id": show_id(new_id()), "of": id, "cents": 1})
    assert more.said["reason"] == "refund_too_large"
    assert wrong_in_the_books() == []


@DATABASE
def test_a_wallet_ends_only_once_its_vouchers_are_empty(world: VoucherWorld) -> None:
    sheet = world.issue(5_00, 10_00)
    world.cash(next(p.text for p in sheet.papers if p.cents == 5_00))
    people.leave(membership_id=1, on=DAY, by=OFFICE)
    with pytest.raises(Refusal) as refused:
        people.close(membership_id=1, by=OFFICE)
    assert refused.value.reason == "held" and "bons" in refused.value.sentence
    operations.withdraw_sheet(number=sheet.number, by=OFFICE, id=new_id())
    assert people.close(membership_id=1, by=OFFICE) == 95_00
    account = books.account(f"wallet:{world.wallet}")
    assert account is not None and account.state == "ended"


@DATABASE
def test_a_refund_to_an_ended_wallet_is_refused_in_words(world: VoucherWorld) -> None:
    id = show_id(new_id())
    world.cash(world.one(), id=id)
    people.leave(membership_id=1, on=DAY, by=OFFICE)
    people.close(membership_id=1, by=OFFICE)
    told = world.till.send("POST", "refunds", {"id": show_id(new_id()), "of": id, "cents": 1_00})
    assert told.said["reason"] == "means_unavailable"


# told


@DATABASE
def test_nothing_that_a_place_sees_tells_wallet_or_sheet(world: VoucherWorld) -> None:
    sheet = world.issue(*[5_00] * 12)
    receipts = [world.cash(paper.text).said for paper in sheet.papers]
    plain = world.pay(cents=5_00).said
    assert all(set(one) == set(plain) for one in receipts)
    fixed = [{key: one[key] for key in ("cents", "kind", "place", "v", "of")} for one in receipts]
    assert all(one == {key: plain[key] for key in one} for one in fixed)
    text = " ".join(str(one) for one in receipts)
    numbers = [str(row.n) for row in Voucher.objects.all()]
    assert not any(number in text for number in [*numbers, "wallet", "sheet", "voucher"])
    rows = merchants.day_of_sales(world.place, DAY, before=None, limit=50)
    assert len(rows) == 13 and {row.cents for row in rows} == {5_00}
    assert merchants.customers(world.place, Month.of(DAY), Month.of(DAY)) is None, "no crowd of one"


@DATABASE
def test_serials_secrets_and_numbers_have_no_order(world: VoucherWorld) -> None:
    """Neither one after the other, nor as they were asked for, nor as they stand on the paper."""
    sheets = [world.issue(*[5_00] * 2, *[10_00] * 2) for _each in range(3)]
    papers = [paper for sheet in sheets for paper in sheet.papers]
    said = [formats.read_voucher(formats.message_of(paper.text) or b"") for paper in papers]
    assert len({one.serial for one in said}) == len({one.secret for one in said}) == 12
    rows = list(Voucher.objects.order_by("sheet", "cents"))
    numbers = [row.n for row in rows]
    assert numbers != sorted(numbers) and max(numbers) > 2**40
    first = {one.serial[0] for one in said}
    assert len(first) > 4, "the first byte of a serial says nothing of its sheet"
    stored = " ".join(str(value) for row in Voucher.objects.values_list() for value in row)
    for paper, one in zip(papers, said, strict=True):
        assert one.serial.hex() not in stored and one.secret.hex() not in stored
        assert paper.code not in stored and paper.text not in stored


@DATABASE
def test_the_order_on_the_paper_is_drawn(world: VoucherWorld) -> None:
    """Of 20 vouchers, not in the order of their accounts: by chance once in 10^18."""
    papers = world.issue(*[5_00] * 20).papers
    known = {row.typed: row.account for row in Voucher.objects.all()}
    numbers = dict(Account.objects.values_list("code", "pk"))
    key = keys.voucher_keys()[0]
    order = [numbers[known[vouchers.typed_digest(key, paper.code)]] for paper in papers]
    assert len(set(order)) == 20 and order != sorted(order)


@DATABASE
def test_her_history_tells_what_was_printed_and_where_it_was_cashed(world: VoucherWorld) -> None:
    sheet = world.issue(5_00, 5_00, 10_00)
    world.pay(cents=3_00)
    id, back = show_id(new_id()), show_id(new_id())
    world.cash(next(p.text for p in sheet.papers if p.cents == 5_00), id=id)
    world.till.send("POST", "refunds", {"id": back, "of": id, "cents": 1_00})
    operations.withdraw_sheet(number=sheet.number, by=OFFICE, id=new_id())

    def told() -> list[tuple[str, int, int, int, int, int | None]]:
        lines = queries.wallet_month(world.wallet, Month.of(DAY)).lines
        return [
            (one.reason, one.cents, one.left_cents, one.count, one.voucher_cents, one.place_id)
            for one in lines
            if one.reason != "opening_wallet"
        ]

    expected = [
        ("voucher_issue", -20_00, 80_00, 3, 0, None),
        ("payment", -3_00, 77_00, 1, 0, world.place),
        ("voucher", 0, 77_00, 1, 5_00, world.place),
        ("refund", 1_00, 78_00, 1, 0, world.place),
        ("voucher_back", 15_00, 93_00, 2, 0, None),
    ]
    assert told() == expected
    ledger.trace()
    assert told() == expected, "read by the index as from the journal"
    last = queries.last_lines(world.wallet, limit=2)
    assert [one.reason for one in last] == ["voucher_back", "refund"]
    whole = queries.last_lines(world.wallet, limit=100, with_vouchers=True)
    assert [one.reason for one in whole][:5] == [one[0] for one in expected[::-1]]
    for line in whole:
        again = queries.wallet_line(world.wallet, line.id)
        assert again is not None
        assert (again.reason, again.cents, again.count) == (line.reason, line.cents, line.count)
        assert queries.wallet_line(world.wallet + 1, line.id) is None


@DATABASE
def test_of_a_sheet_that_is_only_half_read_nothing_is_told(world: VoucherWorld) -> None:
    for _each in range(3):
        world.issue(*[5_00] * 6)
    lines = queries.last_lines(world.wallet, limit=1)
    assert [(one.cents, one.count) for one in lines] == [(-30_00, 6)]
    for limit in (2, 3, 4):
        assert {one.cents for one in queries.last_lines(world.wallet, limit=limit)} <= {
            -30_00,
            100_00,
        }


@DATABASE
def test_a_wallet_that_prints_vouchers_does_not_sleep(world: VoucherWorld) -> None:
    since = clock.now_ms() - clock.DAY_MS
    assert [one.id for one in accounting.unused_wallets(since_ms=since)] == [world.wallet]
    world.issue(5_00)
    assert accounting.unused_wallets(since_ms=since) == []


@DATABASE
def test_figures_and_check_know_vouchers(world: VoucherWorld) -> None:
    sheet = world.issue(5_00, 10_00)
    paid = sheet.papers[0].cents
    world.cash(sheet.papers[0].text, 10_00)
    month = accounting.figures(DAY).caisse.months[-1]
    assert (month.wallets_cents, month.owed_to_places_cents) == (85_00, paid)
    assert (month.circulation_cents, month.spent_cents) == (100_00, paid)
    account = Voucher.objects.exclude(cents=paid).get().account
    Account.objects.filter(code=account).update(debits=1_00)
    assert "vouchers" in wrong_in_the_books()
