"""A caisse of very many households, for tests and measures of pages: through the operations, in
large steps, so that every line of `check` is green.

Households have one holder, an address, a pledge; one month was called, received in part, frozen,
approved and credited; some bought something. Nobody is real: names are drawn from a short list.
"""

from collections.abc import Iterator
from datetime import date

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.contributions import operations as contributions
from caisse.contributions.operations import NewPledge, NewReceipt
from caisse.funding import operations as funding
from caisse.kernel import clock
from caisse.kernel.actor import SYSTEM, Actor
from caisse.kernel.ids import new_id
from caisse.kernel.month import Month
from caisse.merchants import operations as merchants
from caisse.month import operations as month
from caisse.payments import operations as payments
from caisse.payments.operations import Purchase
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import Joined, Joining, NewHolder, NewHousehold

BY, OTHER = Actor("ana", frozenset({"coordinator"})), Actor("ben", frozenset({"treasurer"}))
FIRST = Month(2024, 2)
FOUNDED, FROZEN, CREDITED = date(2024, 1, 8), date(2024, 1, 16), date(2024, 2, 5)
TODAY = date(2024, 2, 20)
GIVEN = (
    "Amina",
    "Basile",
    "Chadia",
    "Diego",
    "Elif",
    "Fatou",
    "Gaspard",
    "Hanaé",
    "Ilona",
    "Joris",
)
FAMILY = ("Abadjian", "Benhammad", "Cassagnol", "Diarrassou", "Estournelle", "Fabrègas", "Galabrun")
STREETS = ("rue des Lavandières", "allée des Cigales", "impasse du Safran", "place des Amandiers")
STEP = 5_000
PLACES = 55


def found(households: int, *, bought: int, first: Month = FIRST) -> int:
    """Found the caisse in the empty database of now; the number of its last membership.

    `first` is the month that is credited; the clock then stands on its 20th. Served, a caisse
    catches up with all the months since.
    """
    clock.travel(clock.instant(first.previous().day(FOUNDED.day), 9))
    bylaws.found(name="Grande caisse", preset="montpellier_2023", first_month=first, by=SYSTEM)
    bylaws.decide(
        title="Ouvrir à tous",
        text="",
        body="comité citoyen",
        effects=[Amend("admission.capacity", None, first.previous())],
        by=BY,
    )
    for identifier, roles in (("ana", ["coordinator", "desk"]), ("ben", ["treasurer"])):
        people.create_login(identifier=identifier, roles=roles, by=SYSTEM)
    joined = [one for step in _steps(households) for one in _join(step, first)]
    places = [_place(number) for number in range(PLACES)]
    funder = funding.add_funder(name="La Nation", by=BY)
    grant = funding.sign_grant(
        funder_id=funder,
        fund="caisse",
        label="Convention",
        instalments=[(first.previous().day(FROZEN.day), households * 200_00)],
        by=BY,
    )
    clock.travel(clock.instant(first.previous().day(FROZEN.day), 9))
    funding.receive_instalment(instalment_id=grant.instalment_ids[0], by=OTHER)
    month.freeze(month=first, by=SYSTEM)
    month.check(month=first, by=OTHER)
    month.approve(month=first, by=BY)
    clock.travel(clock.instant(first.day(CREDITED.day), 7))
    contributions.call(month=first, by=SYSTEM)
    month.credit(month=first, by=SYSTEM)
    _receive([one.membership_id for one in joined[::100]], first)
    clock.travel(clock.instant(first.day(TODAY.day), 9))
    _buy([one.wallet_id for one in joined[:bought]], places)
    _open_doors(joined[0].membership_id, places[0])
    return joined[-1].membership_id


def _open_doors(membership: int, place: int) -> None:
    """Ways in for the first household and for the first place."""
    holder = registry.holders_of(membership)[0]
    people.open_way_in(holder_id=holder.id, by=BY)
    login = people.open_way_in_for(
        given_name="Yolande", family_name="Pignanelle", email="", role="merchant", by=BY
    )
    merchants.give_right(place_id=place, login=login, right="manager", by=BY)


def _steps(households: int) -> Iterator[range]:
    for start in range(0, households, STEP):
        yield range(start, min(start + STEP, households))


def _join(step: range, first: Month) -> list[Joined]:
    """One step of households, and what each gives."""
    joined = people.join_many(
        rows=[
            Joining(
                NewHousehold(
                    adults=1 + number % 2,
                    births=("2015-03",) if number % 3 == 0 else (),
                    holders=(
                        NewHolder(
                            GIVEN[number % 10], FAMILY[number // 10 % 7], f"foyer-{_word(number)}"
                        ),
                    ),
                    street=f"{1 + number % 90} {STREETS[number % 4]}",
                    postcode="34000",
                    town="Montpellier",
                ),
                clock.today(),
            )
            for number in step
        ],
        by=BY,
    )
    contributions.pledge_many(
        rows=[NewPledge(one.membership_id, 50_00, first) for one in joined], by=BY
    )
    return joined


def _word(number: int) -> str:
    """A number in letters: a handle holds no long number."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def _place(number: int) -> int:
    place = merchants.register_place(
        merchant=f"SARL {number}", name=f"Épicerie {number}", kind="grocery", by=BY
    )
    merchants.approve_place(place_id=place, decision=1, by=BY)
    return place


def _receive(memberships: list[int], first: Month) -> None:
    """These households have paid so far."""
    for step in _steps(len(memberships)):
        contributions.receive_many(
            rows=[NewReceipt(memberships[n], first, 50_00, "transfer") for n in step], by=OTHER
        )


def _buy(wallets: list[int], places: list[int]) -> None:
    tills = [payments.open_till(place_id=place, by=BY) for place in places]
    for start in range(0, len(wallets), STEP):
        payments.pay_many(
            [
                Purchase(new_id(), wallet, places[n % PLACES], 12_50, "pin", tills[n % PLACES])
                for n, wallet in enumerate(wallets[start : start + STEP])
            ]
        )
