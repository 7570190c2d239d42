"""The office's pages of the months: what they say, who may do the next step, what is refused."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caisse.kernel.actor import SYSTEM
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.tests.entering import enter
from caisse.ledger import queries as books
from caisse.month import operations as months
from caisse.month import queries
from caisse.month.tests import ground
from caisse.month.tests.ground import COORDINATOR, FEBRUARY, MARCH
from caisse.people import operations as people
from caisse.people.models import Person
from tests.house.reading import writing

pytestmark = pytest.mark.django_db
PAGE = "/gestion/mois/2023-02"


@pytest.fixture(autouse=True)
def _shown_a_moment_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is in has shown a factor again, as an approval asks."""
    monkeypatch.setattr("caisse.site.middleware.did_recently_reauthenticate", lambda request: True)


def person(given_name: str) -> Person:
    return Person.objects.create(given_name=given_name, family_name="Essai")


def nadia() -> Client:
    """The coordinator, with her name."""
    client = Client()
    enter(client, "coordination", "coordinator", person=person("Nadia"))
    return client


def paul() -> Client:
    """The treasurer, with his name."""
    client = Client()
    enter(client, "tresorerie", "treasurer", person=person("Paul"))
    return client


def said(client: Client, address: str, status: int = 200) -> str:
    """What a page says: its text without its tags, spaces alike; reading it writes nothing."""
    with writing() as written:
        answer = client.get(address)
    assert answer.status_code == status, answer.status_code
    assert [one for one in written if "django_session" not in one] == []
    return text(answer.content.decode())


def text(html: str) -> str:
    bare = re.sub(r"<[^>]+>", " ", html.split("<main", 1)[-1])
    return re.sub(r" (?=[.,] )", "", re.sub(r"[\s\u00a0\u202f]+", " ", bare))


def step(client: Client, name: str, position: int = 0, operation: str | None = None) -> str:
    """Press the button of a step; the page that follows."""
    sent = {"operation": operation or show_id(new_id()), "position": position}
    return text(client.post(f"{PAGE}/{name}", sent, follow=True).content.decode())


def frozen(homes: int = 2, cents: int = 900_00, **articles: object) -> list[people.Joined]:
    ground.found(**articles)
    found = ground.join(homes)
    if cents:
        ground.give(cents)
    ground.freeze(FEBRUARY)
    return found


def test_a_caisse_just_founded_shows_its_first_month_and_may_freeze_it() -> None:
    ground.found()
    client = nadia()
    assert "Février 2023 Ce mois attend d’être figé." not in said(client, "/gestion/mois")
    assert "Ouvert jusqu’au dimanche 15 janvier 2023." in said(client, "/gestion/mois")
    page = said(client, PAGE)
    assert "Il peut être figé dès maintenant." in page and "Figer février 2023" in page
    question = said(client, f"{PAGE}/figer")
    assert "Foyers 0" in question and "maintenant ?" in question
    operation = {"operation": show_id(new_id())}
    for _ in range(2):
        answer = client.post(f"{PAGE}/figer", operation, follow=True)
        assert answer.status_code == 200
    run = queries.run(month=FEBRUARY)
    assert run is not None and (run.state, run.total_cents) == ("frozen", 0)
    assert "0 foyers commencent." in said(client, PAGE)


def test_without_a_caisse_there_is_no_month() -> None:
    client = nadia()
    assert "Aucun mois pour l’instant" in said(client, "/gestion/mois")
    said(client, PAGE, 404)


@pytest.mark.parametrize("name", ["2023-2", "0000-01", "2023-13", "mars", "2031-01"])
def test_what_is_no_month_of_the_caisse_is_not_found(name: str) -> None:
    ground.found()
    said(nadia(), f"/gestion/mois/{name}", 404)


def test_a_month_goes_through_its_steps_by_two_people() -> None:
    homes = frozen()
    first, second = paul(), nadia()
    page = said(first, PAGE)
    assert "Il manque une première personne pour le contrôler." in page
    assert "Contrôler février 2023" in page and "200 MonA" in page
    assert "Une autre personne peut maintenant l’approuver." in step(first, "controler")
    page = said(first, PAGE)
    assert "Vous avez contrôlé ce mois : une autre personne doit l’approuver." in page
    assert "Approuver février 2023" not in page and "par Paul" in page
    assert "Approuver février 2023" in said(second, PAGE)
    assert "Février 2023 est approuvé." in step(second, "approuver")
    assert "La machine verse le dimanche 5 février 2023, à 6 h." in said(second, PAGE)
    ground.travel(date(2023, 2, 5))
    assert "Le jour du versement est venu." in said(second, PAGE)
    months.credit(month=FEBRUARY, by=SYSTEM)
    page = said(second, PAGE)
    assert "par la machine" in page and "Le mois se clôt à partir du" in page
    ground.travel(FEBRUARY.last)
    assert "Février 2023 est clos." in step(second, "clore")
    assert "Ce mois est clos." in said(second, PAGE)
    assert [ground.wallet(home) for home in homes] == [100_00] * 2


