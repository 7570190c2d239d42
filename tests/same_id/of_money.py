"""Cases of funding, merchants, accounting, the month and messages."""

from datetime import date
from typing import Any

from caisse.accounting import operations as accounting
from caisse.accounting.operations import Order
from caisse.funding import operations as funding
from caisse.funding import queries as costs
from caisse.kernel.ids import new_id
from caisse.ledger import operations as ledger
from caisse.merchants import operations as merchants
from caisse.merchants import queries as trade
from caisse.merchants.rules import Hours
from caisse.merchants.tests.ground import FEBRUARY, OFFICE, approved, go, registered, sell
from caisse.messages import operations as messages
from caisse.messages.tests.devices import Phone
from caisse.month import operations as months
from caisse.payments import operations as payments
from caisse.people import operations as joining
from caisse.people import queries as people
from caisse.people.models import Person
from tests.same_id.case import ALONE, MARCH, TODAY, TOMORROW, Asked, ground, of, post, received
from tests.same_id.of_access import holder

IBAN, OTHER_IBAN = "FR7630006000011234567890189", "DE89370400440532013000"


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


@of(funding.attach_document)
def _attach_document() -> Asked:
    ground()
    paper = b"%PDF-1.7 %%EOF"
    content = {"subject": "cost:1", "kind": "invoice", "content": paper}
    others: list[dict[str, Any]] = [{"subject": "cost:2"}, {"kind": "letter"}]
    return Asked(content, [*others, {"content": paper + b" "}])


@of(funding.open_access)
def _open_access() -> Asked:
    ground()
    one, other = (funding.add_funder(name=name, by=OFFICE) for name in ("Ville", "Pays"))
    content = {"funder_id": one, "given_name": "Ada", "family_name": "Le  Roux", "email": ""}
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


@of(payments.refund_at_office)
def _refund_at_office() -> Asked:
    ground()
    place = approved()
    one, other = sell(place, 30_00), sell(place, 30_00)
    content = {"payment_id": one, "cents": 10_00, "why": "returned"}
    return Asked(content, [{"payment_id": other}, {"cents": 11_00}, {"why": "twice"}])


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


def proposed(name: str) -> int:
    """The number of the bank details that a new merchant proposes."""
    return merchants.propose_bank_details(
        merchant_id=merchant(name), iban=IBAN, holder=name, by=OFFICE
    )


def merchant(name: str) -> int:
    """The number of a new place's merchant."""
    place = trade.place(approved(name))
    assert place is not None
    return place.merchant_id


@of(merchants.propose_bank_details)
def _propose_bank_details() -> Asked:
    ground()
    content = {"merchant_id": merchant("Lez"), "iban": IBAN, "holder": "GAEC du Lez"}
    others: list[dict[str, Any]] = [{"merchant_id": merchant("Autre")}, {"iban": OTHER_IBAN}]
    return Asked(content, [*others, {"holder": "GAEC"}])


@of(merchants.confirm_bank_details)
def _confirm_bank_details() -> Asked:
    ground()
    return Asked({"details_id": proposed("Lez")}, [{"details_id": proposed("Autre")}])


@of(merchants.note_email)
def _note_email() -> Asked:
    ground()
    one, other = approved(), approved("Autre")
    ada, zoe = (
        merchants.invite(
            place_id=one, given_name=name, family_name="Roux", right="reader", by=OFFICE
        )
        for name in ("Ada", "Zoé")
    )
    merchants.give_right(place_id=other, login=ada, right="reader", by=OFFICE)
    content = {"place_id": one, "login": ada, "email": " ada@example.org"}
    return Asked(content, [{"place_id": other}, {"login": zoe}, {"email": "zoe@example.org"}])


@of(merchants.invite)
def _invite() -> Asked:
    ground()
    content = {
        "place_id": approved(),
        "given_name": "Ada",
        "family_name": "Le  Roux",
        "right": "manager",
        "email": "ada@example.org",
    }
    others: list[dict[str, Any]] = [{"place_id": approved("Autre")}, {"given_name": "Zoé"}]
    return Asked(content, [*others, {"family_name": "Roux"}, {"right": "reader"}, {"email": ""}])


@of(merchants.prepare_payment)
def _prepare_payment() -> Asked:
    ground()
    sell(approved(), 30_00)
    go(FEBRUARY.last)
    merchants.hold_sales(month=FEBRUARY, by=OFFICE)
    return Asked({"month": FEBRUARY}, [{"month": MARCH}])


# accounting, the month, the caisse's card


@of(accounting.note_balance)
def _note_balance() -> Asked:
    ground()
    content = {"account": "caisse", "day": TODAY, "cents": 100_00}
    others: list[dict[str, Any]] = [{"account": "operating"}, {"day": date(2023, 2, 1)}]
    return Asked(content, [*others, {"cents": 90_00}])


@of(accounting.prepare_transfer)
def _prepare_transfer() -> Asked:
    ground()
    orders = [Order("fee", 6_00), Order("interest_caisse", 5_00), Order("return_cover")]
    return Asked({"order": Order("fee", 5_00)}, [{"order": order} for order in orders])


@of(months.flag)
def _flag() -> Asked:
    ground()
    received("transfer")
    months.freeze(month=FEBRUARY, by=OFFICE)
    go(FEBRUARY.last)
    months.freeze(month=MARCH, by=OFFICE)
    content = {"month": FEBRUARY, "text": "Un foyer manque"}
    return Asked(content, [{"month": MARCH}, {"text": "Deux foyers manquent"}])


