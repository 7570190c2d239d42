"""The messages of sales without network in a browser: the same vectors as in Python."""

from pathlib import Path
from typing import Any

from caisse.payments import words
from caisse.payments.tests.test_formats import CAISSE, PHONE, VECTORS, known
from caisse.payments.tests.test_offline_formats import ECDH, TOKEN, the_licence
from caisse.payments.wire import public_point
from tests.journeys.walking import Visit

SAID_IN_A_BROWSER = (Path(__file__).with_name("offline_formats.js")).read_text()
SEALER = "sealer"


def given() -> dict[str, Any]:
    """What the browser is told: vectors, and keys in the forms that it reads."""
    return {
        "base": "/static/payments/",
        "vectors": VECTORS,
        "caisse": CAISSE.public_key().public_bytes_raw().hex(),
        "phone": PHONE.public_key().public_bytes_raw().hex(),
        "phone_seed": known("slip").hex(),
        "till": known("till").hex(),
        "licence": the_licence(),
        "nonce": known("nonce")[:16].hex(),
        "token": TOKEN.hex(),
        "slip_id": known("slip_id")[:8].hex(),
        "sealer": known(SEALER).hex(),
        "point": public_point(ECDH).hex(),
    }


def test_a_browser_reads_and_proves_what_the_caisse_does(visit: Visit) -> None:
    said = visit("/").evaluate(SAID_IN_A_BROWSER, given())
    wrong = [name for name, good in said["checks"].items() if good is not True]
    assert not wrong, wrong
    assert len(said["checks"]) >= 25
    assert said["words"] == words.LIST.read_text(encoding="utf-8").split()
    assert said["sealed"] == VECTORS["sealed"]["hex"]
    assert said["last_word"] == VECTORS["last_word"]
    assert said["payment"] == VECTORS["offline_payment"]["hex"]