def test_a_step_sent_twice_is_taken_once() -> None:
    frozen()
    client, operation = paul(), show_id(new_id())
    step(client, "controler", operation=operation)
    assert "est contrôlé" in step(client, "controler", operation=operation)
    run = queries.run(month=FEBRUARY)
    assert run is not None and run.checked_by == "tresorerie"


def test_one_human_with_two_logins_is_not_two_people() -> None:
    frozen()
    same, client, other = person("Paul"), Client(), Client()
    enter(client, "tresorerie", "treasurer", person=same)
    enter(other, "paul-bis", "coordinator", person=same)
    step(client, "controler")
    assert "une autre personne doit l’approuver." in said(other, PAGE)
    answer = other.post(f"{PAGE}/approuver", {"operation": show_id(new_id()), "position": 0})
    assert answer.status_code == 422
    page = text(answer.content.decode())
    assert "Vous avez contrôlé ce mois. Une autre personne doit l’approuver." in page
    run = queries.run(month=FEBRUARY)
    assert run is not None and run.state == "checked"


def test_the_desk_reads_and_does_nothing() -> None:
    frozen()
    client = Client()
    enter(client, "accueil", "desk")
    page = said(client, PAGE)
    assert "La coordination ou la trésorerie s’en occupe." in page
    assert "Signaler une erreur" not in page
    for name in ("controler", "approuver", "verser", "clore", "ajuster", "figer", "signaler"):
        assert client.post(f"{PAGE}/{name}", {}).status_code == 403
    assert client.get(f"{PAGE}.csv").status_code == 403


@pytest.mark.parametrize("role", ["member", "merchant", "cashier", "committee", "funder"])
def test_others_do_not_read_the_months(role: str) -> None:
    frozen()
    client = Client()
    enter(client, "autre", role)
    for address in ("/gestion/mois", PAGE, f"{PAGE}/lignes", f"{PAGE}.csv"):
        assert client.get(address).status_code == 403
    assert Client().get(PAGE).headers["Location"].startswith("/entrer")


def test_the_verdict_of_the_guard_is_said_for_warn_and_scale() -> None:
    frozen(cents=50_00)
    page = said(nadia(), PAGE)
    assert "Il manque 50 €" in page and "Le règlement prévient et laisse continuer." in page
    assert "Pas encore." in page and "Il manque−50,00 €" in page.replace(
        "Il manque −", "Il manque−"
    )


def test_scaled_amounts_say_what_each_receives() -> None:
    frozen(cents=50_00, allocation__budget_guard="scale")
    page = said(nadia(), PAGE)
    assert "Chacun reçoit 75 %" in page and "tous les montants autant" in page
    assert "Oui. Tout est couvert." in page


def test_a_month_that_the_guard_blocks_says_so_before_anything_is_frozen() -> None:
    ground.found(allocation__budget_guard="block")
    ground.join(2)
    ground.give(50_00)
    ground.travel(date(2023, 1, 15), 18)
    client = nadia()
    for address in (PAGE, f"{PAGE}/figer"):
        page = said(client, address)
        assert "Il manque 50 €" in page and "Le règlement arrête alors la campagne." in page
    answer = client.post(f"{PAGE}/figer", {"operation": show_id(new_id())})
    assert answer.status_code == 422 and queries.run(month=FEBRUARY) is None


def test_an_approved_month_whose_fund_is_empty_waits_and_says_how_much_is_missing() -> None:
    homes = frozen(cents=0)
    ground.approve(FEBRUARY)
    ground.travel(date(2023, 2, 5))
    client = paul()
    page = said(client, PAGE)
    assert "Le versement attend de l’argent." in page and "Il manque 200 € au fonds." in page
    answer = client.post(f"{PAGE}/verser", {"operation": show_id(new_id()), "position": 0})
    assert answer.status_code == 422
    assert "Rien n’est versé." in text(answer.content.decode())
    assert "attend de l’argent" in said(client, "/gestion/mois")
    ground.give(500_00)
    assert "Le fonds ne suffisait pas le jour dit." in said(client, PAGE)
    assert "Février 2023 est versé." in step(client, "verser")
    assert [ground.wallet(home) for home in homes] == [100_00] * 2


