"""Keys are made before the first thing that stands under them, and never anew.

Where something stands and its key is gone, the file has to be brought back: another key in its
place would make every code, card or telephone a wrong one without a word.
"""

from caisse.payments import keys
from caisse.payments.models import (
    Card,
    Cashier,
    Device,
    Licence,
    PaperSale,
    Phone,
    Pin,
    PinReset,
    Reserve,
    VoucherSheet,
)


def first_pin_key() -> None:
    """Before a PIN is drawn, a till may ask for one, or figures are read out."""
    if not any(table.objects.exists() for table in (Pin, PinReset, Cashier, PaperSale, Device)):
        keys.make_pin_key()


def first_till_key() -> None:
    """Before a device or a telephone is linked."""
    if not any(table.objects.exists() for table in (Device, Phone)):
        keys.make_till_key()


def first_root_key() -> None:
    """Before a card or a voucher is printed, or a telephone has tickets."""
    if not any(table.objects.exists() for table in (Card, Phone, VoucherSheet)):
        keys.make_root_key()


def first_sign_key() -> None:
    """Before a card or a voucher is printed, a licence or a slip is signed."""
    if not any(table.objects.exists() for table in (Card, VoucherSheet, Licence, Reserve)):
        keys.make_sign_key()
