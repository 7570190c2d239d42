"""Cases of gifts between households."""

from caisse.kernel.ids import new_id
from caisse.merchants.tests.ground import OFFICE
from caisse.payments import operations as payments
from caisse.people import operations as people
from tests.same_id.case import ALONE, TODAY, Asked, ground, of, post


def wallet() -> tuple[int, str]:
    """A new household's wallet with 50 €, and an identifier of its holder."""
    joined = people.join(household=ALONE, joined_on=TODAY, by=OFFICE)
    post(
        ("bank:caisse", "fund:caisse", 50_00, "opening_bank"),
        ("fund:caisse", f"wallet:{joined.wallet_id}", 50_00, "opening_wallet"),
    )
    return joined.wallet_id, joined.handles[0]


@of(payments.give)
def _give() -> Asked:
    ground(payment__gift_month_max_cents=30_00)
    (giver, _handle), (other, _handle), (_wallet, friend) = wallet(), wallet(), wallet()
    content = {"wallet_id": giver, "to": friend, "cents": 5_00}
    return Asked(content, [{"wallet_id": other}, {"to": wallet()[1]}, {"cents": 6_00}])


@of(payments.prepare_gift_undo)
def _prepare_gift_undo() -> Asked:
    ground(payment__gift_month_max_cents=30_00)
    (giver, _handle), (_wallet, friend) = wallet(), wallet()
    one, other = (
        payments.give(wallet_id=giver, to=friend, cents=5_00, by=OFFICE, id=new_id()).id
        for _each in range(2)
    )
    return Asked({"gift": one}, [{"gift": other}])
