"""M07: somebody who cannot come gets a new code: two referents, then any telephone."""

import re

import pytest

from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.people import operations as people
from caisse.people import queries as registry
from tests.journeys.walking import DESK, PHONE, Visit, looked_at, press

ADMINISTRATION = Actor("administration", frozenset({"administrator"}))


def code_of_a_referent(name: str) -> str:
    """The administration gives the role, and a code to come in with."""
    people.open_office_login(
        identifier=name, given_name="Noé", family_name=name, email="", roles=["referent"],
        by=ADMINISTRATION,
    )  # fmt: skip
    return people.give_code(identifier=name, purpose="activation", by=ADMINISTRATION)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_two_referents_let_a_new_code_be_drawn(
    visit: Visit, guests: dict[str, str], width: int
) -> None:
    me = registry.me(guests["adh"])
    assert me is not None
    halves = []
    for name in ("referente-un", "referent-deux"):
        page = visit("/entrer/code?next=/referent", width=width)
        page.get_by_label("Code").fill(code_of_a_referent(name))
        page.get_by_role("button", name="Entrer").click()
        page.get_by_label("Identifiant").wait_for()
        page.wait_for_load_state()
        looked_at(page)
        page.get_by_label("Identifiant").fill(me.handle)
        said = press(page, "C’est bien elle")
        halves += re.findall(r"(?:Première|Deuxième) moitié\s+([0-9A-Z]{5})", said)
    assert len(halves) == 2 and "Le code sert une fois" in said
    clock.travel(clock.now_ms() + clock.DAY_MS, runs=True)  # she has an address: a day to say no
    phone = visit("/entrer", width=width)
    press(phone, "Code pour payer perdu")
    phone.get_by_label("Identifiant").fill(me.handle)
    phone.get_by_label("Code des deux référents").fill("perdu")
    assert "Ce code n’est pas bon" in press(phone, "Voir mon nouveau code")
    phone.get_by_label("Code des deux référents").fill("-".join(halves))
    said = press(phone, "Voir mon nouveau code")
    assert "Il n’est montré qu’ici" in said and re.search(r"[0-9]{3} [0-9]{3}", said)
