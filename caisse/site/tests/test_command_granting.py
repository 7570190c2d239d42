"""Top-ups from the command line: sent twice they come in once."""

from datetime import date

import pytest

from caisse.kernel import ids
from caisse.ledger import queries as books
from caisse.site.tests.conftest import Run
from caisse.site.tests.test_command_running import Travel

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)


def test_a_third_party_adds_to_contributions_once(begun: Run, travelling: Travel) -> None:
    travelling(date(2024, 2, 2))
    sent = ids.show_id(ids.new_id())
    first = begun("grant", "topup", "CPAM", "50", "--id", sent)
    assert "50,00 €" in first
    assert begun("grant", "topup", "CPAM", "50", "--id", sent) == first
    begun("grant", "topup", "CPAM", "51", "--id", sent, code=3)
    assert books.balance("fund:caisse") == 50_00
