"""A world in which vouchers are printed and cashed, and what several do at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections

from caisse.accounting import queries as accounting
from caisse.kernel.ids import Id, new_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE, approved
from caisse.payments import formats, operations
from caisse.payments.models import Device
from caisse.payments.operations import PrintedSheet
from caisse.payments.operations.tills import tries_account
from caisse.payments.tests.device import Answer, PhoneTill
from caisse.payments.tests.test_api import World


class VoucherWorld(World):
    """A member with 100 € on her wallet, two places with a till each."""

    def __init__(self) -> None:
        super().__init__()
        self.vrac, self.other = approved("Vrac"), PhoneTill()
        self.confirm(self.other, self.invite(self.vrac))

    def issue(self, *values: int, id: Id | None = None) -> PrintedSheet:
        return operations.issue_sheet(
            wallet_id=self.wallet, values=values, by=OFFICE, id=id or new_id()
        )

    def one(self, cents: int = 5_00) -> str:
        """The text of a new voucher."""
        return self.issue(cents).papers[0].text

    def cash(
        self, said: str, cents: int = 5_00, *, till: PhoneTill | None = None, **more: Any
    ) -> Answer:
        wanted = {"id": show_id(new_id()), "cents": cents, "method": "voucher", "voucher": said}
        return (till or self.till).send("POST", "payments", wanted | more)

    def reason(self, said: str, cents: int = 5_00, **more: Any) -> str:
        return str(self.cash(said, cents, **more).said["reason"])

    @property
    def circulating(self) -> int:
        return books.total("voucher")

    def tries(self) -> int:
        """Wrong entries that count at its till."""
        till = Device.objects.get(pk=self.device).till
        account = books.account(tries_account(bytes(till or b"")))
        return 0 if account is None else account.held


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What several senders are told who send at the same moment."""

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Refusal as refusal:
            return refusal.reason
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def forged(text: str, sign: Ed25519PrivateKey | None = None, **changed: Any) -> str:
    """The voucher of a text with something else on it, signed again when `sign` is given."""
    said = formats.read_voucher(formats.message_of(text) or b"")._replace(**changed)
    own = sign or Ed25519PrivateKey.from_private_bytes(bytes(32))
    message = formats.pack_voucher(said, own)
    return formats.text_of(message if sign else message[:20] + said.signature)


def wrong_in_the_books() -> list[str]:
    """The rules of the books that do not hold."""
    return [line.code for line in accounting.check() if not line.ok]
