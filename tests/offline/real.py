"""The caisse itself in the place of the model's judge: keys, signatures, sealed codes, the ledger.

It speaks as tills and phones do: M2 and M3 by whoever holds the keys, codes sealed for the caisse.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from caisse.kernel import clock, events
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, derived_id, new_id
from caisse.ledger import operations as ledger
from caisse.ledger import queries as books
from caisse.ledger.rules import Transfer
from caisse.merchants.tests.ground import OFFICE, approved, founded
from caisse.payments import formats, operations, wire
from caisse.payments.models import Licence, OfflineStop
from caisse.payments.offline.records import CodeSale, Sent, SlipSale, answer_proof, bound_to
from caisse.payments.offline.sealing import Typed, seal
from caisse.payments.operations import Wanted
from caisse.people import operations as people
from caisse.people.operations import NewHolder, NewHousehold
from caisse.people.queries import holders_of
from tests.offline.model import Articles, Record, Slip

DAY = date(2023, 2, 6)
DESK = Actor("accueil", frozenset({"desk"}))


def post(*lines: tuple[str, str, int, str]) -> None:
    """Lines (debit, credit, cents, reason) under one event."""
    with transaction.atomic():
        cause = events.record("test.moved", subject="test", by=OFFICE)
        ledger.post(
            [
                Transfer(derived_id(cause, f"{n}"), debit, credit, cents, reason, cause)
                for n, (debit, credit, cents, reason) in enumerate(lines)
            ]
        )


def ground(fund_cents: int, **articles: Any) -> None:
    """A caisse that lets its places sell without network."""
    said = {"payment__offline": True, "admission__capacity": None, **articles}
    founded(DAY, wallets=1, **said)  # wallet:1 holds 100 €
    if fund_cents:
        post(
            ("bank:caisse", "fund:caisse", fund_cents, "opening_bank"),
            ("fund:caisse", "fund:offline", fund_cents, "offline_room"),
        )


class Member:
    """A household with money, a code and a card."""

    def __init__(self, number: int, cents: int) -> None:
        handle = f"moineau-radis-{number}"
        new = NewHolder("Zoé", "Moulin", handle)
        joined = people.join(household=NewHousehold(holders=(new,)), joined_on=DAY, by=OFFICE)
        self.wallet, self.handle = joined.wallet_id, handle
        self.holder = holders_of(joined.membership_id)[0].id
        self.pin = operations.draw_pin(holder_id=self.holder, by=DESK)
        self.card = operations.make_card(holder_id=self.holder, by=DESK, id=new_id()).text
        cents -= books.balance(f"wallet:{self.wallet}")
        if cents > 0:
            post(
                ("bank:caisse", "fund:caisse", cents, "opening_bank"),
                ("fund:caisse", f"wallet:{self.wallet}", cents, "opening_wallet"),
            )

    @property
    def wrong_pin(self) -> str:
        return f"{(int(self.pin) + 1) % 10**6:06d}"


class Shop:
    """A place and its device, linked and confirmed."""

    def __init__(self, name: str, place: int | None = None) -> None:
        self.place = approved(name, "market_producer") if place is None else place
        self.device = operations.invite_device(
            place_id=self.place, label=name, by=OFFICE, id=new_id()
        )
        code = operations.give_invitation(device_id=self.device, by=OFFICE)
        self.secret = ec.generate_private_key(ec.SECP256R1())
        point = wire.public_point(self.secret)
        linked = operations.enrol_device(code=code, public_key=point)
        self.caisse_point = linked.public_key
        operations.confirm_device(device_id=self.device, words=linked.words, by=OFFICE)
        self.key = wire.shared_key(self.secret, linked.public_key, self.device, linked.generation)
        self.licence = 0

    def open(self, *, holds_nothing: bool = False) -> operations.Licensed:
        """Ask for a licence."""
        got = operations.open_licence(
            device_id=self.device, by=OFFICE, id=new_id(), holds_nothing=holds_nothing
        )
        self.licence = got.licence_id
        return got

    def close(self) -> None:
        operations.close_licence(device_id=self.device, licence_id=self.licence, by=OFFICE)

    def request(self, cents: int, nonce: bytes, *, minute: int = 0) -> bytes:
        """M2."""
        at = minute or formats.minute_of(clock.now_ms())
        place, till = self.place.to_bytes(4, "big"), self.device & 0xFFFF
        return formats.pack_request(formats.Request(place, till, cents, nonce, at))

    def code_sale(
        self, who: str, digits: str, cents: int, *, method: str = "card", id: Id | None = None,
        licence: int = 0,
    ) -> CodeSale:  # fmt: skip
        """A code typed at this till, sealed at once."""
        number, at = id or new_id(), licence or self.licence
        bound = bound_to(number, at, cents)
        sealed = seal(Typed(who, digits), bound, point=self.caisse_point)
        return CodeSale(number, method, cents, clock.now_ms(), sealed)

    def sync(self, *sent: Sent, licence: int = 0) -> list[str]:
        """Send; the answers, each with a proof that this till believes."""
        number = licence or self.licence
        told = operations.sync_till(device_id=self.device, records=[(number, one) for one in sent])
        for one in told:
            proven = answer_proof(self.key, one.id, one.answer)
            assert one.proof == (b"" if one.answer == "checking" else proven)
        return [one.answer for one in told]


def set_aside(member: Member, place: int, cents: int) -> None:
    """On her card, at the desk."""
    operations.set_aside(holder_id=member.holder, place_id=place, cents=cents, by=DESK, id=new_id())


class Phone:
    """A telephone with the keys of its slips; nothing stops it from being copied."""

    def __init__(self, member: Member, number: int = 0) -> None:
        self.member, self.number = member, number
        self.slips: list[tuple[Ed25519PrivateKey, formats.Slip]] = []

    def fresh(self) -> bytes:
        """The public half of a new key."""
        return Ed25519PrivateKey.generate().public_key().public_bytes_raw()

    def ask(self, *wanted: tuple[int, int]) -> None:
        """Set money aside: (place, cents) each, a place 0 for any."""
        made = [Ed25519PrivateKey.generate() for _ in wanted]
        points = [key.public_key().public_bytes_raw() for key in made]
        got = operations.issue_slips(
            wallet_id=self.member.wallet,
            wanted=[Wanted(*one, point) for one, point in zip(wanted, points, strict=True)],
            by=DESK, id=new_id(), phone_id=self.number,
        )  # fmt: skip
        self.slips += [(key, formats.read_slip(said)) for key, said in zip(made, got, strict=True)]

    def pay(self, n: int, counter: int, request: bytes, cancelled: Id | None = None) -> SlipSale:
        """M3 from the n-th slip."""
        key, slip = self.slips[n]
        return SlipSale(request, formats.offline_payment(slip, counter, request, key), cancelled)


class Cents:
    """Cents by number, read from the ledger; setting one spends it elsewhere."""

    def __init__(self, codes: Sequence[str], sign: int = 1) -> None:
        self.codes, self.sign = codes, sign

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, at: int) -> int:
        return self.sign * books.balance(self.codes[at])

    def __iter__(self) -> Any:
        known = books.accounts(self.codes)
        return iter(
            [self.sign * known[code].balance if code in known else 0 for code in self.codes]
        )

    def __setitem__(self, at: int, cents: int) -> None:
        spent = self[at] - cents
        if spent:
            post((self.codes[at], "fund:caisse", spent, "leaving"))


class RealCaisse:
    """What `model.Caisse` has, on the caisse's own operations and ledger."""

    def __init__(self, articles: Articles, start_cents: int) -> None:
        self.articles = articles
        fund = min(articles.fund_cents, articles.places * articles.room_cents)
        ground(
            fund,
            payment__offline_trust_cents=articles.room_cents,
            payment__offline_member_cents=articles.slip_cents,
            payment__offline_day_cents=articles.day_cents,
            payment__offline_reserve_cents=(articles.bound_places + 1) * articles.slip_cents,
            payment__offline_places=articles.bound_places,
        )
        self.members = [Member(n, start_cents) for n in range(articles.wallets)]
        self.phones = [Phone(one) for one in self.members]
        self.shops = [Shop(f"Lieu {n}") for n in range(articles.places)]
        self.seconds: dict[int, Shop] = {}
        self.minted, self.fund = start_cents * articles.wallets, fund
        self.said: set[Record] = set()
        self.answers: dict[int, tuple[Record, str]] = {}
        self.slips_: list[tuple[int, int, int | None]] = []  # wallet, n-th of its phone, place
        self.forger = Ed25519PrivateKey.generate()
        self.ids: dict[int, Id] = {}
        self.sent: dict[Record, Sent] = {}

    @property
    def balance(self) -> Cents:
        return Cents([f"wallet:{one.wallet}" for one in self.members])

    @property
    def paid(self) -> Cents:
        return Cents([f"place:{one.place}" for one in self.shops])

    @property
    def loss(self) -> Cents:
        return Cents([f"loss:{one.place}" for one in self.shops], -1)

    @property
    def slips(self) -> "Slips":
        return Slips(self)

    @property
    def licences(self) -> "Licences":
        return Licences()

    @property
    def proofs_of_cloning(self) -> set[int]:
        stopped = set(OfflineStop.objects.values_list("wallet", flat=True))
        return {n for n, one in enumerate(self.members) if one.wallet in stopped}

    def issue(self, wallet: int, place: int | None) -> int | None:
        cents = min(self.articles.slip_cents, self.balance[wallet])
        if cents == 0:
            return None
        phone = self.phones[wallet]
        phone.ask((0 if place is None else self.shops[place].place, cents))
        self.slips_.append((wallet, len(phone.slips) - 1, place))
        return len(self.slips_) - 1

    def open_licence(self, place: int) -> int:
        """Of the place's first device, or of its second one once the licence of the first is over.

        The model begins at 0.
        """
        shop = self.shops[place]
        open_ = Licence.objects.filter(place=shop.place, closed_at=None)
        if open_.filter(device=shop.device).exists():
            shop = self.seconds.get(place) or Shop("Marché", shop.place)
            self.seconds[place] = shop
        if open_.exists():
            clock.travel(max(open_.values_list("until", flat=True)) + 1)
        return shop.open().licence_id - 1

    def settle(self, record: Record) -> str:
        shop = self.shop_of(record)
        sent = self.sent.get(record) or self.sent.setdefault(record, self.write(record))
        answer = shop.sync(sent, licence=record.licence + 1)[0]
        if answer == "posted":
            self.answers.setdefault(record.payment_id, (record, answer))
        return answer

    def shop_of(self, record: Record) -> Shop:
        """The device that has the licence of this record, of those of its place."""
        second = self.seconds.get(record.place)
        row = Licence.objects.filter(pk=record.licence + 1).first()
        own = second is not None and row is not None and row.device_id == second.device
        return second if second is not None and own else self.shops[record.place]

    def write(self, record: Record) -> Sent:
        """The record as the till would send it."""
        shop = self.shop_of(record)
        if record.slip is None:
            member = self.members[record.wallet]
            digits = member.pin if record.proof == "pin_right" else member.wrong_pin
            id = self.ids.setdefault(record.payment_id, new_id())
            return shop.code_sale(
                member.card, digits, record.cents, id=id, licence=record.licence + 1
            )
        wallet, n, _place = self.slips_[record.slip]
        key, slip = self.phones[wallet].slips[n]
        nonce = sha256(f"{record.payment_id}|{record.cents}".encode()).digest()[:8]
        request = shop.request(record.cents, nonce)
        signing = key if record in self.said and wallet == record.wallet else self.forger
        counter = record.counter
        return SlipSale(request, formats.offline_payment(slip, counter, request, signing))

    def close(self, licence: int) -> None:
        row = Licence.objects.get(pk=licence + 1)
        operations.close_licence(device_id=row.device_id, licence_id=row.pk, by=OFFICE)

    def check_books(self) -> None:
        held = sum(books.balances("reserve").values())
        lost = self.fund - books.balance("fund:offline")
        assert sum(self.balance) + held + sum(self.paid) - sum(self.loss) == self.minted
        assert lost == sum(self.loss), "what the fund gave is not what places lost"
        assert min(self.balance) >= 0 and min(books.balances("reserve").values(), default=0) >= 0
        posted = sum(record.cents for record, _ in self.answers.values())
        assert posted == sum(self.paid), "a payment id moved money twice"


class Slips:
    """What was set aside, as the model numbers it."""

    def __init__(self, caisse: RealCaisse) -> None:
        self.caisse = caisse

    def __len__(self) -> int:
        return len(self.caisse.slips_)

    def __getitem__(self, number: int) -> Slip:
        if number >= len(self):
            raise IndexError(number)
        wallet, n, place = self.caisse.slips_[number]
        slip = self.caisse.phones[wallet].slips[n][1]
        left = books.balance(f"reserve:{slip.slip_id.hex()}")
        return Slip(wallet, place, slip.cents, left)


class Licences:
    """The licences by their own numbers."""

    def __len__(self) -> int:
        return Licence.objects.count()

    def __getitem__(self, number: int) -> Any:
        row = Licence.objects.get(pk=number + 1)
        return type("View", (), {"room": row.room_cents, "total": row.used_cents})
