"""Pages of sales by telephone: the office's, the place's, the member's."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend
from caisse.kernel import clock, events
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter, operation, page, sit
from caisse.ledger import queries as books
from caisse.merchants import operations as merchants
from caisse.merchants.tests.ground import OFFICE, approved
from caisse.payments import operations, queries
from caisse.payments.operations import Held
from caisse.payments.operations.paper_sales import Purchase, _keyed
from caisse.people import queries as registry
from caisse.site.tests.members import Home, come_in, home

__all__ = ["home"]  # a fixture
pytestmark = pytest.mark.django_db


@pytest.fixture
def mathilde(client: Client, home: Home) -> Client:
    return sit(client, "mathilde", "desk")


def words(text: str) -> str:
    said = re.sub(r"<[^>]+>", " ", text.partition("<main")[2])
    return " ".join(said.replace("\u202f", " ").replace("\u00a0", " ").split())


def read(client: Client, path: str) -> str:
    return words(page(client, path))


def number(home: Home) -> int:
    return home.joined.membership_id


def holder(home: Home) -> int:
    return registry.holders_of(number(home))[0].id


def new(home: Home) -> str:
    return reverse("holder_paper_sale", args=[number(home), holder(home)])


def hold(home: Home, cents: int = 20_00) -> Held:
    return operations.hold_paper_sale(
        holder_id=holder(home), place_id=home.place, cents=cents, by=OFFICE, id=new_id()
    )


def figures(text: str) -> str:
    shown = re.search(r"Lisez ces six chiffres ([0-9]{3}) ([0-9]{3}) ", text)
    assert shown is not None, text
    return shown[1] + shown[2]


def till(place: int) -> bytes:
    return operations.open_till(place_id=place, by=OFFICE)


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_a_place_calls_and_gets_six_figures(mathilde: Client, home: Home) -> None:
    place = reverse("place_paper_sales", args=[home.place])
    assert "Ce lieu appelle" in read(mathilde, place)
    who = f"{reverse('paper_sale_who')}?lieu={home.place}"
    form = {"operation": operation(page(mathilde, who)), "who": "moineau-radis"}
    answer = mathilde.post(who, form)
    assert answer.headers["Location"] == f"{new(home)}?lieu={home.place}"
    assert len(registry.looks(number(home))) == 1, "the household reads who opened its file"
    text = page(mathilde, answer.headers["Location"])
    assert "Awa Diarra" in text and "Lina" in text and "2 adultes" in text and "1 enfant" in text
    assert "06 12 34 56 78" not in text and "rue du Puits" not in text and "selected" in text
    sale = {"operation": operation(text), "place_id": str(home.place), "cents": "20"}
    answers = [mathilde.post(new(home), sale) for _twice in range(2)]
    said = {figures(words(one.content.decode())) for one in answers}
    assert len(said) == 1 and books.held(home.wallet) == 20_00
    assert all(one.headers["Cache-Control"].find("no-store") >= 0 for one in answers)
    (figures_said,) = said
    for path in (reverse("paper_sales"), place, new(home)):
        text = re.sub(r'viewBox="[^"]*"|[0-9a-f-]{36}', "", page(mathilde, path))
        assert figures_said not in text.replace(" ", "")
    told = operations.key_paper_sale(
        payment_id=new_id(), figures=figures_said, place_id=home.place, cents=18_00,
        till=till(home.place),
    )  # fmt: skip
    assert not isinstance(told, operations.Declined) and told.cents == 18_00


def test_a_file_that_is_not_open_is_opened_first(mathilde: Client, home: Home) -> None:
    assert mathilde.get(new(home)).headers["Location"] == reverse("person", args=[number(home)])
    mathilde.post(reverse("person_open", args=[number(home)]))
    assert new(home) in page(mathilde, reverse("person", args=[number(home)]))
    assert "Vente par téléphone" in read(mathilde, new(home))


def test_who_is_not_known_is_asked_again(mathilde: Client, home: Home) -> None:
    path = reverse("paper_sale_who")
    form = {"operation": operation(page(mathilde, path)), "who": "merle-carotte"}
    answer = mathilde.post(path, form)
    assert answer.status_code == 422 and "Faites-le répéter" in answer.content.decode()
    assert "merle-carotte" in answer.content.decode() and not registry.looks(number(home))
    for odd in ("0", "-1", "x", "99", "9" * 30):
        assert mathilde.get(f"{path}?lieu={odd}").status_code == 200


def test_what_is_refused_stands_at_its_field(mathilde: Client, home: Home) -> None:
    mathilde.post(reverse("person_open", args=[number(home)]))
    sale = {"operation": operation(page(mathilde, new(home))), "place_id": str(home.place)}
    answer = mathilde.post(new(home), sale | {"cents": "300"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "Proposez moins" in text and 'value="300"' in text
    assert mathilde.post(new(home), sale | {"cents": "1", "place_id": "99"}).status_code == 422
    merchants.suspend_place(place_id=home.place, by=OFFICE)
    assert mathilde.post(new(home), sale | {"cents": "1"}).status_code == 422
    assert books.held(home.wallet) == 0


def test_other_figures_and_the_money_back(mathilde: Client, home: Home) -> None:
    held = hold(home)
    path = reverse("paper_sale", args=[show_id(held.id)])
    text = read(mathilde, path)
    assert "attend d’être tapée" in text and "20,00 €" in text and held.figures not in text
    other = figures(words(mathilde.post(path, {"faire": "chiffres"}).content.decode()))
    assert other != held.figures
    assert "Rechargez la page" in mathilde.post(path, {"faire": "autre"}).content.decode()
    answer = mathilde.post(path, {"faire": "annuler"}, follow=True)
    assert "de nouveau dans le porte-monnaie" in answer.content.decode()
    assert books.held(home.wallet) == 0 and "annulée" in read(mathilde, path)
    assert "n’attend plus" in mathilde.post(path, {"faire": "chiffres"}).content.decode()
    assert mathilde.get(reverse("paper_sale", args=[show_id(new_id())])).status_code == 404


def test_the_list_goes_on_and_asks_as_often_for_one_as_for_many(
    mathilde: Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = reverse("paper_sales")
    assert "Rien n’attend." in read(mathilde, path)
    hold(home, 1_00)

    def asks() -> int:
        with CaptureQueriesContext(connection) as caught:
            page(mathilde, path)
        return len(caught)

    page(mathilde, path)
    one = asks()
    for cents in range(2, 12):
        hold(home, cents * 10)
    assert asks() == one <= 12
    monkeypatch.setattr("caisse.payments.pages.paper_sales.SHOWN", 4)
    seen, text = set(), page(mathilde, path)
    for _each in range(3):
        seen |= set(re.findall(r"/ventes-par-telephone/([0-9a-f-]{36})", text))
        more = re.search(r'href="(\?avant=[0-9a-f-]{36})"', text)
        if more is not None:
            text = page(mathilde, path + more[1])
    assert len(seen) == 11
    assert mathilde.get(f"{path}?avant=x").status_code == 404


def test_the_place_reads_how_much_and_until_when_and_never_who(home: Home) -> None:
    hold(home)
    lieu = Client()
    enter(lieu, "lieu", "merchant")
    merchants.give_right(place_id=home.place, login="lieu", right="reader", by=OFFICE)
    text = page(lieu, reverse("my_paper_sales", args=[home.place]))
    assert "Accord du vendredi 10 février 2023, 9 h 00" in words(text).replace("09", "9")
    assert "vendredi 17 février 2023" in words(text) and "20,00 €" in words(text)
    for hidden in ("Awa", "Diarra", "moineau-radis", "Foyer n°", "/gestion/"):
        assert hidden not in text
    assert reverse("my_paper_sales", args=[home.place]) in page(
        lieu, reverse("my_place", args=[home.place])
    )
    other = approved("Vrac")
    assert lieu.get(reverse("my_paper_sales", args=[other])).status_code == 404


def test_a_member_reads_what_is_kept_then_the_purchase(client: Client, home: Home) -> None:
    held = hold(home)
    awa = come_in(client, home)
    text = read(awa, "/moi")
    assert "il vous reste 80,00 MonA" in text
    assert "20 MonA gardés pour « Épicerie du Figuier », jusqu’au vendredi 17 février" in text
    assert "vendredi 10 · gardé après un appel −20,00" in text
    (line,) = queries.last_lines(home.joined.wallet_id, limit=1)
    kept = read(awa, reverse("my_receipt", args=[show_id(line.id)]))
    assert "Gardé jusqu’au vendredi 17 février" in kept and "trois mots" not in kept
    payment = new_id()
    clock.travel(clock.now_ms() + 2 * clock.DAY_MS)
    row = queries.open_paper_sales(wallet_id=home.joined.wallet_id, limit=1)[0]
    _typed(held, payment, home)
    assert row.id == held.id
    text = read(awa, "/moi")
    assert "gardés pour" not in text and "il vous reste 81,50 MonA" in text
    assert "vendredi 10 · achat −18,50" in text
    receipt = read(awa, reverse("my_receipt", args=[show_id(payment)]))
    assert "Accord au téléphone vendredi 10 février" in receipt and "trois mots" in receipt
    assert "Il restait ensuite 81,50 MonA" in receipt


def _typed(held: Held, payment: bytes, home: Home) -> None:
    """The same post as a till's, in the test's own transaction."""
    told = _keyed(Purchase(payment, 0, home.place, 18_50, "paper", till(home.place)), held.figures)
    assert not isinstance(told, operations.Declined)


def test_where_the_bylaws_do_not_allow_it_the_pages_say_so(mathilde: Client, home: Home) -> None:
    off = Amend("payment.paper_sale_days", 0, Month(2023, 3))
    bylaws.decide(title="Sans téléphone", text="", body="comité", effects=[off], by=OFFICE)
    clock.travel(clock.instant(Month(2023, 3).first, 9))
    mathilde.post(reverse("person_open", args=[number(home)]))
    for path in (reverse("paper_sales"), reverse("paper_sale_who"), new(home)):
        assert "ne permet pas de vendre par téléphone" in read(mathilde, path)
    assert events.history(names=("paper_sale.agreed",)) == []
