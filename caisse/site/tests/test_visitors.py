"""The bylaws, the decisions and the figures over HTTP: what they say, and what they refuse."""

import csv
import io
import json
from datetime import date

import pytest
from django.test import Client

from caisse.accounting import queries as accounting
from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import REGISTER, Amend
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.month import Month
from caisse.merchants import operations as merchants
from caisse.merchants.operations import ApprovePlace
from caisse.people import operations as people  # registers its articles
from caisse.site.telling import figures, joining, sentences
from caisse.site.telling.sentences import Terms
from caisse.site.tests import world
from caisse.site.tests.test_pages import (
    BY,
    Page,
    describe_two_places,
    first_of_february,
    founded,
    read,
)

__all__ = ["first_of_february", "founded"]  # fixtures
TERMS = Terms("MonA", "€")
COMMITTEE = Actor("comite", frozenset({"committee"}))
CHANGE = "Un délai plus court"


def change(article: str, value: object, since: Month) -> int:
    """A decision that amends one article; its number."""
    effects = [Amend(article, value, since)]
    return bylaws.decide(
        title=CHANGE, text="Deux semaines suffisent.", body="committee", effects=effects, by=BY
    ).number


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_every_article_has_its_own_sentence_at_its_neutral_value() -> None:
    assert people
    own = {name for name in REGISTER if not name.endswith("rounding")}
    assert set(sentences.said()) == own
    for name, article in REGISTER.items():
        words = plain(sentences.sentence(article, article.neutral, TERMS))
        assert words.endswith("."), name
        assert "%" not in words, name
        assert all(len(part.split()) <= 20 for part in words.split(".")), name


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("allocation.base_cents", 100_00, "Le montant de base est de 100 MonA par mois."),
        ("allocation.credit_day", 1, "Le versement a lieu le 1er du mois."),
        ("allocation.levy_bp", 500, "Sur 100 € de cotisations, 5 € sont mis de côté."),
        ("contribution.min_cents", 150, "La cotisation est d’au moins 1,50 € par mois."),
        ("contribution.levels_cents", (30_00, 40_00, 50_00),
         "Les niveaux de cotisation : 30 €, 40 € ou 50 €."),
        ("contribution.price_tiers_bp", (6500, 10_000, 12_500),
         "Pour un prix juste de 100 €, chacun choisit de payer 65 €, 100 € ou 125 €."),
        ("balance.expiry_months", 3, "Les MonA se perdent au bout de 3 mois."),
        ("balance.household_sub_wallets", 1, "1 personne paie avec le porte-monnaie du foyer."),
        ("payment.refund_window_days", 0, "Un achat se rembourse le jour même seulement."),
        ("payment.refund_window_days", 14, "Un achat se rembourse pendant 14 jours."),
        ("redemption.refund_floor_cents", -50_00,
         "Rembourser un achat peut mettre un lieu en dette de 50 € au plus."),
        ("fund.backing_ratio_min_bp", 12_000,
         "Pour 100 MonA en circulation, au moins 120 € sont à la banque."),
        ("price.rounding", "down", "Arrondi des prix : vers le bas."),
    ],
)  # fmt: skip
def test_a_sentence_says_the_value(name: str, value: object, words: str) -> None:
    assert plain(sentences.sentence(REGISTER[name], value, TERMS)) == words


@pytest.mark.usefixtures("founded")
def test_the_bylaws_say_what_applies_and_what_comes(client: Client) -> None:
    before = read(client, "/reglement").text
    assert "La caisse a 350 places." in before
    assert "La caisse a 400 places." not in before
    number = change("admission.capacity", 400, Month(2024, 3))
    after = read(client, "/reglement")
    assert "À partir de mars 2024 : La caisse a 400 places." in after.text
    assert f"/decisions/{number}" in after.all("href")
    with clock.travelled(clock.instant(date(2024, 3, 1), 8)):
        assert "La caisse a 350 places." not in read(client, "/reglement").text