@of(messages.write_card)
def _write_card() -> Asked:
    ground()
    content = {
        "phone": "04 67 00 00 00",
        "email": "caisse@example.org",
        "address": "1, rue Haute",
        "hours": "le lundi",
        "privacy": "",
    }
    others: list[dict[str, Any]] = [{"phone": ""}, {"email": ""}, {"address": "2, rue Haute"}]
    return Asked(content, [*others, {"hours": "le mardi"}, {"privacy": "le lundi"}])


@of(messages.choose)
def _choose() -> Asked:
    ground()
    one, other = told(), told()
    content = {"person_id": one, "payments": "sms", "arrivals": "here", "mail": "email"}
    others: list[dict[str, Any]] = [{"person_id": other}, {"payments": "voice"}]
    return Asked(content, [*others, {"arrivals": "sms"}, {"mail": "letter"}, {"language": "en"}])


@of(messages.subscribe)
def _subscribe() -> Asked:
    ground()
    phone, address = Phone(), "https://fcm.googleapis.com/fcm/send/"
    content = {"person_id": told(), "endpoint": f"{address}a", "amounts": True, **phone.said}
    others: list[dict[str, Any]] = [{"person_id": told()}, {"endpoint": f"{address}b"}]
    return Asked(content, [*others, {"amounts": False}, {"public_key": Phone().said["public_key"]}])


@of(messages.send_balance)
def _send_balance() -> Asked:
    ground()
    content = {"person_id": told(), "channel": "sms"}
    return Asked(content, [{"person_id": told()}, {"channel": "voice"}])


@of(payments.send_day)
def _send_day() -> Asked:
    ground()
    content = {"place_id": approved("Halle"), "on": TODAY, "person_id": told()}
    others: list[dict[str, Any]] = [{"place_id": approved("Ferme")}, {"on": TOMORROW}]
    return Asked(content, [*others, {"person_id": told()}])


def told() -> int:
    """The number of a person who may be told by e-mail and telephone."""
    found = people.person_of_holder(holder())
    assert found is not None
    Person.objects.filter(pk=found).update(email="a@example.org", phone="06 12 34 56 78")
    return found


@of(payments.invite_device)
def _invite_device() -> Asked:
    ground()
    one, other = approved("Halle"), approved("Vrac")
    return Asked({"place_id": one, "label": "Comptoir"}, [{"place_id": other}, {"label": "Marché"}])


@of(payments.add_cashier)
def _add_cashier() -> Asked:
    ground()
    one, other = approved("Halle"), approved("Vrac")
    content = {"place_id": one, "label": "Lou", "level": "take"}
    return Asked(content, [{"place_id": other}, {"label": "Max"}, {"level": "refund"}])


@of(payments.hold_paper_sale)
def _hold_paper_sale() -> Asked:
    ground()
    one, other = approved("Halle"), approved("Vrac")
    content = {"holder_id": holder(), "place_id": one, "cents": 20_00}
    spender = people.holder_numbered(content["holder_id"])
    assert spender is not None
    post(
        ("bank:caisse", "fund:caisse", 50_00, "opening_bank"),
        ("fund:caisse", f"wallet:{spender.wallet_id}", 50_00, "opening_wallet"),
    )
    return Asked(content, [{"holder_id": holder()}, {"place_id": other}, {"cents": 21_00}])


@of(payments.make_card)
def _make_card() -> Asked:
    ground()
    return Asked({"holder_id": holder()}, [{"holder_id": holder()}])


@of(payments.invite_phone)
def _invite_phone() -> Asked:
    ground()
    content = {"holder_id": holder(), "label": "Le mien"}
    return Asked(content, [{"holder_id": holder()}, {"label": "Le sien"}])


def paying() -> int:
    """The wallet of a new household, with 50 € on it."""
    wallet = joining.join(household=ALONE, joined_on=TODAY, by=OFFICE).wallet_id
    post(
        ("bank:caisse", "fund:caisse", 50_00, "opening_bank"),
        ("fund:caisse", f"wallet:{wallet}", 50_00, "opening_wallet"),
    )
    return wallet


def printed(wallet: int) -> payments.PrintedSheet:
    """A sheet of two vouchers of that wallet."""
    return payments.issue_sheet(wallet_id=wallet, values=[5_00, 5_00], by=OFFICE, id=new_id())


@of(payments.issue_sheet)
def _issue_sheet() -> Asked:
    ground()
    content = {"wallet_id": paying(), "values": [5_00, 10_00]}
    others: list[dict[str, Any]] = [{"wallet_id": paying()}, {"values": [5_00]}]
    return Asked(content, [*others, {"values": [5_00, 10_00, 10_00]}])


@of(payments.withdraw_sheet)
def _withdraw_sheet() -> Asked:
    ground()
    return Asked({"number": printed(paying()).number}, [{"number": printed(paying()).number}])


@of(payments.withdraw_voucher)
def _withdraw_voucher() -> Asked:
    ground()
    wallet = paying()
    one, other = printed(wallet).papers
    content = {"wallet_id": wallet, "said": one.code}
    return Asked(content, [{"wallet_id": paying()}, {"said": other.text}, {"said": "bonjour"}])
