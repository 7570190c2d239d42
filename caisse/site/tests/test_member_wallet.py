"""The wallet, its months, its receipts: what they say, whose they are, what they cost."""

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from caisse.kernel.ids import new_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter
from caisse.ledger import queries as books
from caisse.ledger.rules import ROUTES
from caisse.month.queries import Unspent
from caisse.month.tests.ground import bring
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import NewHolder, NewHousehold
from caisse.site.telling import wallet as words
from caisse.site.telling.sentences import Terms
from caisse.site.tests.members import (
    BY,
    MARCH,
    Home,
    come_in,
    home,
    move,
    queries_of,
    run,
    travel,
)
from caisse.site.tests.test_pages import read

__all__ = ["home"]  # a fixture
PAGES = ("/moi", "/moi/mouvements/2023-02", "/moi/foyer", "/moi/demandes", "/moi/demander",
         "/moi/qui-a-regarde", "/moi/donnees", "/moi/partir")  # fmt: skip
MOST = (39, 22, 19, 12, 11, 12, 38, 30)  # queries of each, with some room
TERMS = Terms("MonA", "€")


def text_of(client: Client, address: str) -> str:
    return read(client, address).text


def test_what_is_left_in_figures_in_words_and_what_becomes_of_it(
    client: Client, home: Home
) -> None:
    move(home, 23_50)
    page = read(come_in(client, home), "/moi")
    assert "Bonjour Awa," in page.text
    assert "76,50 MonA" in page.text
    assert "soixante-seize MonA et cinquante centimes." in page.text
    assert "Ce qui reste fin février ne se perd pas : il s’ajoute à mars." in page.text
    assert "Dimanche 5 mars, 100 MonA arrivent." in page.text
    assert "Épicerie du Figuier vendredi 10 · achat −23,50" in page.text
    assert "Votre allocation dimanche 5 · allocation de février 2023 +100,00" in page.text
    assert "Il restait fin janvier 2023 0,00 MonA" in page.text
    assert sum(1 for tag, _ in page.tags if tag == "h1") == 1


def test_an_empty_wallet_makes_no_reproach(client: Client, home: Home) -> None:
    move(home, 100_00)
    said = text_of(come_in(client, home), "/moi")
    assert "0,00 MonA" in said
    assert "Vous avez tout utilisé, c’est fait pour." in said
    assert "Dimanche 5 mars, 100 MonA arrivent." in said
    assert "zéro" not in said


def test_before_the_first_credit_nothing_was_used_up(client: Client, home: Home) -> None:
    household = NewHousehold(holders=(NewHolder("Zoé", "Martin", "pinson-blette"),))
    joined = people.join(household=household, joined_on=date(2023, 2, 8), by=BY)
    holder = registry.holders_of(joined.membership_id)[0]
    newcomer = Home(joined, (people.open_way_in(holder_id=holder.id, by=BY),), home.place)
    said = text_of(come_in(client, newcomer), "/moi")
    assert "Votre premier versement n’est pas encore arrivé." in said
    assert "Dimanche 5 mars, 100 MonA arrivent." in said
    assert "tout utilisé" not in said


def test_english_says_figures_only(client: Client, home: Home) -> None:
    client.cookies["langue"] = "en"
    assert "cent MonA" not in text_of(come_in(client, home), "/moi")


def test_the_second_holder_sees_the_same_wallet(client: Client, home: Home) -> None:
    move(home, 23_50)
    said = text_of(come_in(client, home, holder=1), "/moi")
    assert "Bonjour Lina," in said
    assert "76,50 MonA" in said


def test_a_pause_and_a_departure_are_said(client: Client, home: Home) -> None:
    number = home.joined.membership_id
    people.pause(membership_id=number, first=MARCH, last=MARCH, by=BY)
    come_in(client, home)
    assert "Une pause commence en mars 2023" in text_of(client, "/moi")
    travel(date(2023, 3, 2))
    assert "en pause jusqu’à fin mars 2023" in text_of(client, "/moi")
    travel(date(2023, 4, 2))
    people.leave(membership_id=number, on=date(2023, 5, 1), by=BY)
    assert "Votre départ est noté pour le 1er mai 2023" in text_of(client, "/moi")
    travel(date(2023, 5, 2))
    assert "Vous avez quitté la caisse le 1er mai 2023" in text_of(client, "/moi")