def test_what_changes_is_said_in_words_with_its_lists() -> None:
    homes = frozen(4, 9_000_00)
    ground.approve(FEBRUARY)
    ground.credit(FEBRUARY)
    ground.amend(MARCH, allocation__base_cents=110_00)
    people.leave(membership_id=homes[0].membership_id, on=date(2023, 2, 20), by=COORDINATOR)
    ground.join(2, on=date(2023, 2, 10))
    ground.freeze(MARCH)
    client = nadia()
    page = said(client, "/gestion/mois/2023-03")
    assert "Ce qui change depuis février 2023" in page
    assert "2 foyers entrent. Voir les 2 +220 MonA" in page
    assert "1 foyer part ou fait une pause. Voir lequel −100 MonA" in page
    assert "3 foyers reçoivent plus. Voir les 3 +30 MonA" in page
    assert "Les cotisations montent. En moyenne 50 € par foyer, contre 50 €. +50 €" in page
    assert "Un article change : montant de base." in page
    lines = "/gestion/mois/2023-03/lignes?seulement="
    assert len(numbers(client, f"{lines}entrees")) == 2
    assert numbers(client, f"{lines}departs") == [homes[0].membership_id]
    assert numbers(client, f"{lines}changes") == [home.membership_id for home in homes[1:]]
    said(client, f"{lines}autre", 404)


def numbers(client: Client, address: str) -> list[int]:
    """The numbers of membership that a list shows."""
    return [int(one) for one in re.findall(r"n° (\d+)", said(client, address))]


@pytest.mark.django_db(transaction=True)
def test_caps_and_expiry_are_foreseen_then_told() -> None:
    homes = frozen(2, 9_000_00, balance__cap_multiple=1)
    ground.approve(FEBRUARY)
    ground.credit(FEBRUARY)
    ground.spend(homes[0], 100_00)
    ground.freeze(MARCH)
    page = said(nadia(), "/gestion/mois/2023-03")
    assert "1 porte-monnaie dépasserait son plafond." in page and "−100 MonA" in page
    ground.approve(MARCH)
    ground.credit(MARCH)
    client = nadia()
    assert "1 foyer n’a pas tout reçu." in said(client, "/gestion/mois/2023-03")
    kept = numbers(client, "/gestion/mois/2023-03/lignes?seulement=retenus")
    assert kept == [homes[1].membership_id]


def test_the_lines_go_on_by_pages_and_name_nobody() -> None:
    ground.found()
    ground.join(60)
    ground.join(1, holders=(people.NewHolder("Clémentine", "Vaudeleau"),))
    ground.give(90_000_00)
    ground.freeze(FEBRUARY)
    client = paul()
    first = numbers(client, f"{PAGE}/lignes")
    following = re.search(r"apres=(\d+)", client.get(f"{PAGE}/lignes").content.decode())
    assert following is not None
    rest = numbers(client, f"{PAGE}/lignes?apres={following[1]}")
    assert (len(first), len(rest)) == (50, 11) and not set(first) & set(rest)
    assert "Clémentine" not in said(client, f"{PAGE}/lignes?apres={following[1]}")
    file = client.get(f"{PAGE}.csv")
    rows = file.content.decode().split("\r\n")
    assert len([row for row in rows if row]) == 62 and "Vaudeleau" not in file.content.decode()
    assert rows[1] == f"2023-02;0;{first[0]};1;0;100,00;100,00;"
    said(client, "/gestion/mois/2023-03.csv", 404)