@pytest.mark.usefixtures("founded")
def test_the_same_number_of_articles_as_on_the_first_page(client: Client) -> None:
    home, page = read(client, "/").text, read(client, "/reglement").text
    number = page.split("Le règlement en ")[1].split(" phrases")[0]
    assert f"{number} articles du règlement s’appliquent" in home


@pytest.mark.usefixtures("founded")
def test_an_article_tells_its_whole_life(client: Client) -> None:
    change("payment.refund_window_days", 14, Month(2024, 2))
    change("payment.refund_window_days", 7, Month(2024, 5))
    page = read(client, "/reglement/payment.refund_window_days").text
    for words in (
        "À partir de janvier 2023 · remplacée",
        "À partir de février 2024 · en vigueur",
        "À partir de mai 2024 · à venir",
        "Un achat se rembourse pendant 30 jours.",
        "Le comité peut choisir de 0 jour à 90 jours.",
    ):
        assert words in page


@pytest.mark.usefixtures("founded")
def test_the_register_goes_back_page_by_page_to_the_founding(client: Client) -> None:
    for _n in range(24):
        bylaws.decide(title="Merci", text="", body="committee", effects=[], by=BY)
    first = read(client, "/decisions")
    assert "25 décisions, aucune effacée" in first.text
    assert "/decisions/6" in first.all("href")
    assert "/decisions/5" not in first.all("href")
    assert "/decisions?avant=6" in first.all("href")
    last = read(client, "/decisions?avant=6")
    assert "/decisions/1" in last.all("href")
    assert not [href for href in last.all("href") if "avant" in href]


@pytest.mark.usefixtures("founded")
def test_a_replaced_decision_names_the_one_that_replaced_it(client: Client) -> None:
    old = change("payment.refund_window_days", 14, Month(2024, 2))
    assert "Adoptée" in read(client, f"/decisions/{old}").text
    with clock.travelled(clock.instant(date(2024, 2, 1), 10)):
        new = change("payment.refund_window_days", 7, Month(2024, 2))
        page = read(client, f"/decisions/{old}")
        assert f"Remplacée par la n° {new}" in page.text
        assert f"/decisions/{new}" in page.all("href")
        assert "En vigueur." in read(client, f"/decisions/{new}").text


