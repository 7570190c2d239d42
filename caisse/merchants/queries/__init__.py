"""Reads of merchants: places, agreements, takings, statements, rights and bank details."""

from caisse.merchants.queries.bank import (
    BankRow,
    bank_details,
    bank_details_of,
    proposed_bank_details,
    waiting_bank_details,
)
from caisse.merchants.queries.office import (
    AgreementRow,
    PlaceLine,
    Presence,
    agreements,
    count_by_state,
    merchants_of,
    place_lines,
    presence,
    runs,
    state_labels,
    to_pay,
)
from caisse.merchants.queries.payable import (
    Returned,
    Unpayable,
    returned_transfers,
    without_account,
)
from caisse.merchants.queries.redeeming import (
    Progress,
    RedemptionRow,
    progress,
    redemption,
    redemptions,
    statements,
)
from caisse.merchants.queries.registry import (
    Closed,
    PlaceRow,
    RightRow,
    Shop,
    applied,
    away_from_shops,
    count_by_kind,
    kind_of,
    kinds,
    names,
    open_on,
    place,
    place_named,
    places,
    rights,
    shops,
    suspended,
)
from caisse.merchants.queries.stating import Statement, statement
from caisse.merchants.queries.takings import (
    Coming,
    DayTaken,
    Owed,
    Sale,
    Share,
    Taken,
    customers,
    day_closed,
    day_of_sales,
    day_taken,
    days_with_sales,
    owed,
    shares,
    taken,
)

__all__ = [
    "AgreementRow", "BankRow", "Closed", "Coming", "DayTaken", "Owed", "PlaceLine", "PlaceRow",
    "Presence", "Progress", "RedemptionRow", "Returned", "RightRow", "Sale", "Share", "Shop",
    "Statement", "Taken", "Unpayable", "agreements", "applied", "away_from_shops", "bank_details",
    "bank_details_of", "count_by_kind", "count_by_state", "customers", "day_closed", "day_of_sales",
    "day_taken", "days_with_sales", "kind_of", "kinds", "merchants_of", "names", "open_on", "owed",
    "place", "place_lines", "place_named", "places", "presence", "progress",
    "proposed_bank_details", "redemption", "redemptions", "returned_transfers", "rights", "runs",
    "shares", "shops", "state_labels", "statement", "statements", "suspended", "taken", "to_pay",
    "waiting_bank_details", "without_account",
]  # fmt: skip
