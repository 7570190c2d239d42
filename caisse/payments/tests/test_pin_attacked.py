"""Months of guessing at one wallet, in every way there is, while its owner pays all the same.

Source: payments.md 2.2 to 2.4, docs/mechanisms/pin.md. The attacker knows the identifier, types at
places where the owner never was and, in two months of three, at her own; at the beginning of each
month she steals the card, or a copy of it. The owner has her telephone, buys at her own place, and
has another card made in the middle of the month.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, new_id
from caisse.kernel.month import Month
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.merchants.tests.ground import OFFICE, approved, founded, go
from caisse.payments import operations
from caisse.payments.operations import draw_pin, pay_with_code
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.pins import buckets, card_bucket
from caisse.payments.queries import Receipt
from caisse.payments.tests.device import Handset
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHolder, NewHousehold

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)

DESK = Actor("accueil", frozenset({"desk"}))
DAY, HANDLE = date(2023, 2, 6), "moineau-radis"
A_MONTH = 32  # days from the theft of a card to that of the next one; tries count for 31
ROLLING_MS = 31 * clock.DAY_MS
OF_A_BUCKET, OF_A_MONTH = 3, 9  # payments.md 2.2, six digits
HERS, STRANGE = 0, 1  # places: where the owner buys, where she never was
TILLS = 2  # of each place


class Owner:
    """A member with 100 €, a PIN, a telephone and a card; the two places and their tills."""

    def __init__(self) -> None:
        founded(DAY, wallets=1, admission__capacity=None)
        household = NewHousehold(holders=(NewHolder("Zoé", "Moulin", HANDLE),))
        self.wallet = people.join(household=household, joined_on=DAY, by=OFFICE).wallet_id
        found = registry.holder(HANDLE)
        assert found is not None
        self.holder, self.pin = found.id, draw_pin(holder_id=found.id, by=DESK)
        self.places = [approved("Halle"), approved("Vrac")]
        self.tills = [
            [operations.open_till(place_id=place, by=OFFICE) for _ in range(TILLS)]
            for place in self.places
        ]
        self.phone = Handset()
        number = operations.invite_phone(holder_id=self.holder, label="Zoé", by=DESK, id=new_id())
        assert self.phone.link(operations.give_phone_code(phone_id=number, by=DESK)).status == 201
        self.paid = 0
        self.new_card()

    def new_card(self) -> None:
        """Another card, printed on the spot: the one before it is worth nothing."""
        self.card = operations.make_card(holder_id=self.holder, by=DESK, id=new_id())

    def enter(self, method: str, who: str, digits: str, at: int, till: Id, attempt: int = 1) -> str:
        """One entry of a cent at a till: `posted`, or the reason why not."""
        answer = pay_with_code(
            payment_id=new_id(), method=method, who=who, digits=digits, attempt=attempt,
            place_id=self.places[at], cents=1, till=till,
        )  # fmt: skip
        if isinstance(answer, Receipt):
            self.paid += 1
            return "posted"
        return answer.reason

    def pays(self, method: str) -> str:
        """The owner herself, at her own place."""
        who = {"pin": HANDLE, "card": self.card.text}.get(method) or self.phone.qr()
        digits = "" if method == "member_qr" else self.pin
        return self.enter(method, who, digits, HERS, self.tills[HERS][0])


class Attacker:
    """She enters codes that are not the owner's, and expects what payments.md 2.2 says.

    `judged` are the instants (ms) at which a guess was judged, by bucket: U, H, and C of each card.
    """

    def __init__(self, owner: Owner, chance: random.Random) -> None:
        self.owner, self.chance = owner, chance
        self.judged: dict[str, list[int]] = {}
        self.guesses = 0
        self.stolen = owner.card

    def has_room(self, bucket: str) -> bool:
        return len(self.lately(bucket)) < OF_A_BUCKET

    def lately(self, bucket: str) -> list[int]:
        """Those of the last 31 days."""
        since = clock.now_ms() - ROLLING_MS
        return [at for at in self.judged.get(bucket, []) if at > since]

    @property
    def of_the_month(self) -> int:
        """How many guesses at this wallet were judged in the last 31 days, whatever the way."""
        return sum(len(self.lately(bucket)) for bucket in self.judged)

    def types(self, at: int) -> None:
        """The identifier, or the number of the card that she stole, at any place."""
        ways = ["u", "h"] if at == HERS else ["u"]
        number = self.stolen.number
        good = number == self.owner.card.number
        who = number if good and self.chance.random() < 0.2 else HANDLE
        self._guesses("pin", who, at, [way for way in ways if self.has_room(way)][:1])

    def scans(self, at: int) -> None:
        """The card that she stole."""
        if self.stolen.text != self.owner.card.text:
            assert self._enters("card", self.stolen.text, at) == "card_replaced"
            return
        bucket = card_bucket(self.owner.wallet, self.owner.holder)
        self._guesses("card", self.stolen.text, at, [bucket] if self.has_room(bucket) else [])

    def _guesses(self, method: str, who: str, at: int, judging: list[str]) -> None:
        answer = self._enters(method, who, at)
        assert answer == ("code_wrong" if judging else "code_paused"), (method, who, at, judging)
        if judging:
            self.judged.setdefault(judging[0], []).append(clock.now_ms())
        assert self.of_the_month <= OF_A_MONTH

    def _enters(self, method: str, who: str, at: int) -> str:
        """Other digits each time, as any entry for a payment of its own."""
        self.guesses += 1
        digits = f"{(int(self.owner.pin) + self.guesses) % 10**6:06d}"
        till = self.chance.choice(self.owner.tills[at])
        return self.owner.enter(method, who, digits, at, till, self.chance.randint(1, 3))


@pytest.fixture
def owner() -> Iterator[Owner]:
    BRAKE.release()
    yield Owner()
    BRAKE.release()


@pytest.mark.parametrize(
    ("months", "seed"),
    [(3, 11), *[pytest.param(50, seed, marks=pytest.mark.long) for seed in range(10)]],
)
def test_an_attacked_owner_pays_in_every_month_and_at_most_nine_guesses_are_judged(
    owner: Owner, months: int, seed: int
) -> None:
    """500 months with --long, in ten caisses: the minutes of a QR end in 2051."""
    chance = random.Random(seed)
    attacker, day = Attacker(owner, chance), DAY
    assert owner.pays("pin") == "posted"
    most, at_her_place = 0, {"posted": 0, "code_paused": 0}
    for month in range(months):
        offsets = [0, *sorted(chance.sample(range(1, A_MONTH), 5))]
        for offset in offsets:
            _begin(day + timedelta(days=offset))
            if offset == 0:
                attacker.stolen = owner.card
            if offset == offsets[3]:
                owner.new_card()
            if offset in (0, offsets[3]):
                owner.phone.refill()  # tickets are good for 30 days
            acts = _attacks(chance, theft=offset == 0, at_hers=month % 3 != 2)
            acts += ["pays member_qr", "pays pin"]
            acts += ["pays card"] if owner.card.text != attacker.stolen.text else []
            chance.shuffle(acts)
            for act in acts:
                _do(act, owner, attacker, at_her_place)
            most = max(most, attacker.of_the_month)
            _demand_the_same_count(owner, attacker)
        day += timedelta(days=A_MONTH)
    assert most == OF_A_MONTH, "she found every way"
    assert all(at_her_place.values()), at_her_place
    assert books.balance(f"wallet:{owner.wallet}") == 100_00 - owner.paid


def _begin(day: date) -> None:
    """Nine o'clock of that day: the worker has been there, and an hour without wrong codes."""
    go(day)
    ledger.prepare(Month.of(day))
    while ledger.void_expired():
        pass
    BRAKE.release()  # its hour is one of the machine's clock, which does not travel


