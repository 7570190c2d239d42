"""A member's telephone: linked once, its QR pays once, whoever else scans, alters or copies it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events
from caisse.kernel.ids import Id, new_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as books
from caisse.ledger.models import Transfer
from caisse.merchants.tests.ground import OFFICE, approved
from caisse.payments import formats, keys, operations
from caisse.payments.formats import Request
from caisse.payments.models import Device, Phone
from caisse.payments.operations import paying_phone
from caisse.payments.operations.brake import BRAKE
from caisse.payments.operations.pins import card_bucket
from caisse.payments.reasons import Declined, declined
from caisse.payments.tests.device import Answer, Handset, PhoneTill
from caisse.payments.tests.test_api import DAY, DESK, HANDLE, World
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.models import Holder
from caisse.people.operations import NewHolder, NewHousehold

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


class Paying(World):
    """The same member with a telephone that is linked."""

    def __init__(self) -> None:
        super().__init__()
        holder = registry.holder(HANDLE)
        assert holder is not None
        self.holder = holder.id
        self.number = self.invite_phone()
        self.phone = self.linked(self.number)

    def invite_phone(self, label: str = "Mon téléphone", id: Id | None = None) -> int:
        return operations.invite_phone(
            holder_id=self.holder, label=label, by=DESK, id=id or new_id()
        )

    def linked(self, number: int) -> Handset:
        handset = Handset()
        code = operations.give_phone_code(phone_id=number, by=DESK)
        assert handset.link(code).status == 201
        return handset

    def show(self, qr: str, **said: Any) -> Answer:
        wanted = {"id": show_id(new_id()), "cents": 12_40, "method": "member_qr", "qr": qr}
        return self.till.send("POST", "payments", wanted | said)

    def request(self, cents: int = 12_40, *, late_min: int = 0, device: int = 0) -> bytes:
        minute = formats.minute_of(clock.now_ms()) - late_min
        asked = Request(
            self.place.to_bytes(4, "big"), device or self.device, cents, new_id()[8:], minute
        )
        return formats.pack_request(asked)

    def scan(self, request: bytes, phone: Handset | None = None) -> Answer:
        said = {"request": request.hex()}
        return (phone or self.phone).send("POST", "phones/requests/pay", said)


@pytest.fixture
def world() -> Iterator[Paying]:
    BRAKE.release()
    yield Paying()
    BRAKE.release()


def amended(article: str, value: object) -> None:
    """The committee decides it, for this month on."""
    effect = Amend(article, value, Month(2023, 1))
    bylaws.decide(title="Payer", text="", body="comité", effects=[effect], by=OFFICE)


def reason(answer: Answer) -> str:
    return str(answer.said.get("reason", answer.status))


def test_a_qr_pays_without_a_code_and_tells_the_same_again(world: Paying) -> None:
    id, qr = show_id(new_id()), world.phone.qr()
    first = world.show(qr, id=id)
    assert first.status == 201 and first.said["cents"] == 12_40
    again = world.show(qr, id=id)
    assert again.status == 200 and again.body == first.body
    assert world.left == 100_00 - 12_40
    transfer = Transfer.objects.get(pk=bytes.fromhex(id.replace("-", "")))
    assert transfer.method == "member_qr"


def test_a_qr_pays_once_whoever_scans_it(world: Paying) -> None:
    qr = world.phone.qr()
    assert world.show(qr).status == 201
    assert reason(world.show(qr)) == "qr_used"
    other = PhoneTill()
    world.confirm(other, world.invite(approved("Vrac")))
    wanted = {"id": show_id(new_id()), "cents": 1_00, "method": "member_qr", "qr": qr}
    assert reason(other.send("POST", "payments", wanted)) == "qr_used"
    assert world.left == 100_00 - 12_40


def test_fifty_tills_at_once_take_a_qr_once(world: Paying) -> None:
    qr = world.phone.qr()

    def take(_turn: int) -> str:
        try:
            return reason(world.show(qr, cents=1_00))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(take, range(50)))
    assert sorted(said) == ["201"] + ["qr_used"] * 49
    assert world.left == 99_00


def test_a_refused_qr_is_not_used_up(world: Paying) -> None:
    world.pay(cents=95_00)
    qr = world.phone.qr()
    assert reason(world.show(qr)) == "funds_short"
    assert world.show(qr, cents=3_00).said["cents"] == 3_00
    all_ = {"up_to": True, "pin": world.pin, "attempt": 1}
    assert world.show(world.phone.qr(), **all_).said["cents"] == 2_00


def test_qrs_of_one_telephone_have_nothing_in_common(world: Paying) -> None:
    """Nothing but the kind, the number of the key, the minute and the most that is paid."""
    some = [formats.message_of(world.phone.qr()) or b"" for _turn in range(8)]
    assert {len(one) for one in some} == {36}
    same = [at for at in range(36) if len({one[at] for one in some}) == 1]
    assert same == [0, 1, 18, 19, 20, 21, 22, 23]
    assert len({*world.phone.tickets}) == len(world.phone.tickets) == 192


@pytest.mark.parametrize(
    ("qr", "wanted"),
    [
        ("CA", "qr_unreadable"),
        ("https://example.org/", "qr_unreadable"),
        ("old", "qr_expired"),
        ("early", "qr_expired"),
        ("forged", "qr_unreadable"),
        ("dearer", "qr_unreadable"),
        ("invented", "other_caisse"),
        ("more", "amount_limit"),
    ],
)
def test_what_no_telephone_of_here_shows_pays_nothing(world: Paying, qr: str, wanted: str) -> None:
    phone = world.phone
    message = formats.message_of(phone.qr()) or b""
    dearer = message[:21] + (999_99).to_bytes(3, "big") + message[24:]
    shown = {
        "old": lambda: phone.qr(late_min=6),
        "early": lambda: phone.qr(late_min=-7),
        "forged": lambda: phone.qr(key=bytes(32)),
        "dearer": lambda: formats.text_of(dearer),
        "invented": lambda: phone.qr(bytes(range(16))),
        "more": lambda: phone.qr(most=12_39),
    }
    assert reason(world.show(shown[qr]() if qr in shown else qr)) == wanted
    assert world.left == 100_00


def test_a_ticket_is_good_for_thirty_days(world: Paying) -> None:
    Phone.objects.update(tickets=1_000)
    day = formats.day_of(clock.now_ms())
    for age, wanted in ((30, "201"), (31, "qr_expired")):
        ticket = formats.Ticket(world.number, 1, 100 + age, day - age)
        qr = world.phone.qr(formats.seal_ticket(ticket, keys.ticket_keys()[0]))
        assert reason(world.show(qr, cents=1_00)) == wanted


def test_a_blocked_telephone_pays_nothing_and_its_owner_pays_on(world: Paying) -> None:
    qr = world.phone.qr()
    operations.block_phone(phone_id=world.number, by=DESK)
    operations.block_phone(phone_id=world.number, by=DESK)
    assert reason(world.show(qr)) == "means_unavailable"
    assert world.phone.send("GET", "phones/self").status == 403
    assert reason(world.scan(world.request())) == "phone_unknown"
    assert world.pay().status == 201
    history = events.history(names=("phone.blocked",), subject=f"holder:{world.holder}")
    assert len(history) == 1
    with pytest.raises(Refusal, match="bloqué"):
        operations.give_phone_code(phone_id=world.number, by=DESK)


def test_linked_anew_the_telephone_before_is_worth_nothing(world: Paying) -> None:
    old, qr = world.phone, world.phone.qr()
    new = world.linked(world.number)
    assert new.generation == 2
    assert reason(world.show(qr)) == "means_unavailable"
    assert old.send("GET", "phones/self").status == 401
    assert world.show(new.qr()).status == 201


def test_a_code_links_one_telephone_and_five_wrong_ones_kill_it(world: Paying) -> None:
    code = operations.give_phone_code(phone_id=world.invite_phone("Autre"), by=DESK)
    wrong = code[:5] + "ZZZZ-ZZ"
    for _turn in range(5):
        assert reason(Handset().link(wrong)) == "code_unknown"
    assert reason(Handset().link(code)) == "code_unknown"
    again = operations.give_phone_code(phone_id=world.invite_phone("Autre"), by=DESK)
    first, second = Handset(), Handset()
    assert first.link(again).status == 201 and reason(second.link(again)) == "code_unknown"
    assert first.link(again).said["phone"] == first.phone


def test_a_wallet_has_so_many_telephones(world: Paying) -> None:
    id = new_id()
    for turn in range(3):
        world.linked(world.invite_phone("Encore", id if turn == 0 else None))
    assert world.invite_phone("Encore", id) == Phone.objects.get(cause=id).pk
    with pytest.raises(Refusal, match="4 téléphones"):
        world.invite_phone()
    operations.block_phone(phone_id=world.number, by=DESK)
    assert world.invite_phone() > 0


def test_above_the_article_the_code_is_asked_for(world: Paying) -> None:
    amended("payment.qr_pin_above_cents", 10_00)
    qr = world.phone.qr()
    assert reason(world.show(qr)) == "code_needed"
    wrong = world.show(qr, pin=world.wrong, attempt=1)
    assert reason(wrong) == "code_wrong"
    assert books.account(card_bucket(world.wallet, 1)).held == 1  # type: ignore[union-attr]
    assert world.show(qr, pin=world.pin, attempt=2).status == 201
    assert world.show(world.phone.qr(), cents=9_99).status == 201


def test_three_wrong_codes_close_the_code_of_the_means_not_the_qr(world: Paying) -> None:
    amended("payment.qr_pin_above_cents", 10_00)
    qr = world.phone.qr()
    for attempt in (1, 2, 3):
        wrong = f"{(int(world.pin) + attempt) % 10**6:06d}"
        assert reason(world.show(qr, pin=wrong, attempt=attempt)) == "code_wrong"
    assert reason(world.show(qr, pin=world.pin, attempt=4)) == "code_paused"
    assert world.show(qr, cents=9_99).status == 201
    assert world.pay().status == 201  # her identifier has buckets of its own


def test_a_till_that_takes_no_code_still_takes_a_qr(world: Paying) -> None:
    for turn in range(10):
        world.pay(f"{turn:06d}", handle=f"personne-{turn}", attempt=turn + 1)
    assert reason(world.pay()) == "till_code_paused"
    assert world.show(world.phone.qr()).status == 201


def test_a_telephone_reads_its_wallet(world: Paying) -> None:
    world.show(world.phone.qr())
    told = world.phone.send("GET", "phones/self")
    assert told.status == 200 and told.said["left_cents"] == 100_00 - 12_40
    line = told.said["lines"][0]
    assert (line["cents"], line["reason"], line["place"]) == (-12_40, "payment", "Halle")
    assert told.said["most_cents"] == 60_00 and told.said["code_from_cents"] is None
    stranger = Handset(phone=world.phone.phone, generation=1, key=bytes(32))
    assert stranger.send("GET", "phones/self").status == 401


def test_a_telephone_learns_whether_there_is_a_card_to_block(world: Paying) -> None:
    def card() -> object:
        return world.phone.send("GET", "phones/self").said["card"]

    assert card() is False
    operations.make_card(holder_id=world.holder, by=DESK, id=new_id())
    assert card() is True
    operations.block_card(holder_id=world.holder, by=DESK)
    assert card() is False, "blocked already"


def test_a_request_is_paid_once_whoever_answers(world: Paying) -> None:
    request = world.request()
    seen = world.phone.send("POST", "phones/requests", {"request": request.hex()})
    assert (seen.said["place"], seen.said["cents"]) == ("Halle", 12_40)
    first = world.scan(request)
    assert first.status == 201 and first.said["left_cents"] == 100_00 - 12_40
    again = world.scan(request)
    assert again.status == 200 and again.body == first.body
    number = show_id(formats.request_id(request))
    shop = world.till.send("GET", f"payments/{number}")
    assert shop.status == 200 and shop.said["words"] == first.said["words"]
    assert "left_cents" not in shop.said
    mine = world.phone.send("GET", f"phones/payments/{number}")
    assert mine.body == first.body


def test_what_a_request_has_paid_is_given_back_at_its_till(world: Paying) -> None:
    """Its number follows from the request: a UUID of version 8, as that of a sale by slip."""
    request = world.request()
    assert world.scan(request).status == 201
    number = show_id(formats.request_id(request))
    back = {"id": show_id(new_id()), "of": number, "cents": 2_40}
    first = world.till.send("POST", "refunds", back)
    assert (first.status, first.said["of"], first.said["cents"]) == (201, number, 2_40)
    again = world.till.send("POST", "refunds", back)
    assert (again.status, again.body) == (200, first.body)
    assert world.left == 100_00 - 10_00
    burnt = show_id(formats.request_id(world.request()))
    nothing = world.till.send("POST", "refunds", {**back, "id": show_id(new_id()), "of": burnt})
    assert reason(nothing) == "purchase_unknown"
    assert reason(world.till.send("POST", "refunds", {**back, "id": number})) == "request"


def test_a_request_that_its_till_has_burnt_is_not_paid(world: Paying) -> None:
    request = world.request()
    number = show_id(formats.request_id(request))
    shown = {"request": request.hex()}
    assert reason(world.till.send("POST", f"payments/{number}/abandon", shown)) == "abandoned"
    assert reason(world.scan(request)) == "abandoned"
    assert world.left == 100_00


def test_nobody_burns_or_asks_for_what_is_not_of_his_till(world: Paying) -> None:
    """A number of a request is burnt by its till alone; a claim's is told to nobody (M1)."""
    request, other, qr = world.request(), PhoneTill(), world.phone.qr()
    device = world.invite(approved("Vrac"))
    world.confirm(other, device)
    address, shown = f"payments/{show_id(formats.request_id(request))}", {"request": request.hex()}
    own = world.request(cents=5_00).hex()
    for till, said in ((other, shown), (world.till, {}), (world.till, {"request": own})):
        assert reason(till.send("POST", f"{address}/abandon", said)) == "request"
    assert world.show(qr).status == 201
    claims = [row for row in Transfer.objects.all() if row.reason == "claim"]
    (claim,) = [show_id(row.id) for row in claims]
    for till in (world.till, other):
        assert reason(till.send("GET", f"payments/{claim}")) == "unknown"
    assert reason(world.phone.send("GET", f"phones/payments/{claim}")) == "unknown"
    assert reason(world.till.send("POST", f"payments/{claim}/abandon", shown)) == "request"
    assert world.scan(request).status == 201


