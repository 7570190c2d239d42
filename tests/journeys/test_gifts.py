"""A household gives to another: with a script and without one, on a phone and at a desk."""

import pytest
from playwright.sync_api import Page

from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.payments import operations
from caisse.people import queries as people
from tests.journeys.office_walking import Office
from tests.journeys.test_limits import decided
from tests.journeys.walking import DESK, PHONE, Visit, entering, looked_at


def somebody_else(mine: str) -> str:
    """The identifier of a holder of another household."""
    holders = (people.holders_of(number) for number in range(20, 60))
    return next(one.handle for some in holders for one in some if one.handle != mine)


@pytest.mark.parametrize(("width", "script"), [(PHONE, True), (DESK, False)])
def test_a_member_gives_what_she_can_spare(
    visit: Visit, guests: dict[str, str], width: int, script: bool
) -> None:
    decided(gift_month_max_cents=20_00)
    me = people.me(guests["adh"])
    assert me is not None
    page: Page = entering(visit, guests["adh"], "/moi")(width=width, java_script_enabled=script)
    page.get_by_role("link", name="Donner").first.click()
    assert "vous pouvez encore donner 20,00 MonA" in words(page, script)
    page.get_by_label("Identifiant de la personne").fill("personne-ici")
    page.get_by_label("Combien donner ?").fill("0,20")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_text("Cet identifiant ne peut pas recevoir.").first.wait_for()
    words(page, script)
    page.get_by_label("Identifiant de la personne").fill(somebody_else(me.handle))
    page.get_by_role("button", name="Continuer").click()
    page.get_by_text("Donner, vraiment ?").first.wait_for()
    words(page, script)
    page.get_by_role("button", name="Oui, donner").click()
    page.get_by_text("C’est donné").first.wait_for()
    assert "Don entre foyers" in words(page, script)


def words(page: Page, script: bool) -> str:
    """The words of a page; where scripts run, axe has looked at it."""
    page.wait_for_load_state()
    if script:
        return looked_at(page)
    text = page.locator("main").inner_text()
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


def test_the_coordination_undoes_a_gift_made_by_mistake(
    visit: Visit, guests: dict[str, str]
) -> None:
    """As its guide says: from the balance, for a reason; a second person agrees."""
    decided(gift_month_max_cents=20_00)
    me = people.me(guests["adh"])
    assert me is not None and me.wallet_id is not None
    operations.give(
        wallet_id=me.wallet_id, to=somebody_else(me.handle), cents=20, by=Actor(guests["adh"]),
        id=new_id(),
    )  # fmt: skip
    office = Office(visit("/entrer", width=PHONE)).come_in_as(guests["coordination"])
    office.go(f"/gestion/personnes/{me.membership_id}").click("Ouvrir le dossier", "Voir le solde")
    office.click("une écriture est à corriger", "Regarder une fois").says("Montré une fois")
    office.click("Don fait").says("Une deuxième personne donne son accord avant.")
    undo = office.page.url
    office.click("Annuler ce don").says("L’annulation attend une deuxième personne.")
    office.page.goto(undo)
    office.arrive().says("Une annulation attend")
    office.look()
