"""Cases of the bylaws, of people and of contributions."""

from datetime import date
from typing import Any

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.contributions import operations as contributions
from caisse.contributions.operations import NewPledge, NewReceipt
from caisse.contributions.readings import read_receipts, read_returns
from caisse.ledger import operations as ledger
from caisse.merchants.tests.ground import FEBRUARY, OFFICE, go
from caisse.people import operations as people
from caisse.people.operations import Joining, NewHolder, NewHousehold
from tests.same_id.case import (
    ADAM,
    ALONE,
    APRIL,
    DESK,
    MARCH,
    PAIR,
    TODAY,
    TOMORROW,
    ZOE,
    Asked,
    ground,
    member,
    of,
    post,
    received,
)


@of(bylaws.decide)
def _decide() -> Asked:
    ground()
    content = {"title": "Essai", "text": "Pour voir.", "body": " comité ", "effects": []}
    amend = Amend("allocation.base_cents", 90_00, APRIL)
    others: list[dict[str, Any]] = [{"title": "Autre"}, {"text": ""}, {"body": "bureau"}]
    return Asked(content, [*others, {"effects": [amend]}, {"on": date(2023, 2, 1)}])


@of(bylaws.found)
def _found() -> Asked:
    go(TODAY)
    content = {"name": "Essai", "preset": "montpellier_2023", "first_month": FEBRUARY}
    others: list[dict[str, Any]] = [
        {"name": "Autre"},
        {"preset": "lyon_calim8"},
        {"first_month": MARCH},
        {"demo": True},
    ]
    return Asked(content, others)


# people


@of(people.apply)
def _apply() -> Asked:
    ground()
    town = NewHousehold(holders=(ZOE,), town="Sète")
    return Asked({"household": ALONE}, [{"household": PAIR}, {"household": town}, {"on": TOMORROW}])


@of(people.erase)
def _erase() -> Asked:
    ground()
    one, other = member(), member()
    for number in (one, other):
        people.leave(membership_id=number, on=TODAY, by=OFFICE)
        people.close(membership_id=number, by=OFFICE)
    return Asked({"membership_id": one}, [{"membership_id": other}])


@of(people.join)
def _join() -> Asked:
    ground()
    households = [PAIR, NewHousehold(holders=(ADAM,)), NewHousehold(), NewHousehold(town="Sète")]
    households.append(NewHousehold(holders=(ZOE, ADAM)))
    others: list[dict[str, Any]] = [{"household": each} for each in households]
    content = {"household": NewHousehold(holders=(ZOE,)), "joined_on": TODAY}
    return Asked(content, [*others, {"joined_on": TOMORROW}])


@of(people.join_many)
def _join_many() -> Asked:
    ground()
    rows = [Joining(ALONE, TODAY), Joining(PAIR, TODAY)]
    less = [Joining(NewHousehold(), TODAY), Joining(PAIR, TODAY)]
    return Asked({"rows": rows}, [{"rows": rows[:1]}, {"rows": rows[::-1]}, {"rows": less}])


@of(people.close)
def _close() -> Asked:
    ground()
    leaving = member(), member()
    for number in leaving:
        people.leave(membership_id=number, on=TODAY, by=OFFICE)
    return Asked({"membership_id": leaving[0]}, [{"membership_id": leaving[1]}])


@of(people.change_composition)
def _change_composition() -> Asked:
    ground()
    homes = [people.join(household=ALONE, joined_on=TODAY, by=OFFICE).household_id for _ in "ab"]
    content = {"household_id": homes[0], "adults": 2, "births": ("2020-01",), "since": TOMORROW}
    others: list[dict[str, Any]] = [
        {"household_id": homes[1]},
        {"adults": 3},
        {"births": ()},
        {"since": TODAY},
    ]
    return Asked(content, others)


@of(people.add_holder)
def _add_holder() -> Asked:
    ground()
    wallets = [people.join(household=ALONE, joined_on=TODAY, by=OFFICE).wallet_id for _ in "ab"]
    called = NewHolder("Adam", "Roche", handle="radis-radis")  # none is drawn with one word twice
    others: list[dict[str, Any]] = [
        {"wallet_id": wallets[1]},
        {"holder": ZOE},
        {"holder": called},
        {"since": TOMORROW},
    ]
    return Asked({"wallet_id": wallets[0], "holder": ADAM}, others)


@of(contributions.pledge)
def _pledge() -> Asked:
    ground()
    content = {"membership_id": member(), "cents": 50_00}
    return Asked(content, [{"membership_id": member()}, {"cents": 60_00}, {"since": APRIL + 1}])


@of(contributions.pledge_many)
def _pledge_many() -> Asked:
    ground()
    rows = [NewPledge(member(), 50_00), NewPledge(member(), 60_00)]
    other = [rows[0], rows[1]._replace(cents=70_00)] if hasattr(rows[1], "_replace") else rows[::-1]
    return Asked({"rows": rows}, [{"rows": rows[:1]}, {"rows": other}])


@of(contributions.receive)
def _receive() -> Asked:
    ground()
    content = {"membership_id": member(), "month": FEBRUARY, "cents": 50_00, "kind": "transfer"}
    others: list[dict[str, Any]] = [
        {"membership_id": member()},
        {"month": MARCH},
        {"cents": 60_00},
        {"kind": "card"},
    ]
    return Asked(content, [*others, {"received_on": date(2023, 2, 1)}, {"recovery": True}])