@pytest.mark.usefixtures("founded")
def test_a_decision_names_its_places(client: Client) -> None:
    place = merchants.register_place(
        merchant="EARL Valmagne", name="La Ferme <du> Nord", kind="farm_producer", by=BY
    )
    effects = [ApprovePlace(place, date(2024, 2, 1))]
    number = bylaws.decide(
        title="Un lieu", text="", body="committee", effects=effects, by=COMMITTEE
    ).number
    html = client.get(f"/decisions/{number}").content.decode()
    assert "La Ferme &lt;du&gt; Nord" in html
    assert "EARL Valmagne" not in html


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize(
    "address",
    [
        "/reglement/nothing.at_all",
        "/reglement/../../etc/passwd",
        "/decisions/0",
        "/decisions/2",
        "/decisions/99999999999999999999999",
        "/decisions?avant=1",
        "/decisions?avant=-1",
        "/decisions?avant=٣",
        "/decisions?avant=3&avant=4",
        "/decisions?avant=99999999999999",
        "/lieux/999999999999999999999",
        "/lieux?sorte=palace",
        "/lieux?jour=7",
        "/lieux?apres=12",
        "/lieux?commune=Lattes&commune=Lattes",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "Cette page n’existe pas" in Page(response.content.decode()).text


@pytest.mark.usefixtures("founded")
def test_each_figure_has_a_definition_and_its_year(client: Client) -> None:
    page = read(client, "/chiffres")
    for words in (
        "350 000 MonA",
        "190 000 €",
        "−3 500",
        "L’argent en banque, moins ce qui circule.",
    ):
        assert words in page.text
    named = {term.id for term in figures.caisse_terms(world.setting())}
    named |= {term.id for term in figures.operating_terms(world.setting())}
    assert named <= set(page.all("id"))


def test_a_figure_leads_to_the_table_that_has_it() -> None:
    for group in figures.groups(world.figures(), world.setting()):
        for figure in group.figures:
            table = next(one for one in group.tables if one.id == figure.table)
            if figure.term.name != "payments":
                assert any(
                    head.lower() in figure.term.label.lower()
                    or figure.term.label.lower() in head.lower()
                    for head in table.heads[1:]
                ) or (figure.term.name, table.heads[1]) == ("members", "Foyers")


@pytest.mark.usefixtures("founded")
def test_the_json_is_the_tree_of_figures(client: Client) -> None:
    response = client.get("/chiffres.json")
    assert response["Content-Type"] == "application/json"
    assert json.loads(response.content) == accounting.as_json(world.figures())


@pytest.mark.usefixtures("founded")
def test_the_sheet_holds_every_amount_of_the_tree(client: Client) -> None:
    response = client.get("/chiffres.csv")
    assert response["Content-Disposition"] == 'attachment; filename="chiffres.csv"'
    text = response.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    cash = [
        r["valeur"] for r in rows if (r["ensemble"], r["chiffre"]) == ("operating", "cash_cents")
    ]
    assert cash[10] == "-3500,00"
    called = [
        int(r["valeur"].replace(",", ""))
        for r in rows
        if (r["ensemble"], r["chiffre"]) == ("caisse", "called_cents")
    ]
    assert sum(called) == 192_500_00
    tree = world.figures()
    assert len(rows) == sum(
        (
            *(14 * 12, 7 * 12, 2 * 9, 1, 2 * 12),
            sum(len(funder.instalments) for funder in tree.funders),
        )
    )


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\0", "＝"])
def test_no_text_of_a_sheet_is_a_formula(first: str) -> None:
    assert figures.harmless(f"{first}cmd()") == f"'{first}cmd()"
    assert figures.harmless("Ville") == "Ville"


@pytest.mark.usefixtures("founded")
def test_the_money_page_tells_both_accounts_and_what_is_ahead(client: Client) -> None:
    page = read(client, "/argent").text
    for words in (
        "Fin décembre 2023, il a manqué 3 500 € pour le fonctionnement",
        "Deux comptes, jamais mélangés",
        "Compte du fonctionnement, au plus bas",
        "616 000 €",
    ):
        assert words in page


@pytest.mark.usefixtures("founded")
def test_the_list_says_as_much_as_the_map(client: Client) -> None:
    shop, farm = describe_two_places()
    page = read(client, "/lieux")
    assert "2 lieux où payer en MonA" in page.text
    assert "Aujourd’hui, 9 h à 13 h et 16 h à 19 h" in page.text
    assert "1 lieu ne dit pas encore où il est." in page.text
    assert "Carte des lieux" in page.text
    assert "SARL Valmagne" not in page.text
    assert {f"/lieux/{shop}", f"/lieux/{farm}"} <= set(page.all("href"))


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("sorte=grocery", 1),
        ("sorte=baker", 0),
        ("jour=aujourdhui", 1),
        ("jour=5", 1),
        ("jour=0", 0),
        ("commune=Lattes", 2),
        ("commune=Lattes&sorte=farm_producer", 1),
    ],
)
def test_filters(client: Client, query: str, number: int) -> None:
    describe_two_places()
    page = read(client, f"/lieux?{query}")
    links = [href for href in page.all("href") if href.startswith("/lieux/")]
    assert len(links) == number