def _attacks(chance: random.Random, *, theft: bool, at_hers: bool) -> list[str]:
    """What she tries on one day; on that of the theft the card until it is closed."""
    places = [HERS, STRANGE] if at_hers else [STRANGE]
    acts = [f"types {chance.choice(places)}" for _ in range(chance.randint(1, 4))]
    return acts + [f"scans {chance.choice(places)}" for _ in range(4 if theft else 1)]


def _do(act: str, owner: Owner, attacker: Attacker, at_her_place: dict[str, int]) -> None:
    what, how = act.split()
    if what == "types":
        attacker.types(int(how))
    elif what == "scans":
        attacker.scans(int(how))
    elif how == "pin":
        # her identifier is taken at her place until somebody was handed the till there three times
        taken = attacker.has_room("u") or attacker.has_room("h")
        answer = owner.pays("pin")
        assert answer == ("posted" if taken else "code_paused")
        at_her_place[answer] += 1
    else:
        assert owner.pays(how) == "posted", how


def _demand_the_same_count(owner: Owner, attacker: Attacker) -> None:
    """The books hold what was told."""
    by_identifier = [books.held(bucket) for bucket in buckets(owner.wallet)]
    assert by_identifier == [len(attacker.lately("u")), len(attacker.lately("h"))]
    card = card_bucket(owner.wallet, owner.holder)
    assert books.held(card) == len(attacker.lately(card))
