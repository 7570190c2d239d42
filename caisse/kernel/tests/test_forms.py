"""Forms: what people type becomes cents, days and months, or a sentence that helps."""

from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from caisse.kernel import cents
from caisse.kernel.forms import (
    ActForm,
    DayField,
    EuroField,
    MonthField,
    OperationField,
    TextField,
)
from caisse.kernel.ids import new_id, show_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal


class Giving(ActForm):
    """An amount and a word, to be carried out."""

    fields_of = {"too_much": "amount"}
    amount = EuroField(label="Montant")
    word = TextField(label="Mot", required=False, max_length=10)


def sent(**said: str) -> Giving:
    query = QueryDict(mutable=True)
    query.update({"operation": show_id(new_id()), **said})
    return Giving(query)


@given(st.integers(1, 10**12))
def test_what_is_written_as_money_is_read_as_the_same_cents(value: int) -> None:
    assert EuroField().clean(cents.show(value)) == value


@pytest.mark.parametrize(
    "text", ["-5", "1e3", "1,234.50", "０１２", "12,345", "NaN", "9" * 30, "douze", "5 + 5", "=1"]
)
def test_what_is_no_amount_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        EuroField().clean(text)
    assert refused.value.messages[0].endswith(".")


def test_bounds_are_included_and_said() -> None:
    field = EuroField(min_cents=1_00, max_cents=150_00)
    assert field.clean("1") == 1_00 and field.clean("150,00") == 150_00
    for text, said in (("0,99", "ou plus"), ("150,01", "ou moins")):
        with pytest.raises(ValidationError, match=said):
            field.clean(text)


def test_a_day_is_read_from_both_writings_and_29_february_only_in_leap_years() -> None:
    assert DayField().clean("29/02/2024") == DayField().clean("2024-02-29") == date(2024, 2, 29)
    with pytest.raises(ValidationError):
        DayField().clean("29/02/2023")


def test_a_month_is_read_from_both_writings() -> None:
    assert MonthField().clean("2024-03") == MonthField().clean("03/2024") == Month(2024, 3)
    with pytest.raises(ValidationError):
        MonthField().clean("mars")


@pytest.mark.parametrize("field", [EuroField, DayField, MonthField])
def test_an_empty_answer_is_none_only_where_it_may_be(field: type[forms.Field]) -> None:
    assert field(required=False).clean("") is None
    with pytest.raises(ValidationError, match="attend une réponse"):
        field().clean("")


@pytest.mark.parametrize("text", ["", "x", "0" * 31, "zz" * 16])
def test_a_form_without_its_id_is_not_ours(text: str) -> None:
    with pytest.raises(ValidationError):
        OperationField().clean(text)


def test_a_form_carries_out_once_what_it_understood() -> None:
    done: list[int] = []
    form = sent(amount="12,50", word="ail")
    assert form.carries_out(lambda: done.append(form.said["amount"]))
    assert done == [12_50]
    assert len(form.operation_id) == 16 and set(form.said) == {"amount", "word"}


def test_a_refusal_stands_at_its_field_and_what_was_typed_stays() -> None:
    def refuse() -> None:
        raise Refusal("too_much", "C’est trop.")

    form = sent(amount="12,50", word="ail")
    assert not form.carries_out(refuse)
    assert form.errors["amount"] == ["C’est trop."]
    assert 'value="12,50"' in str(form["amount"]) and 'value="ail"' in str(form["word"])


def test_a_refusal_without_a_field_stands_above_all() -> None:
    def refuse() -> None:
        raise Refusal("closed", "C’est fermé.")

    form = sent(amount="12,50")
    assert not form.carries_out(refuse)
    assert form.non_field_errors() == ["C’est fermé."]


def test_nothing_is_carried_out_before_it_is_understood() -> None:
    form = sent(amount="douze")
    assert not form.carries_out(lambda: pytest.fail("carried out"))
    assert "amount" in form.errors
    assert not Giving().carries_out(lambda: pytest.fail("carried out"))


def test_a_page_shown_twice_makes_two_ids() -> None:
    assert Giving()["operation"].value() != Giving()["operation"].value()
