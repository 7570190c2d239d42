"""A wallet's movements page by page are those of its months, sheets of vouchers whole."""

from collections.abc import Iterator

import pytest

from caisse.kernel import clock
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations, queries
from caisse.payments.operations.brake import BRAKE
from caisse.payments.queries import WalletLine, wallets
from caisse.payments.tests.vouchers import VoucherWorld

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


@pytest.fixture
def world() -> Iterator[VoucherWorld]:
    BRAKE.release()
    yield VoucherWorld()
    BRAKE.release()


def pages(world: VoucherWorld, limit: int) -> list[WalletLine]:
    """All of it by pages that end between two instants, as the page of messages reads them."""
    found: list[WalletLine] = []
    until = clock.now_ms() + 1
    while True:
        rows = queries.lines_until(world.wallet, until_ms=until, limit=limit)
        found += rows
        if len(rows) < limit:
            return found
        until = rows[-1].at


@pytest.mark.parametrize("block", [3, 24])
def test_pages_say_what_the_months_say(
    world: VoucherWorld, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(wallets, "MOST_OF_SHEET", block)

    def later() -> None:
        clock.travel(clock.now_ms() + 60_000)

    later()
    for _each in range(3):
        sheet = world.issue(*[5_00] * 3)
        later()
        assert world.cash(sheet.papers[0].text).status == 201
        later()
    operations.withdraw_sheet(number=sheet.number, by=OFFICE, id=new_id())
    later()
    here = Month.of(clock.today())
    months = [queries.wallet_month(world.wallet, month) for month in (here.previous(), here)]
    expected = [line for month in months for line in month.lines][::-1]
    assert [line.count for line in expected if line.reason == "voucher_issue"] == [3, 3, 3]
    for limit in (1, 2, 3, 20):
        assert pages(world, limit) == expected
