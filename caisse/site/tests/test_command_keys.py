"""`caisse keys`: numbers are told, keys are made anew by the administration alone."""

import pytest

from caisse.kernel.actor import Actor
from caisse.kernel.ids import new_id
from caisse.payments import keys, operations
from caisse.payments.operations.cards import good_card
from caisse.payments.operations.pins import try_pin
from caisse.site.tests.conftest import Caisse, Run

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
DESK = Actor("salif", frozenset({"desk"}))


def test_keys_are_told_and_made_anew_while_codes_and_cards_go_on(
    caisse: Caisse, begun: Run
) -> None:
    assert "codes pour payer : aucune" in begun("keys", "show")
    begun("keys", "pin", code=3)
    pin = operations.draw_pin(holder_id=1, by=DESK)
    card = operations.make_card(holder_id=1, by=DESK, id=new_id()).text
    for step in ("pin", "root", "prepare"):
        assert "Clé n° 2." in begun("keys", step)
    told = begun("keys", "show").splitlines()
    assert told == [
        "codes pour payer : 1, 2", "cartes, QR et bons : 1, 2", "signatures : 1",
        "signature préparée : 2",
    ]  # fmt: skip
    assert "Clé n° 2." in begun("keys", "sign")
    assert try_pin("moineau-radis", pin).right
    assert good_card(card) == (1, 1)
    assert "Réimprimez" in begun("keys", "end", "1")
    assert keys.sign_key()[0] == 2 and set(keys.sign_keys()) == {2}
    begun("keys", "end", "2", code=3)


def test_the_administration_alone_and_a_number_where_one_is_meant(
    caisse: Caisse, begun: Run
) -> None:
    assert caisse("keys", "show", "--by", "ben").code == 3
    assert "« end » attend" in caisse("keys", "end", "--by", "ana").err
    assert caisse("keys", "pin", "1", "--by", "ana").code == 2