@of(contributions.receive_many)
def _receive_many() -> Asked:
    ground()
    rows = [NewReceipt(member(), FEBRUARY, cents, "transfer") for cents in (50_00, 60_00)]
    return Asked({"rows": rows}, [{"rows": rows[:1]}, {"rows": rows[::-1]}])


@of(contributions.deposit)
def _deposit() -> Asked:
    ground()
    for desk in ("bureau", "marche"):
        for kind in ("cash", "cheque"):
            received(kind, desk)
    return Asked({"desk": "bureau", "kind": "cash"}, [{"desk": "marche"}, {"kind": "cheque"}])


@of(contributions.return_receipt)
def _return_receipt() -> Asked:
    ground()
    content = {"receipt_id": received(), "code": "AM04"}
    others: list[dict[str, Any]] = [
        {"receipt_id": received()},
        {"code": "AC04"},
        {"returned_on": date(2023, 2, 1)},
    ]
    return Asked(content, others)


@of(contributions.cover_returns)
def _cover_returns() -> Asked:
    ground()
    number = received()
    ledger.open_accounts(["fund:month:2023-02"])
    post(("fund:caisse", "fund:month:2023-02", 50_00, "month"))
    contributions.return_receipt(receipt_id=number, code="AM04", by=OFFICE)
    received("transfer")
    return Asked({}, [])


def _sheet(*lines: str) -> str:
    return "\n".join(["adhésion;mois;montant;moyen;date;guichet;motif", *lines])


@of(contributions.import_receipts)
def _import_receipts() -> Asked:
    ground()
    number = member()
    one, other = (
        read_receipts(_sheet(f"{number};2023-02;{euros},00;prélèvement;03/02/2023;;"))
        for euros in (50, 60)
    )
    return Asked({"preview": one}, [{"preview": other}])


@of(contributions.import_returns)
def _import_returns() -> Asked:
    ground()
    number = member()
    received(number=number)
    one, other = (
        read_returns(f"adhésion;mois;motif;date;montant\n{number};2023-02;{code};06/02/2023;50,00")
        for code in ("AM04", "AC04")
    )
    return Asked({"preview": one}, [{"preview": other}])


@of(contributions.undo_receipt)
def _undo_receipt() -> Asked:
    ground()
    content = {"receipt_id": received(), "reason": "Saisi deux fois"}
    return Asked(content, [{"receipt_id": received()}, {"reason": "Autre raison"}])


@of(contributions.undo_return)
def _undo_return() -> Asked:
    ground()
    one, other = (
        contributions.return_receipt(receipt_id=received(), code="AM04", by=OFFICE).return_id
        for _ in "ab"
    )
    return Asked({"return_id": one}, [{"return_id": other}])


@of(contributions.undo_import)
def _undo_import() -> Asked:
    ground()
    batches = []
    for cents in (50, 60):
        line = f"{member()};2023-02;{cents},00;prélèvement;03/02/2023;;"
        told = contributions.import_receipts(preview=read_receipts(_sheet(line)), by=OFFICE)
        batches.append(told.batch_id)
    content = {"batch_id": batches[0], "reason": "Mauvais fichier"}
    return Asked(content, [{"batch_id": batches[1]}, {"reason": "Autre raison"}])


@of(contributions.undo_pledge)
def _undo_pledge() -> Asked:
    ground()
    one, other = member(), member()
    for number in (one, other):
        for cents in (50_00, 60_00):
            contributions.pledge(membership_id=number, cents=cents, by=OFFICE)
    return Asked({"membership_id": one}, [{"membership_id": other}])


@of(contributions.note_contact)
def _note_contact() -> Asked:
    ground()
    content = {"membership_id": member(), "way": "phone", "end": "later"}
    return Asked(content, [{"membership_id": member()}, {"way": "desk"}, {"end": "pause"}])


@of(contributions.close_desk)
def _close_desk() -> Asked:
    ground()
    for desk in ("bureau", "marche"):
        for kind in ("cash", "cheque"):
            received(kind, desk, by=DESK)
    content = {
        "desk": "bureau",
        "cash_cents": 40_00,
        "cheque_cents": 50_00,
        "explanation": "Un billet de 10 € manque",
    }
    others: list[dict[str, Any]] = [{"desk": "marche"}, {"cash_cents": 50_00}]
    return Asked(content, [*others, {"cheque_cents": 40_00}, {"explanation": "Autre raison"}])


@of(contributions.prepare_import)
def _prepare_import() -> Asked:
    ground()
    number = member()
    received(number=number)
    one, other = (_sheet(f"{number};2023-02;{n},00;prélèvement;03/02/2023;;") for n in (60, 70))
    returns = f"adhésion;mois;motif;date;montant\n{number};2023-02;AM04;06/02/2023;50,00"
    others: list[dict[str, Any]] = [{"content": other}, {"kind": "returns", "content": returns}]
    content = {"kind": "receipts", "content": one}
    return Asked(content, [*others, {"with_twice": True}, {"left_out": 1}])
