"""The closed list: every sentence is French, kind, complete, and fills its blanks."""

from typing import Any

import pytest

from caisse.kernel.actor import Actor
from caisse.merchants.rules import CoverageRules
from caisse.merchants.tests.ground import founded
from caisse.messages import operations as messages
from caisse.payments import reaching
from caisse.payments.operations import limits
from caisse.payments.reactions import look_at_reach
from caisse.payments.reasons import (
    agreement_exceeded,
    at_shop,
    declined,
    with_values,
    without_network,
)
from caisse.payments.refusals import SENTENCES, WITH_AMOUNT, WITH_DATE, WITH_HOURS
from caisse.payments.rules import PaymentRules

VALUES: list[dict[str, Any]] = [{}, {"amount_cents": 60_00}, {"on": "9 h 40"}, {"hours": 48}]


@pytest.mark.parametrize("values", VALUES, ids=str)
@pytest.mark.parametrize("reason", SENTENCES)
def test_every_reason_has_two_whole_sentences(reason: str, values: dict[str, Any]) -> None:
    told = declined(reason, left_cents=12_50, days=30, until="10 h 12", place="Halle", **values)
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
    for reason in WITH_HOURS:
        assert "48 h" in declined(reason, hours=48).cashier


def test_a_till_without_network_puts_the_values_that_it_knows() -> None:
    """Each has the same sentence without its value, for when the till does not know it."""
    assert [one.reason for one in with_values()] == ["offline_licence_old", "offline_member_limit"]
    assert all("{" in one.cashier + one.member for one in with_values())
    assert {one.reason for one in with_values()} <= {one.reason for one in without_network()}


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


@pytest.mark.django_db
def test_amounts_are_said_in_the_unit_of_the_caisse() -> None:
    """Nothing of a wallet is « € »: that is what changes hands beside it."""
    founded(currency__food_unit_name="Cocagne")
    assert declined("refund_too_large", left_cents=12_50).cashier.endswith(" 12,50.")
    look_at_reach()
    said = [
        declined("funds_short", left_cents=12_50),
        declined("refund_too_large", left_cents=12_50),
        declined("code_needed", amount_cents=12_50),
        agreement_exceeded(12_50),
    ]
    for one in said:
        assert "12,50\u00a0Cocagne" in one.member and "€" not in one.member + one.cashier


def test_an_empty_wallet_is_offered_no_part_on_her_own_screen() -> None:
    some, none = declined("funds_short", left_cents=1), declined("funds_short", left_cents=0)
    assert "une partie" in some.member and not some.empty
    assert "une partie" not in none.member + none.cashier and none.empty


@pytest.mark.parametrize("up_to", [False, True])
def test_a_shop_is_told_the_same_whether_something_is_left_or_nothing(up_to: bool) -> None:
    """Two sentences, and not a word by which its screen would know whose wallet is empty."""
    told = {
        at_shop(declined("funds_short", left_cents=left), method=method, up_to=up_to)
        for left in (0, 1, 12_50)
        for method in ("pin", "card", "member_qr")
    }
    (one,) = told
    assert not one.empty and "12,50" not in one.member


def test_after_all_that_she_has_was_asked_for_no_smaller_amount_is_offered() -> None:
    told = at_shop(declined("funds_short"), method="pin", up_to=True)
    assert "plus petit" not in told.cashier and "payez une partie" not in told.member


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