def test_the_number_under_which_a_ticket_is_used_up_is_not_to_be_guessed(world: Paying) -> None:
    ticket = formats.Ticket(world.number, 1, 1, formats.day_of(clock.now_ms()))
    assert formats.ticket_id(ticket, keys.ticket_keys()[0]) != formats.ticket_id(ticket, bytes(32))


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"late_min": 11}, "qr_expired"),
        ({"cents": 0}, "qr_unreadable"),
        ({"cents": 60_01}, "amount_limit"),
        ({"device": 4_711}, "qr_unreadable"),
    ],
)
def test_requests_that_nobody_pays(world: Paying, said: dict[str, int], wanted: str) -> None:
    assert reason(world.scan(world.request(**said))) == wanted
    assert world.left == 100_00


def test_a_suspended_till_asks_for_nothing(world: Paying) -> None:
    request = world.request()
    operations.suspend_device(device_id=world.device, by=OFFICE)
    assert reason(world.scan(request)) == "qr_unreadable"
    assert Device.objects.get(pk=world.device).state == "suspended"


def test_an_amount_at_a_printed_qr(world: Paying) -> None:
    id = show_id(new_id())
    said = {"id": id, "place": world.place, "cents": 7_00}
    named = world.phone.send("POST", "phones/places", {"place": world.place})
    assert named.said["place"] == "Halle"
    first = world.phone.send("POST", "phones/places/pay", said)
    assert first.status == 201
    again = world.phone.send("POST", "phones/places/pay", said)
    assert again.status == 200 and again.body == first.body
    old = {**said, "id": show_id(new_id(clock.now_ms() - 11 * 60_000))}
    assert reason(world.phone.send("POST", "phones/places/pay", old)) == "qr_expired"
    nowhere = {**said, "id": show_id(new_id()), "place": 9_999}
    assert reason(world.phone.send("POST", "phones/places/pay", nowhere)) == "place_closed"
    assert world.left == 93_00


