"""Cases of funding and of merchants."""

from datetime import date
from typing import Any

from caisse.funding import operations as funding
from caisse.funding import queries as costs
from caisse.ledger import operations as ledger
from caisse.merchants import operations as merchants
from caisse.merchants.rules import Hours
from caisse.merchants.tests.ground import FEBRUARY, OFFICE, approved, go, registered, sell
from tests.same_id.case import MARCH, TODAY, TOMORROW, Asked, ground, of, post, received


def signed() -> funding.Signed:
    """A grant of two instalments of 100 €."""
    return funding.sign_grant(
        funder_id=funding.add_funder(name="Ville", by=OFFICE), fund="caisse", label="2023",
        instalments=[(TOMORROW, 100_00), (date(2023, 9, 1), 100_00)], by=OFFICE,
    )  # fmt: skip


@of(funding.sign_grant)
def _sign_grant() -> Asked:
    ground()
    one, other = (funding.add_funder(name=name, by=OFFICE) for name in ("Ville", "Pays"))
    promised = [(TOMORROW, 100_00)]
    content = {"funder_id": one, "fund": "caisse", "label": "2023", "instalments": promised}
    others: list[dict[str, Any]] = [{"funder_id": other}, {"fund": "operating"}, {"label": "2024"}]
    others += [{"instalments": [(TOMORROW, 90_00)]}, {"is_investment": True}]
    return Asked(content, [*others, {"signed_on": date(2023, 2, 1)}])


@of(funding.receive_instalment)
def _receive_instalment() -> Asked:
    ground()
    one, other = signed().instalment_ids
    return Asked({"instalment_id": one}, [{"instalment_id": other}, {"cents": 50_00}])


@of(funding.top_up)
def _top_up() -> Asked:
    ground()
    one, other = (funding.add_funder(name=name, by=OFFICE) for name in ("Ville", "Pays"))
    return Asked({"funder_id": one, "cents": 10_00}, [{"funder_id": other}, {"cents": 11_00}])


@of(funding.postpone)
def _postpone() -> Asked:
    ground()
    one, other = signed().instalment_ids
    content = {"instalment_id": one, "due_on": date(2023, 10, 1)}
    others: list[dict[str, Any]] = [{"instalment_id": other}, {"due_on": date(2023, 11, 1)}]
    return Asked(content, [*others, {"cents": 90_00}, {"known_on": TODAY}])


@of(funding.write_off_grant)
def _write_off_grant() -> Asked:
    ground()
    return Asked({"grant_id": signed().grant_id}, [{"grant_id": signed().grant_id}])


@of(funding.plan_cost)
def _plan_cost() -> Asked:
    ground()
    content = {"line": "hr", "due_on": TOMORROW, "cents": 10_00}
    others: list[dict[str, Any]] = [{"line": "it"}, {"due_on": TODAY}, {"cents": 11_00}]
    return Asked(content, [*others, {"known_on": date(2023, 2, 1)}])


@of(funding.change_cost)
def _change_cost() -> Asked:
    ground()
    one, other = (
        funding.plan_cost(line="hr", due_on=TOMORROW, cents=10_00, by=OFFICE) for _ in "ab"
    )
    content = {"planned_id": one, "cents": 20_00}
    others: list[dict[str, Any]] = [{"planned_id": other}, {"cents": 0}, {"due_on": TODAY}]
    return Asked(content, [*others, {"known_on": TODAY}])


@of(funding.pay_cost)
def _pay_cost() -> Asked:
    ground()
    planned = funding.plan_cost(line="hr", due_on=TOMORROW, cents=10_00, by=OFFICE)
    content = {"line": "hr", "cents": 10_00}
    return Asked(content, [{"line": "it"}, {"cents": 11_00}, {"planned_id": planned}])


@of(funding.undo_cost)
def _undo_cost() -> Asked:
    ground()
    for cents in (10_00, 20_00):
        funding.pay_cost(line="hr", cents=cents, by=OFFICE)
    one, other = (row.id for row in costs.costs_paid())
    content = {"paid_id": one, "reason": "Deux fois la même facture"}
    return Asked(content, [{"paid_id": other}, {"reason": "Autre raison"}])


