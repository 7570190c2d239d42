"""Tables of payments: what people pay and cash with, sales without network."""

from caisse.payments.models.cashing import (
    Card,
    Cashier,
    Device,
    Linked,
    PaperSale,
    Phone,
    Pin,
    PinReset,
    Till,
    Voucher,
    VoucherSheet,
)
from caisse.payments.models.offline import (
    LateSale,
    Licence,
    OfflineSale,
    OfflineStop,
    Reserve,
    SalesList,
    SlipUse,
)

__all__ = [
    "Card",
    "Cashier",
    "Device",
    "LateSale",
    "Licence",
    "Linked",
    "OfflineSale",
    "OfflineStop",
    "PaperSale",
    "Phone",
    "Pin",
    "PinReset",
    "Reserve",
    "SalesList",
    "SlipUse",
    "Till",
    "Voucher",
    "VoucherSheet",
]
