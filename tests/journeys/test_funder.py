"""A funder reads what her money paid, and meets nobody's data. Jobs F01, F05, F07, F08, E17."""

import json
import re

from caisse.people.models import Person
from tests.journeys.office_walking import Office
from tests.journeys.walking import DESK, PHONE, Visit

Guests = dict[str, str]


def test_what_the_money_paid_on_any_day(visit: Visit, guests: Guests) -> None:
    """F05, F07, F08: her own part of the whole, at the cent, as a page and as files; no names."""
    office = Office(visit("/entrer", width=PHONE)).come_in_as(guests["fin"])
    read = [office.says("60 000,00 € sont arrivés.").words()]
    office.click("Ce que cet argent a payé").says("Ce que vos 45 000,00 € ont payé")
    office.says("12,9 % des 350 000,00 €", "Arrivé en tout 350 000,00 € 45 000,00 €")
    read.append(office.words())
    name, content = office.download("Ces chiffres, en CSV")
    assert name.endswith(".csv")
    read.append(content.decode("utf-8-sig"))
    as_json = office.page.locator("main").get_by_role("link", name="Pour un programme")
    answer = office.page.request.get(office.at(as_json.get_attribute("href") or ""))
    assert json.loads(answer.text())
    read.append(answer.text())
    office.write("Au soir du", "01/06/2023").click("Voir ce jour").says("1er juin 2023")
    read.append(office.words())
    assert _names() & set(re.findall(r"\w{4,}", " ".join(read))) == set()


def test_only_her_own_pages_open(visit: Visit, guests: Guests) -> None:
    """F01, F07: public pages without an account; the office and other grants are shut."""
    page = visit("/", width=DESK)
    page.goto(page.url + "argent")
    office = Office(page).arrive().says("198 000")
    office.come_in_as(guests["fin"])
    for path, status in (("/gestion/personnes", 403), ("/financeur/convention/6", 404)):
        assert office.page.request.get(office.at(path)).status == status, path


def test_the_office_gives_her_a_code(visit: Visit, guests: Guests) -> None:
    """E17: the figures of a funder in a minute; a way in, told once and closed again."""
    office = Office(visit("/entrer", width=DESK)).come_in_as(guests["coordination"])
    office.click("Argent", "Financeurs", "Ville de Montpellier").says("45 000,00 €")
    office.click("Ouvrir un accès").write("Prénom", "Maud").write("Nom", "Terrasson")
    office.click("Ouvrir l’accès").says("60 jours")
    office.click("Argent", "Financeurs", "Ville de Montpellier", "Maud")
    office.click("Fermer cet accès").says("C’est fait")


def _names() -> set[str]:
    """Family names of members that are no words of the pages."""
    return set(Person.objects.values_list("family_name", flat=True))