@of(funding.open_access)
def _open_access() -> Asked:
    ground()
    one, other = (funding.add_funder(name=name, by=OFFICE) for name in ("Ville", "Pays"))
    content = {"funder_id": one, "given_name": "Ada", "family_name": "Roux", "email": ""}
    return Asked(content, [{"funder_id": other}, {"given_name": "Zoé"}, {"email": "a@b.fr"}])


@of(funding.record_fee)
def _record_fee() -> Asked:
    ground()
    return Asked({"cents": 5_00}, [{"cents": 6_00}])


@of(funding.make_fee_good)
def _make_fee_good() -> Asked:
    ground()
    funding.record_fee(cents=5_00, by=OFFICE)
    return Asked({"cents": 3_00}, [{"cents": 2_00}, {"cents": None}])


@of(funding.record_interest)
def _record_interest() -> Asked:
    ground()
    return Asked({"fund": "caisse", "cents": 5_00}, [{"fund": "operating"}, {"cents": 6_00}])


@of(funding.pay_out_levy)
def _pay_out_levy() -> Asked:
    ground()
    names = ("education", "holidays")
    received("transfer")
    ledger.open_accounts([f"fund:named:{name}" for name in names])
    for name in names:
        post(("fund:caisse", f"fund:named:{name}", 20_00, "levy"))
    return Asked({"fund": names[0], "cents": 5_00}, [{"fund": names[1]}, {"cents": 6_00}])


@of(merchants.approve_place)
def _approve_place() -> Asked:
    ground()
    content = {"place_id": registered(), "decision": 2}
    others: list[dict[str, Any]] = [{"place_id": registered("Autre")}, {"decision": 1}]
    return Asked(content, [*others, {"since": TOMORROW}, {"until": date(2023, 12, 31)}])


@of(merchants.withdraw_place)
def _withdraw_place() -> Asked:
    ground()
    content = {"place_id": approved(), "decision": 2}
    return Asked(content, [{"place_id": approved("Autre")}, {"decision": 1}])


@of(merchants.suspend_place)
def _suspend_place() -> Asked:
    ground()
    return Asked({"place_id": approved()}, [{"place_id": approved("Autre")}])


@of(merchants.resume_place)
def _resume_place() -> Asked:
    ground()
    one, other = approved(), approved("Autre")
    for place in (one, other):
        merchants.suspend_place(place_id=place, by=OFFICE)
    return Asked({"place_id": one}, [{"place_id": other}])


@of(merchants.ask_redemption)
def _ask_redemption() -> Asked:
    ground(redemption__frequency="on_demand")
    one, other = approved(), approved("Autre")
    for place in (one, other):
        sell(place, 30_00)
    return Asked({"place_id": one}, [{"place_id": other}])


@of(merchants.void_redemption)
def _void_redemption() -> Asked:
    ground()
    one, other = approved(), approved("Autre")
    for place in (one, other):
        sell(place, 30_00)
    go(FEBRUARY.last)
    merchants.hold_sales(month=FEBRUARY, by=OFFICE)
    content = {"place_id": one, "month": FEBRUARY, "code": "AC04"}
    return Asked(content, [{"place_id": other}, {"month": MARCH}, {"code": "AC01"}])


@of(merchants.describe_place)
def _describe_place() -> Asked:
    ground()
    content = {"place_id": registered(), "address": "1, rue Haute"}
    others: list[dict[str, Any]] = [{"place_id": registered("Autre")}, {"address": "2, rue Haute"}]
    return Asked(content, [*others, {"sells": "Pain"}, {"latitude_e5": 1, "longitude_e5": 2}])


@of(merchants.set_hours)
def _set_hours() -> Asked:
    ground()
    content = {"place_id": registered(), "hours": [Hours(0, 540, 720, "")]}
    others: list[dict[str, Any]] = [
        {"place_id": registered("Autre")},
        {"hours": [Hours(0, 540, 720, "Halles")]},
    ]
    return Asked(content, [*others, {"hours": []}])


@of(merchants.close_for)
def _close_for() -> Asked:
    ground()
    content = {"place_id": registered(), "first": TODAY, "last": TOMORROW}
    others: list[dict[str, Any]] = [{"place_id": registered("Autre")}, {"first": TOMORROW}]
    return Asked(content, [*others, {"last": TODAY}, {"note": "Vacances"}])
