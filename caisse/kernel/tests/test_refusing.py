"""A refusal in the reader's language: its sentence is found, its values stay."""

from pathlib import Path

import pytest
from django.utils import translation

from caisse.kernel.forms import ActForm, EuroField
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.refusal import Refusal
from caisse.kernel.refusing import in_words
from tests.house.reference import misread, said_no
from tests.house.tree import Tree

READ_BY_MEMBERS_AND_PLACES = {
    *("people", "contributions", "merchants", "payments", "messages", "kernel"),
}


class Form(ActForm):
    cents = EuroField(label="Montant")


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("Ce jour n’est pas encore venu.", "This day has not come yet."),
        (
            "La caisse compte 350 adhésions, pour 350 places : le comité peut en ouvrir d’autres.",
            "The caisse has 350 memberships, for 350 places: the committee can open more.",
        ),
        (
            "Ce porte-monnaie a déjà 1 titulaire : c’est le nombre que prévoit le règlement.",
            "This wallet already has 1 holder: this is the number that the bylaws allow.",
        ),
        ("Cela, personne ne l’a traduit.", "Cela, personne ne l’a traduit."),
    ],
)
def test_a_sentence_and_its_values(french: str, english: str) -> None:
    assert in_words(french) == french
    with translation.override("en"):
        assert in_words(french) == english
    with translation.override("ar"):  # a language without a catalogue of its own
        assert in_words(french) == french


def test_every_refusal_that_a_member_or_a_place_may_read_is_in_english() -> None:
    house = Tree(Path(__file__).parents[3])
    said = [s for _reason, package, s in said_no(house) if package in READ_BY_MEMBERS_AND_PLACES]
    with translation.override("en"):
        missing = [one for one in (*said, *misread(house)) if in_words(one) == one]
    assert len(said) > 150 and missing == []


def test_a_form_says_no_in_the_language_of_its_reader() -> None:
    def no() -> None:
        raise Refusal("amount", "Le montant doit être supérieur à zéro.")

    with translation.override("en"):
        form = Form({"operation": show_id(new_id()), "cents": "12"})
        assert not form.carries_out(no)
        assert form.non_field_errors() == ["The amount must be above zero."]
        form = Form({"operation": show_id(new_id()), "cents": "12,5,0"})
        assert not form.is_valid()
        assert "is not an amount" in str(form.errors["cents"])