def test_an_error_that_is_flagged_holds_the_approval_until_it_is_answered() -> None:
    frozen()
    first, second = paul(), nadia()
    step(first, "controler")
    empty = second.post(f"{PAGE}/signaler", {"operation": show_id(new_id()), "text": " "})
    assert empty.status_code == 422
    words = {"operation": show_id(new_id()), "text": "Le foyer n° 1 compte un enfant de plus."}
    for _ in range(2):
        page = text(second.post(f"{PAGE}/signaler", words, follow=True).content.decode())
        assert "L’erreur est signalée." in page
    assert page.count("Le foyer n° 1 compte un enfant de plus.") == 1
    assert "Répondez d’abord au signalement." in page and "Nadia signale une erreur" in page
    refused = second.post(f"{PAGE}/approuver", {"operation": show_id(new_id()), "position": 0})
    assert refused.status_code == 422
    flag = queries.open_flags(FEBRUARY)[0]
    answer = f"{PAGE}/signaler/{show_id(flag.id)}"
    assert "un enfant de plus" in said(first, answer)
    sent = {"operation": show_id(new_id()), "text": "Vérifié : il naît en mars."}
    assert "Votre réponse est notée." in text(
        first.post(answer, sent, follow=True).content.decode()
    )
    assert "Vérifié : il naît en mars." in said(first, PAGE)
    assert "est approuvé" in step(second, "approuver")
    for other in (f"{PAGE}/signaler/{show_id(new_id())}", f"{PAGE}/signaler/zut"):
        said(first, other, 404)


def test_an_adjustment_is_shown_prepared_and_agreed_by_two_people() -> None:
    frozen(1)
    ground.approve(FEBRUARY)
    ground.credit(FEBRUARY)
    client, other = paul(), nadia()
    assert "Rien ne manque" in said(client, f"{PAGE}/ajuster")
    late = ground.join(1, on=date(2023, 1, 20))[0]
    page = said(client, f"{PAGE}/ajuster")
    assert "1 foyer n’a pas tout reçu" in page and f"Foyer n° {late.membership_id}" in page
    sent = {"operation": show_id(new_id()), "position": 0}
    page = text(client.post(f"{PAGE}/ajuster", sent, follow=True).content.decode())
    assert "L’ajustement est prêt." in page and "Ajustement n° 1 : 1 foyer" in page
    again = client.post(f"{PAGE}/ajuster", sent, follow=True)
    assert again.status_code == 422 and len(queries.runs_of(FEBRUARY)) == 2
    old = client.post(f"{PAGE}/controler", {"operation": show_id(new_id()), "position": 0})
    assert old.status_code == 422
    assert "Un ajustement est venu entre-temps." in text(old.content.decode())
    step(client, "controler", 1)
    assert "doit l’approuver" in said(client, PAGE)
    step(other, "approuver", 1)
    months.credit(month=FEBRUARY, by=SYSTEM)
    assert ground.wallet(late) == 100_00
    assert "préparé par Paul, contrôlé par Paul, approuvé par Nadia" in said(client, PAGE)
    lines = numbers(client, f"{PAGE}/lignes?ajustement=1")
    assert lines[-1] == late.membership_id
    assert "1 ajustement" in said(client, "/gestion/mois")
    assert books.balance("fund:month:2023-02") == 0


def test_a_credit_day_of_29_february_is_the_28() -> None:
    ground.found(allocation__credit_day=28)
    ground.travel(date(2024, 2, 29))
    assert "à partir du mardi 28 février 2023" in said(nadia(), PAGE)
    assert queries.credit_day(Month(2024, 2)) == date(2024, 2, 28)
    assert queries.credit_day(FEBRUARY) == date(2023, 2, 28)


def test_the_number_of_queries_does_not_follow_the_households() -> None:
    def counted(client: Client, address: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    frozen(2, 90_000_00)
    client = nadia()
    addresses = ("/gestion/mois", PAGE, f"{PAGE}/lignes")
    few = [counted(client, address) for address in addresses]
    ground.approve(FEBRUARY)
    ground.credit(FEBRUARY)
    ground.join(50, on=date(2023, 2, 10), adults=4, births=("2015-03", "2019-06"))
    ground.freeze(MARCH)
    many = [
        counted(client, a) for a in ("/gestion/mois", "/gestion/mois/2023-03", f"{PAGE}/lignes")
    ]
    assert many[0] <= few[0] + 1 and many[2] <= few[2]
    assert many[1] <= few[1] + 12  # the month before is read as well
    assert max(many) <= 55


def test_the_lines_of_a_plan_are_counted_once_for_the_list_of_months() -> None:
    """A frozen plan of 500,000 households is not counted at each look."""
    frozen(homes=3)
    ben = nadia()
    assert "3 foyers" in said(ben, "/gestion/mois")
    with CaptureQueriesContext(connection) as queries_:
        assert "3 foyers" in said(ben, "/gestion/mois")
    assert not [one for one in queries_.captured_queries if "month_planline" in one["sql"]]