@pytest.mark.usefixtures("founded")
def test_a_place_says_when_it_is_open_and_who_chose_it(client: Client) -> None:
    shop, farm = describe_two_places()
    merchants.close_for(
        place_id=shop, first=date(2024, 2, 1), last=date(2024, 2, 4), note="vacances", by=BY
    )
    page = read(client, f"/lieux/{shop}")
    for words in (
        "Fermé aujourd’hui",
        "Fermé du 1er février 2024 au 4 février 2024 inclus : vacances.",
        "9 h à 13 h, marché du Figuier",
        "3 rue des Pommiers, Lattes",
        "De plain-pied",
    ):
        assert words in page.text
    assert "/decisions/1" in page.all("href")
    founding = read(client, "/decisions/1").text
    assert "Le versement a lieu le 5 du mois." in founding and "solidarity" not in founding
    assert "Horaires à demander sur place" in read(client, f"/lieux/{farm}").text


@pytest.mark.usefixtures("founded")
def test_the_list_goes_on_page_by_page(client: Client) -> None:
    for n in range(23):
        place = merchants.register_place(merchant="M", name=f"Lieu {n:02}", kind="baker", by=BY)
        merchants.approve_place(place_id=place, decision=1, by=BY)
    first = read(client, "/lieux?sorte=baker")
    following = [href for href in first.all("href") if "apres=" in href]
    assert "Voir les 3 autres lieux" in first.text
    second = read(client, following[0])
    links = [one for one in second.all("href") if one.startswith("/lieux/")]
    assert len(links) == 3


@pytest.mark.usefixtures("founded")
def test_the_guide_proposes_and_keeps_nothing(client: Client) -> None:
    response = client.post("/participer/grille", {"q1": "4", "q2": "4", "q3": "4"})
    page = Page(response.content.decode())
    assert "150 € par mois." in page.text
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert "q1=" not in " ".join(page.all("href"))
    lowest = client.post("/participer/grille", {"q1": "0", "q2": "0", "q3": "0"})
    assert "1 € par mois." in Page(lowest.content.decode()).text


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize("odd", ["", "5", "-1", "٣", "1" * 9999])
def test_the_guide_asks_again_for_what_is_missing(client: Client, odd: str) -> None:
    response = client.post("/participer/grille", {"q1": "1", "q2": odd, "q3": "2"})
    page = Page(response.content.decode())
    assert "Il manque une réponse" in page.text
    assert "#q2-0" in page.all("href")
    assert "q2-0" in page.all("id")
    checked = [attrs["id"] for tag, attrs in page.tags if "checked" in attrs]
    assert checked == ["q1-1", "q3-2"]


@pytest.mark.usefixtures("founded")
def test_the_guide_refuses_an_answer_twice(client: Client) -> None:
    assert client.post("/participer/grille", {"q1": ["1", "2"]}).status_code == 400


@pytest.mark.usefixtures("founded")
def test_joining_follows_from_the_bylaws(client: Client) -> None:
    """The days are those that the office says: a Sunday's debit is the bank's next day."""
    page = read(client, "/participer").text
    for words in (
        "La cotisation est d’au moins 1 € par mois.",
        "Il reste 350 places sur 350.",  # the bylaws' places; nobody is in yet
        "Premier mois février 2024",
        "Première cotisation lundi 4 mars 2024",
        "Premier versement lundi 5 février 2024",
    ):
        assert words in page
    with clock.travelled(clock.instant(date(2024, 2, 16), 9)):
        page = read(client, "/participer").text
        assert "Première cotisation mercredi 3 avril 2024" in page  # March's is asked already …
        assert "Premier versement mardi 5 mars 2024" in page  # … and credited to whoever joins


def test_a_full_caisse_says_when_there_are_more_places() -> None:
    assert joining.room(350, 350) == "Les 350 places sont prises pour l’instant."
    more = joining.room(350, 350, (Month(2024, 3), 400))
    assert more.endswith("prises pour l’instant. Il y en aura 400 en mars\u00a02024.")
    assert joining.room(350, 349, (Month(2024, 3), 400)) == "Il reste 1 place sur 350."
