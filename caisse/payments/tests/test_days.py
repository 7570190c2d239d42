"""A place's day: where each sale was taken and by whom, its three words, the closing by e-mail."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from caisse.kernel.ids import Id, new_id, parse_id, short_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.tests.entering import operation, page, sit
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants import queries as shops
from caisse.merchants.queries import Taken
from caisse.merchants.tests.ground import OFFICE, approved, give_back
from caisse.messages import operations as messages
from caisse.messages.models import Notice
from caisse.payments import operations, queries
from caisse.payments.tests.device import PhoneTill
from caisse.payments.tests.test_api import DAY
from caisse.payments.tests.test_cashiers import ManyHands, forget
from caisse.payments.tests.test_phones import Paying
from caisse.people import operations as people
from caisse.people.models import Login, Person

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


class Stall(ManyHands, Paying):
    """A place with a till on its counter, and a member with a telephone."""

    def at_printed_qr(self, cents: int) -> Id:
        said = {"id": show_id(new_id()), "place": self.place, "cents": cents}
        assert self.phone.send("POST", "phones/places/pay", said).status == 201
        return parse_id(str(said["id"]))

    def second(self, label: str = "Marché") -> tuple[int, PhoneTill]:
        till = PhoneTill()
        device = operations.invite_device(place_id=self.place, label=label, by=OFFICE, id=new_id())
        self.confirm(till, device)
        return device, till

    def sold(self, cents: int, till: PhoneTill | None = None, **said: Any) -> Id:
        told = self.pay(cents=cents, till=till, **said)
        assert told.status == 201
        return parse_id(str(told.said["number"]))


@pytest.fixture
def world() -> Iterator[Stall]:
    forget()
    yield Stall()
    forget()


@pytest.fixture
def keeper(world: Stall, client: Client) -> Client:
    """Whoever keeps the place, with an address that the office has noted."""
    sit(client, "lieu-a", "merchant")
    lina = Person.objects.create(
        given_name="Lina", family_name="Puech", email="lina@exemple.fr", folded="lina"
    )
    Login.objects.filter(identifier="lieu-a").update(person=lina)
    merchants.give_right(place_id=world.place, login="lieu-a", right="manager", by=OFFICE)
    return client


def here(world: Stall) -> list[object]:
    return [world.place, DAY.isoformat()]


def plain(text: str) -> str:
    bare = re.sub(r"<[^>]+>", " ", text)
    return " ".join(bare.replace("\u202f", " ").replace("\xa0", " ").split())


def said(client: Client, world: Stall) -> str:
    return plain(page(client, reverse("my_day", args=here(world))))


def table(client: Client, world: Stall) -> list[dict[str, str]]:
    text = client.get(reverse("my_day_csv", args=here(world))).content.decode()
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


def test_each_sale_says_at_which_till_and_by_whom(world: Stall, keeper: Client) -> None:
    world.sold(1_00)
    lou, max_ = world.add("refund"), world.add(label="Max")
    device, market = world.second()
    first = world.sold(2_00, cashier=lou.cashier_id)
    world.sold(4_00, market, cashier=max_.cashier_id)
    world.at_printed_qr(8_00)
    given = world.give_back(show_id(first), cashier=lou.cashier_id, cents=50)
    assert given.status == 201
    rows = [(one["montant"], one["appareil"], one["personne"]) for one in table(keeper, world)]
    assert rows == [
        ("1,00", "Comptoir", ""), ("2,00", "Comptoir", "Lou"), ("4,00", "Marché", "Max"),
        ("8,00", "QR imprimé", ""), ("-0,50", "Comptoir", "Lou"),
    ]  # fmt: skip
    text = said(keeper, world)
    for words in (
        "Par appareil Comptoir, 2 achats 2,50 € Marché, 1 achat 4,00 € QR imprimé, 1 achat 8,00 €",
        "Par personne Lou, 1 achat 1,50 € Max, 1 achat 4,00 € Sans nom, 2 achats 9,00 €",
        f"{short_id(first)} Comptoir, Lou · {' '.join(queries.words_of(first))}",
    ):
        assert words in text
    shown = keeper.get(reverse("my_day_pdf", args=here(world))).content
    paper = plain(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(shown)).pages))
    for words in ("Par appareil", "Par personne", "achat · Marché, Max", "14,50 €"):
        assert words in paper
    operations.revoke_device(device_id=device, by=OFFICE)
    operations.remove_cashier(cashier_id=lou.cashier_id, by=OFFICE)
    assert rows == [
        (one["montant"], one["appareil"], one["personne"]) for one in table(keeper, world)
    ], "whoever and whatever left meanwhile is named still"


def test_one_till_and_nobody_named_needs_no_sums(world: Stall, keeper: Client) -> None:
    world.sold(1_00)
    world.sold(2_00)
    text = said(keeper, world)
    assert "Par appareil" not in text and "Par personne" not in text
    assert text.count("Comptoir") == 2


def test_what_the_office_gave_back_and_a_till_that_left_have_their_names(
    world: Stall, keeper: Client
) -> None:
    device, market = world.second()
    world.sold(3_00, market)
    give_back(world.place, 1_00, world.sold(2_00), wallet=world.wallet)
    operations.revoke_device(device_id=device, by=OFFICE)
    text = said(keeper, world)
    assert "Appareil retiré, 1 achat 3,00 €" in text and "Bureau de la caisse −1,00 €" in text


def test_the_sums_of_tills_are_those_of_the_day(world: Stall) -> None:
    lou = world.add("refund")
    for turn in range(6):
        world.sold(1_00 + turn, world.second(f"n° {turn}")[1], cashier=lou.cashier_id)
    world.at_printed_qr(1_23)
    sums, rows = queries.day_closing(world.place, DAY)
    for some in (sums.spots, sums.people):
        total = Taken()
        for _label, one in some:
            total += one
        assert total == sums.taken == shops.taken(world.place, first=DAY, last=DAY)
    assert [one.sale for one in rows] == shops.day_closed(world.place, DAY)[1]
    assert len(sums.spots) == 7 and len(sums.people) == 2


def test_a_payment_by_the_printed_qr_is_seen_with_amount_hour_and_words(
    world: Stall, keeper: Client
) -> None:
    id = world.at_printed_qr(7_30)
    found = books.transfer(id)
    assert found is not None
    text = said(keeper, world)
    words = " ".join(queries.words_of(id))
    assert f"{short_id(id)} QR imprimé · {words} 7,30 €" in text
    assert "Pour rembourser un achat : sur un appareil du lieu, ouvrez « Ventes »." in text
    assert "Voir les dernières ventes" in text
    assert "Zoé" not in text and str(found.debit_after) not in text.replace(short_id(id), "")


def test_another_place_reads_nothing_of_it(world: Stall, keeper: Client) -> None:
    other = approved("Vrac")
    merchants.give_right(place_id=other, login="lieu-a", right="reader", by=OFFICE)
    id = world.at_printed_qr(7_30)
    text = plain(page(keeper, reverse("my_day", args=[other, DAY.isoformat()])))
    assert short_id(id) not in text and "QR imprimé" not in text
    cause = books.transfer(id)
    assert cause is not None
    assert queries.day_closing(other, DAY) == (queries.DaySums(Taken(), (), ()), [])


def test_the_day_asks_the_database_as_often_with_more_sales(world: Stall, keeper: Client) -> None:
    lou = world.add()
    counts = []
    for _turn in range(2):
        for label in ("n° 1", "n° 2", "n° 3"):
            world.sold(10, world.second(label)[1], cashier=lou.cashier_id)
        world.at_printed_qr(10)
        keeper.get(reverse("my_day", args=here(world)))
        asked = []
        for name in ("my_day", "my_day_csv"):
            with CaptureQueriesContext(connection) as caught:
                assert keeper.get(reverse(name, args=here(world))).status_code == 200
            asked.append(len(caught))
        counts.append(asked)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 40, counts


def test_the_closing_leaves_by_email_for_who_asks(world: Stall, keeper: Client) -> None:
    world.sold(12_40)
    address = reverse("my_day", args=here(world))
    form = {"operation": operation(page(keeper, address))}
    for _twice in range(2):
        answer = keeper.post(address, form, follow=True)
        assert "La clôture part à votre adresse e-mail." in plain(answer.content.decode())
    assert messages.send_waiting() == 1 and messages.send_waiting() == 0
    (sent,) = mail.outbox
    assert sent.to == ["lina@exemple.fr"]
    assert "Halle" not in sent.subject and "12,40" not in sent.subject
    body = plain(str(sent.body))
    assert "lundi 6 février 2023 pour Halle" in body
    assert "Achats : 1 Ventes : 12,40 € Remboursé : 0,00 € Total du jour : 12,40 €" in body
    name, content, kind = sent.attachments[0]
    assert (name, kind) == (f"cloture-{world.place}-2023-02-06.pdf", "application/pdf")
    shown = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert "Total du jour" in shown and "Zoé" not in shown and "Zoé" not in body


def test_without_an_address_nothing_is_offered_or_sent(world: Stall, keeper: Client) -> None:
    address = reverse("my_day", args=here(world))
    Person.objects.update(email="")
    text = page(keeper, address)
    assert "Envoyer par e-mail" not in text
    assert reverse("my_person_email", args=[world.place, "lieu-a"]) in text
    answer = keeper.post(address, {"operation": operation(text)})
    assert answer.status_code == 422
    assert "Nous n’avons pas cette adresse e-mail." in plain(answer.content.decode())
    Login.objects.filter(identifier="lieu-a").update(person=None)
    assert keeper.post(address, {"operation": show_id(new_id())}).status_code == 404
    assert not Notice.objects.exists()


def test_without_an_address_who_notes_none_is_told_whom_to_ask(
    world: Stall, keeper: Client
) -> None:
    address = reverse("my_day", args=here(world))
    Person.objects.update(email="")
    noting = reverse("my_person_email", args=[world.place, "lieu-a"])
    people.grant_role(identifier="lieu-a", role="funder", by=OFFICE)
    text = page(keeper, address)
    assert noting not in text and "demandez à l’équipe" in plain(text)
    people.end_role(identifier="lieu-a", role="funder", by=OFFICE)
    merchants.give_right(place_id=world.place, login="lieu-b", right="manager", by=OFFICE)
    merchants.give_right(place_id=world.place, login="lieu-a", right="reader", by=OFFICE)
    text = page(keeper, address)
    assert noting not in text and "demandez à la personne qui gère ce lieu" in plain(text)


def test_the_address_that_she_notes_receives_the_closing(world: Stall, keeper: Client) -> None:
    world.sold(12_40)
    address = reverse("my_day", args=here(world))
    Person.objects.update(email="")
    noting = reverse("my_person_email", args=[world.place, "lieu-a"])
    form = {"operation": operation(page(keeper, noting)), "email": "lina@ailleurs.fr"}
    assert keeper.post(noting, form).status_code == 302
    form = {"operation": operation(page(keeper, address))}
    assert keeper.post(address, form).status_code == 302
    assert messages.send_waiting() == 1
    assert mail.outbox[0].to == ["lina@ailleurs.fr"]


def test_who_acts_for_the_place_no_more_gets_nothing(world: Stall, keeper: Client) -> None:
    address = reverse("my_day", args=here(world))
    assert keeper.post(address, {"operation": operation(page(keeper, address))}).status_code == 302
    merchants.give_right(place_id=world.place, login="lieu-b", right="manager", by=OFFICE)
    merchants.end_right(place_id=world.place, login="lieu-a", by=OFFICE)
    assert messages.send_waiting() == 0 and mail.outbox == []
    assert keeper.post(address, {"operation": show_id(new_id())}).status_code == 404


def test_a_day_to_come_is_not_sent_and_a_number_says_one_thing(
    world: Stall, keeper: Client
) -> None:
    form = {"operation": show_id(new_id())}
    assert keeper.post(f"/commerce/{world.place}/jours/2023-02-07", form).status_code == 404
    person, id = Person.objects.get(given_name="Lina").pk, new_id()
    asked: dict[str, Any] = {"place_id": world.place, "person_id": person, "by": OFFICE, "id": id}
    operations.send_day(on=DAY, **asked)
    with pytest.raises(Refusal, match="numéro"):
        operations.send_day(on=DAY.replace(day=5), **asked)