def test_an_answer_is_news(client: Client, home: Home) -> None:
    come_in(client, home)
    client.post("/moi/demander", inquiry(client))
    assert "L’équipe vous a répondu" not in text_of(client, "/moi")
    asked = registry.inquiries(subject=f"membership:{home.joined.membership_id}")[0]
    people.answer(inquiry_id=asked.id, text="C’est fait.", by=BY)
    assert "L’équipe vous a répondu" in text_of(client, "/moi")
    assert "L’équipe vous a répondu" not in text_of(come_in(Client(), home, 1), "/moi")


def inquiry(client: Client, **said: str) -> dict[str, str]:
    form = client.get("/moi/demander").context["form"]
    operation = form.get_initial_for_field(form.fields["operation"], "operation")
    return {"operation": operation, "kind": "other", "text": "Une question.", **said}


def test_months_follow_each_other_and_balances_meet(client: Client, home: Home) -> None:
    first = move(home, 23_50)
    run(MARCH)
    travel(date(2023, 3, 12))
    move(home, 5_00, "refund", first)
    come_in(client, home)
    february, march = (read(client, f"/moi/mouvements/2023-0{n}") for n in (2, 3))
    assert "Il restait à la fin du mois 76,50 MonA" in february.text
    assert "/moi/mouvements/2023-03" in february.all("href")
    assert "/moi/mouvements/2023-01" in february.all("href")
    assert "Il restait fin février 2023 76,50 MonA" in march.text
    assert "Il vous reste 181,50 MonA" in march.text
    assert "remboursement +5,00" in march.text
    assert "/moi/mouvements/2023-04" not in march.all("href")
    assert "Aucun mouvement ce mois-ci." in text_of(client, "/moi/mouvements/2023-01")
    assert books.balance(home.wallet) == 181_50


@pytest.mark.parametrize("month", ["2022-12", "2023-03", "2023-13", "hier", "2023-2"])
def test_a_month_that_is_not_there(client: Client, home: Home, month: str) -> None:
    assert come_in(client, home).get(f"/moi/mouvements/{month}").status_code == 404


def test_a_purchase_and_its_refund_lead_to_each_other(client: Client, home: Home) -> None:
    purchase = move(home, 23_50)
    refund = move(home, 4_00, "refund", purchase)
    come_in(client, home)
    bought, back = (read(client, f"/moi/recu/{show_id(id)}") for id in (purchase, refund))
    assert "Achat du 10 février 2023" in bought.text
    assert "Lieu Épicerie du Figuier" in bought.text
    assert "Heure 9 h 00" in bought.text
    assert "Achat −23,50 MonA" in bought.text
    assert "Il restait ensuite 76,50 MonA" in bought.text
    assert f"/moi/recu/{show_id(refund)}" in bought.all("href")
    assert "Remboursement +4,00 MonA" in back.text
    assert f"/moi/recu/{show_id(purchase)}" in back.all("href")


def test_an_allocation_leads_to_its_explanation(client: Client, home: Home) -> None:
    come_in(client, home)
    links = read(client, "/moi").all("href")
    address = next(link for link in links if link.startswith("/moi/recu/"))
    page = read(client, address)
    assert "Votre allocation du 5 février 2023" in page.text
    assert "Il restait ensuite 100,00 MonA" in page.text
    assert "/moi/allocation/2023-02" in page.all("href")


def test_another_wallet_and_no_wallet_look_the_same(client: Client, home: Home) -> None:
    theirs = settled_beside(home)
    id = move(theirs, 1_00)
    come_in(client, home)
    for number in (show_id(id), show_id(new_id()), "rien", "0" * 500):
        assert client.get(f"/moi/recu/{number}").status_code == 404
    assert "Achat" not in text_of(client, f"/moi/demander?recu={show_id(id)}")


def settled_beside(home: Home) -> Home:
    """Another household, with money brought along."""
    joined = people.join(household=NewHousehold(), joined_on=date(2023, 2, 9), by=BY)
    bring(joined, 50_00)
    return Home(joined, (), home.place)