def test_a_telephone_learns_what_its_own_qr_has_paid(world: Paying) -> None:
    ticket, other = world.phone.tickets[0], world.phone.tickets[1]
    asked = {"ticket": ticket.hex()}
    assert reason(world.phone.send("POST", "phones/tickets/paid", asked)) == "unknown"
    paid = world.show(world.phone.qr())
    told = world.phone.send("POST", "phones/tickets/paid", asked).said
    assert (told["number"], told["words"]) == (paid.said["number"], paid.said["words"])
    assert (told["place"], told["left_cents"]) == ("Halle", 100_00 - 12_40)
    for phone, which in (
        (stranger_phone(), ticket),
        (world.phone, other),
        (world.phone, bytes(16)),
    ):
        answer = phone.send("POST", "phones/tickets/paid", {"ticket": which.hex()})
        assert reason(answer) == "unknown"


def test_a_telephone_gives_up_what_never_arrived(world: Paying) -> None:
    """Whatever still travels is refused then; what was paid first is her receipt."""
    id, place = show_id(new_id()), {"place": world.place}
    said = {"id": id, "place": world.place, "cents": 7_00}
    address = f"phones/payments/{id}/abandon"
    assert reason(world.phone.send("POST", address, place)) == "abandoned"
    assert reason(world.phone.send("POST", address, place)) == "abandoned"
    assert reason(world.phone.send("POST", "phones/places/pay", said)) == "abandoned"
    assert reason(world.phone.send("GET", f"phones/payments/{id}")) == "abandoned"
    paid = {**said, "id": show_id(new_id())}
    first = world.phone.send("POST", "phones/places/pay", paid)
    late = world.phone.send("POST", f"phones/payments/{paid['id']}/abandon", place)
    assert late.status == 200 and late.body == first.body
    assert world.left == 93_00


