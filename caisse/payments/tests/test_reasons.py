"""The closed list: every sentence is French, kind, complete, and fills its blanks."""

import pytest

from caisse.payments.reasons import SENTENCES, declined


@pytest.mark.parametrize("reason", SENTENCES)
def test_every_reason_has_two_whole_sentences(reason: str) -> None:
    told = declined(reason, left_cents=12_50, days=30)
    for sentence in (told.cashier, told.member):
        assert sentence[-1] in ".?"
        assert "{" not in sentence and "'" not in sentence
        assert len(sentence) <= 120


def test_a_reason_outside_the_list_is_an_error() -> None:
    with pytest.raises(KeyError):
        declined("because")