def test_the_number_of_queries_follows_no_number_of_movements(client: Client, home: Home) -> None:
    come_in(client, home)
    for _n in range(3):
        move(home, 10)
    few = [queries_of(client, address) for address in ("/moi", *PAGES)][1:]  # the session once
    for _n in range(300):
        move(home, 10)
    assert [queries_of(client, address) for address in PAGES] == few
    assert all(n <= most for n, most in zip(few, MOST, strict=True)), few


@pytest.mark.parametrize("address", [*PAGES, "/moi/donnees.json", "/moi/donnees.pdf"])
def test_who_may_read(client: Client, home: Home, address: str) -> None:
    assert client.get(address)["Location"].startswith("/entrer?next=")
    for role in ("coordinator", "treasurer", "merchant", "funder", "desk"):
        enter(client, f"someone-{role}", role)
        assert client.get(address).status_code == 403
    response = come_in(client, home).get(address)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"


def test_a_holder_whose_wallet_ended_reads_why(client: Client, home: Home) -> None:
    lina = registry.holders_of(home.joined.membership_id)[1]
    people.end_holder(holder_id=lina.id, by=BY)
    come_in(client, home, 1)
    assert "Aucun porte-monnaie n’est à votre nom." in text_of(client, "/moi")
    for address in ("/moi/mouvements/2023-02", "/moi/foyer", "/moi/partir", "/moi/demander"):
        assert client.get(address).status_code == 404


def test_no_page_has_the_name_in_its_title(client: Client, home: Home) -> None:
    come_in(client, home)
    for address in PAGES:
        html = client.get(address).content.decode()
        title = html.split("<title>")[1].split("</title>")[0]
        assert "Awa" not in title and "Diarra" not in title, address
        assert title.endswith("Caisse"), address


UNSPENT = Unspent(
    keeps=True, next_month=Month(2023, 3), credit_on=date(2023, 3, 5), coming_cents=100_00,
    cap_cents=None, over_cap_cents=0, expires_cents=0, expires_on=None, destination="fund",
)  # fmt: skip
BECOMINGS = [
    ({}, ["Ce qui reste fin février ne se perd pas : il s’ajoute à mars."],
     "Dimanche 5 mars, 100 MonA arrivent."),
    ({"next_month": Month(2023, 2)}, ["Ce qui reste ne se perd pas : le versement s’y ajoute."],
     "Dimanche 5 mars, 100 MonA arrivent."),
    ({"keeps": False}, ["Ce qui n’est pas dépensé ne passe pas au mois suivant."],
     "Dimanche 5 mars, 100 MonA arrivent."),
    ({"expires_cents": 40_00, "expires_on": date(2023, 4, 5), "destination": "solidarity_pot"},
     ["Sans achat d’ici là, 40 MonA vont au pot de solidarité le mercredi 5 avril."],
     "Dimanche 5 mars, 100 MonA arrivent."),
    ({"cap_cents": 150_00, "over_cap_cents": 30_00},
     ["Ce qui reste fin février ne se perd pas : il s’ajoute à mars.",
      "Le porte-monnaie garde au plus 150 MonA : 30 MonA n’y entreront pas."],
     "Dimanche 5 mars, 70 MonA arrivent."),
    ({"coming_cents": None}, ["Ce qui reste fin février ne se perd pas : il s’ajoute à mars."],
     "Dimanche 5 mars, la moyenne des cotisations arrive."),
    ({"coming_cents": 0}, ["Ce qui reste fin février ne se perd pas : il s’ajoute à mars."], ""),
    ({"waits": True}, ["Ce qui reste fin février ne se perd pas : il s’ajoute à mars."],
     "Le versement attend : tout l’argent n’est pas encore à la banque."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said", "arrives"), BECOMINGS)
def test_what_becomes_of_it_in_each_kind_of_caisse(
    changes: dict[str, object], said: list[str], arrives: str
) -> None:
    unspent = replace(UNSPENT, **changes)  # type: ignore[arg-type]
    with translation.override("fr"):
        told = words.becoming(76_50, unspent, date(2023, 2, 10), TERMS)
        assert [one.replace("\u00a0", " ") for one in told] == said
        assert words.arriving(unspent, TERMS).replace("\u00a0", " ") == arrives


def test_every_way_of_a_wallet_has_words() -> None:
    for name, route in ROUTES.items():
        if any("wallet" in pair for pair in route.pairs):
            assert name in words.kinds(), name
