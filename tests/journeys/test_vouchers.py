"""Printed vouchers walked through: the desk prints them, a shop cashes one, its member sees where.

Jobs of domain.md 3.3: M10, E20.
"""

import re
from pathlib import Path

from pypdf import PdfReader

from caisse.demo import operations as demo
from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.ledger import queries as books
from caisse.merchants import queries as merchants
from caisse.payments import operations
from caisse.people import queries as people
from tests.journeys.office_walking import Office
from tests.journeys.walking import DESK, PHONE, Visit, entering, looked_at, press, seen

CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4} [0-9A-HJKMNP-TV-Z]{4} [0-9A-HJKMNP-TV-Z]{5}\b")
BY = Actor("accueil", frozenset({"desk"}))


def test_a_sheet_is_printed_cashed_and_withdrawn(
    visit: Visit, guests: dict[str, str], tmp_path: Path
) -> None:
    login, number = _somebody()
    for width, count in ((DESK, 2), (PHONE, 1)):
        office = Office(visit("/entrer", width=width)).come_in_as(guests["accueil"])
        office.click("Personnes").write("Nom, numéro ou rue", str(number)).click("Chercher")
        office.click(people.holders_of(number)[0].given_name, "Bons à imprimer")
        office.says("Un bon est payé d’avance")
        office.write("Combien de bons de 5 MonA ?", str(count)).click("Payer et imprimer")
        office.says("Les bons sont prêts", "Personne ne peut les imprimer de nouveau.")
        codes = codes_on(office, tmp_path / f"{width}.pdf")
        assert len(codes) == count
        office.click("Voir les feuilles de ce foyer").says(f"{count} encore bon")
        _cash(codes[0])
        office.click("Rendre un bon").write("Les 13 signes du bon", codes[0].lower())
        office.click("Rendre ce bon").says("Ce bon a déjà été encaissé.")
    page = entering(visit, login, "/moi/foyer")(width=PHONE)
    press(page, "Mes bons")
    press(page, "2 bons")
    assert _place() in seen(page)
    press(page, "Retirer mes bons")
    assert "Vos bons ne paient plus rien. 5,00 MonA sont revenus" in looked_at(page)
    page.goto(page.url.replace("/moi/bons/1", "/moi"))
    words = looked_at(page)
    assert f"Bon de 5,00, {_place()}" in words and "2 bons imprimés" in words


def _somebody() -> tuple[str, int]:
    """A guest who has enough for three vouchers, and the number of her household."""
    for guest in demo.cast():
        me = people.me(guest.login)
        if (
            me is not None
            and me.membership_id is not None
            and books.balance(f"wallet:{me.wallet_id}") >= 15_00
        ):
            return guest.login, me.membership_id
    raise AssertionError("no guest of the demo has 15 MonA")


def codes_on(office: Office, to: Path) -> list[str]:
    """The codes on the paper that the desk takes, twice if the printer fails."""
    for _each in range(2):
        with office.page.expect_download() as taken:
            office.page.get_by_role("link", name="Prendre le document à imprimer").click()
        taken.value.save_as(to)
    words = PdfReader(to).pages[0].extract_text().replace("\u00a0", " ")
    return CODE.findall(words)


def _place() -> str:
    return merchants.names()[1]


def _cash(code: str) -> None:
    till = operations.open_till(place_id=1, by=BY)
    answer = operations.cash_voucher(
        payment_id=new_id(), said=code, place_id=1, cents=6_20, till=till
    )
    assert isinstance(answer, operations.Receipt)
