"""The closed list: every sentence is French, kind, complete, and fills its blanks."""

from typing import Any

import pytest

from caisse.kernel.actor import Actor
from caisse.merchants.rules import CoverageRules
from caisse.messages import operations as messages
from caisse.payments import reaching
from caisse.payments.operations import limits
from caisse.payments.reactions import look_at_reach
from caisse.payments.reasons import SENTENCES, WITH_AMOUNT, WITH_DATE, declined
from caisse.payments.rules import PaymentRules

VALUES: list[dict[str, Any]] = [{}, {"amount_cents": 60_00}, {"on": "9 h 40"}]


@pytest.mark.parametrize("values", VALUES, ids=str)
@pytest.mark.parametrize("reason", SENTENCES)
def test_every_reason_has_two_whole_sentences(reason: str, values: dict[str, Any]) -> None:
    told = declined(reason, left_cents=12_50, days=30, until="10 h 12", **values)
    for sentence in (told.cashier, told.member):
        assert sentence[-1] in ".?"
        assert "{" not in sentence and "'" not in sentence
        assert len(sentence) <= 125
        assert "  " not in sentence and " ." not in sentence


def test_the_value_is_in_the_sentence_where_it_is_known() -> None:
    for reason in WITH_AMOUNT:
        assert "60,00" in declined(reason, amount_cents=60_00).member
        assert "0,00" not in declined(reason).member
    for reason in WITH_DATE:
        assert "9 h 40" in declined(reason, on="9 h 40").member


def test_a_code_in_pause_names_what_still_pays() -> None:
    paused = declined("code_paused")
    for way in ("carte", "téléphone", "bon"):
        assert way in paused.cashier.lower() and way in paused.member
    till = declined("till_code_paused", until="10 h 12")
    for way in ("éléphone", "bon à scanner"):
        assert way in till.cashier and way.lower() in till.member
    assert "bon" not in declined("offline_off").member, "a voucher needs network"


@pytest.mark.django_db
def test_the_number_of_the_caisse_is_remembered_and_asked_for_once_a_minute(
    django_assert_num_queries: Any,
) -> None:
    write("04 67 00 00 00")
    assert "04 67" not in declined("means_unavailable").member, "nobody has looked yet"
    look_at_reach()
    with django_assert_num_queries(0):
        assert look_at_reach() == 0
        for reason in ("means_unavailable", "code_paused"):
            assert declined(reason).member.endswith(" : 04 67 00 00 00.")
        for reason in ("till_suspended", "place_closed"):
            assert declined(reason).cashier.endswith(" : 04 67 00 00 00.")
    write("")
    assert not reaching.look(now=0.0) and reaching.phone(), "within the minute"
    assert reaching.look(now=1e12) and not reaching.phone()


def write(phone: str) -> None:
    by = Actor("ana", frozenset({"coordinator"}))
    messages.write_card(phone=phone, email="", address="", hours="", privacy="", by=by)


def test_the_most_of_one_payment_is_told() -> None:
    articles = limits.Today(("pin",), PaymentRules(max_amount_cents=40_00), CoverageRules())
    refused = limits.refused("pin", 41_00, articles)
    assert refused is not None and "40,00" in refused.member


def test_a_reason_outside_the_list_is_an_error() -> None:
    with pytest.raises(KeyError):
        declined("because")