def test_giving_up_and_paying_at_once_end_alike(world: Paying) -> None:
    """Whoever is first has the last word, and both are told it."""
    taken = 0
    for turn in range(20):
        id, cents, place = show_id(new_id()), 1_00 + turn, {"place": world.place}
        acts = [
            ("phones/places/pay", {**place, "id": id, "cents": cents}),
            (f"phones/payments/{id}/abandon", place),
        ]

        def act(one: tuple[str, dict[str, Any]]) -> Answer:
            try:
                return world.phone.send("POST", *one)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(act, acts if turn % 2 else acts[::-1]))
        ends = {one.said.get("reason", "paid") for one in told}
        assert len(ends) == 1 and ends <= {"paid", "abandoned"}
        taken += cents if ends == {"paid"} else 0
    assert world.left == 100_00 - taken


def test_a_telephone_gives_up_a_request_that_it_shows(world: Paying) -> None:
    request, other = world.request(), world.request()
    address = f"phones/payments/{show_id(formats.request_id(request))}/abandon"
    for said in ({}, {"place": world.place}, {"request": other.hex()}):
        assert reason(world.phone.send("POST", address, said)) == "request"
    shown = {"request": request.hex()}
    assert reason(world.phone.send("POST", address, shown)) == "abandoned"
    assert reason(world.scan(request)) == "abandoned"
    world.scan(other)
    address = f"phones/payments/{show_id(formats.request_id(other))}/abandon"
    given_up = stranger_phone().send("POST", address, {"request": other.hex()})
    assert reason(given_up) == "qr_used" and "commerçant" in given_up.said["member"]


def test_what_is_no_request_is_read_as_none(world: Paying) -> None:
    printed = bytes([formats.REQUEST + 1]) + world.request()[1:]
    assert reason(world.scan(printed)) == "qr_unreadable"
    assert world.till.send("GET", "payments/*").status == 400
    assert world.till.send("GET", "payments/*/paid").status == 400


def test_a_dear_request_is_left_to_the_code_at_the_till(world: Paying) -> None:
    amended("payment.qr_pin_above_cents", 10_00)
    refused = world.scan(world.request())
    assert reason(refused) == "code_needed" and "QR" in refused.said["member"]
    assert world.scan(world.request(cents=9_99)).status == 201


def test_who_may_not_spend_yet_pays_with_no_telephone(world: Paying) -> None:
    """As with an identifier: a holder spends from her first day to her last (people)."""
    Holder.objects.filter(pk=world.holder).update(since=DAY + timedelta(days=1))
    assert reason(world.show(world.phone.qr())) == "means_unavailable"
    assert reason(world.scan(world.request())) == "means_unavailable"
    assert reason(world.phone.send("GET", "phones/self")) == "means_unavailable"


def test_a_refusal_never_covers_a_payment_that_was_under_way(
    world: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same request twice at once: one pays after the other has looked, and before it is
    refused; the telephone takes a refusal as the end, so it has to be the receipt."""
    request = world.request()
    real = paying_phone.asked_by

    def late(asked: bytes) -> Request | Declined:
        monkeypatch.setattr(paying_phone, "asked_by", real)
        assert world.scan(request).status == 201
        return declined("qr_expired")

    monkeypatch.setattr(paying_phone, "asked_by", late)
    answer = world.scan(request)
    assert answer.status == 200 and answer.said["cents"] == 12_40
    assert world.left == 100_00 - 12_40


def test_two_tabs_that_add_a_telephone_mean_one(world: Paying) -> None:
    first, second = new_id(), new_id()
    number = world.invite_phone("De Zoé", first)
    assert world.invite_phone("Le bleu", second) == number
    assert world.invite_phone("De Zoé", first) == world.invite_phone("Le bleu", second) == number


def test_a_key_that_is_gone_is_not_made_anew(world: Paying, settings: Any, tmp_path: Path) -> None:
    """Whatever stands under it would be wrong without a word: the file has to come back."""
    settings.KEYS = tmp_path
    world.invite_phone("Autre")
    world.invite(approved("Vrac"))
    assert list(tmp_path.iterdir()) == []
    code = operations.give_phone_code(phone_id=world.number, by=DESK)
    assert Handset().link(code).status == 500
    assert list(tmp_path.iterdir()) == []


def test_two_wallets_cannot_both_pay_one_request(world: Paying) -> None:
    request = world.request()
    assert world.scan(request).status == 201
    stranger = stranger_phone()
    assert reason(world.scan(request, stranger)) == "qr_used"


def stranger_phone() -> Handset:
    """The linked telephone of a member of another household."""
    people.join(
        household=NewHousehold(holders=(NewHolder("Léo", "Faure", "hibou-lierre"),)),
        joined_on=DAY, by=OFFICE,
    )  # fmt: skip
    holder = registry.holder("hibou-lierre")
    assert holder is not None
    number = operations.invite_phone(holder_id=holder.id, label="Léo", by=DESK, id=new_id())
    phone = Handset()
    phone.link(operations.give_phone_code(phone_id=number, by=DESK))
    return phone
