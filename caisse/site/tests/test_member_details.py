"""My data: everything is there, explained, mine alone, readable by people and by machines."""

import io
import json
from datetime import date
from typing import Any

from django.test import Client
from pypdf import PdfReader

from caisse.kernel.ids import show_id
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.site.telling.details_file import paths
from caisse.site.tests.members import BY, Home, come_in, home, move, travel
from caisse.site.tests.test_member_pages import sent
from caisse.site.tests.test_pages import read

__all__ = ["home"]  # a fixture
EXPLAINED_TOGETHER = {  # by the key above them
    "person", "households", "households.compositions", "households.memberships", "wallets",
    "wallets.movements", "contributions", "inquiries", "contacts", "access", "looks", "events",
    "told", "told.devices", "refusals",
}  # fmt: skip


def carried(client: Client) -> dict[str, Any]:
    response = client.get("/moi/donnees.json")
    assert response["Content-Type"].startswith("application/json")
    assert "attachment" in response["Content-Disposition"]
    found: dict[str, Any] = json.loads(response.content)
    return found


def filled(client: Client, home: Home) -> None:
    """A purchase, a question, a contact, a look."""
    move(home, 23_50)
    number = home.joined.membership_id
    sent(come_in(client, home), "/moi/demander", kind="privacy", text="Qui me lit #x ?")
    people.note_contact(membership_id=number, kind="phone", note="Rappeler lundi.", by=BY)
    people.show_balance(membership_id=number, reason="asked", by=BY)


def test_the_page_says_what_why_who_and_how_long(client: Client, home: Home) -> None:
    filled(client, home)
    page = read(client, "/moi/donnees")
    for words in (
        "Awa", "Diarra", "awa@example.org", "06 12 34 56 78", "3, rue du Puits, 34000 Montpellier",
        "2 adultes, enfants nés en mars 2015", "moineau-radis", home.logins[0],
        "téléphone : Rappeler lundi.", "Fiche regardée par l’équipe 1", "Questions posées ici 1",
        "Tant que vous êtes membre, puis 24 mois.", "10 ans, c’est la loi des comptes.",
        "Ce qui peut être effacé", "Achats et refus ici seulement", "Appareils prévenus 0",
    ):  # fmt: skip
        assert words in page.text, words
    assert page.text.count("Pourquoi :") == page.text.count("Qui lit :") == 10
    for link in ("/moi/partir", "/moi/qui-a-regarde", "/moi/donnees.json", "/moi/donnees.pdf"):
        assert link in page.all("href")


def test_the_file_holds_every_datum_and_every_movement(client: Client, home: Home) -> None:
    filled(client, home)
    told = carried(client)
    assert told["person"] == {
        "login": home.logins[0], "given_name": "Awa", "family_name": "Diarra",
        "email": "awa@example.org", "phone": "06 12 34 56 78",
    }  # fmt: skip
    (wallet,) = told["wallets"]
    assert [(one["reason"], one["cents"], one["left_cents"]) for one in wallet["movements"]] == [
        ("allocation", 100_00, 100_00),
        ("payment", -23_50, 76_50),
    ]
    assert wallet["movements"][1]["place"] == "Épicerie du Figuier"
    assert told["households"][0]["compositions"][0]["births"] == ["2015-03"]
    assert told["inquiries"][0]["text"] == "Qui me lit #x ?"
    assert told["contacts"] == [{"on": "2023-02-10", "kind": "phone", "note": "Rappeler lundi."}]
    assert [one["what"] for one in told["looks"]] == ["balance.shown"]


def test_each_key_of_the_file_is_explained_in_it(client: Client, home: Home) -> None:
    filled(client, home)
    told = carried(client)
    known = told.pop("keys")
    found = set(paths(told))
    assert set(known) - {"keys"} <= found, "a key that is not there"
    for path in found:
        above = path.rpartition(".")[0]
        nearest = above if above in EXPLAINED_TOGETHER else above.rpartition(".")[0]
        assert path in known or nearest in known or path.split(".")[0] == "access", path


def test_the_sheets_are_tagged_and_say_the_same(client: Client, home: Home) -> None:
    filled(client, home)
    response = client.get("/moi/donnees.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert "Awa" not in response["Content-Disposition"]
    made = PdfReader(io.BytesIO(response.content))
    assert made.metadata is not None
    assert made.metadata.title == "Ce que la caisse garde sur vous"
    root: Any = made.trailer["/Root"]
    assert root["/Lang"] == "fr" and root["/MarkInfo"]["/Marked"]
    text = " ".join(" ".join(page.extract_text() for page in made.pages).split())
    text = text.replace("\u202f", " ").replace("\u00a0", " ")
    for words in ("Diarra", "awa@example.org", "Épicerie du Figuier", "−23,50", "76,50",
                  "Qui me lit #x ?", "Rappeler lundi.", "Tant que vous êtes membre"):  # fmt: skip
        assert words in text, words


def test_the_other_holder_carries_away_what_is_hers(client: Client, home: Home) -> None:
    filled(client, home)
    lina = come_in(Client(), home, 1)
    text = lina.get("/moi/donnees.json").content.decode()
    assert "Lina" in text
    for theirs in ("Awa", "awa@example.org", "06 12 34 56 78", "Qui me lit", "moineau-radis"):
        assert theirs not in text, theirs


def test_who_parted_reads_nothing_of_what_goes_on_without_her(client: Client, home: Home) -> None:
    early = move(home, 1_00)
    lina = registry.holders_of(home.joined.membership_id)[1]
    people.end_holder(holder_id=lina.id, by=BY)
    travel(date(2023, 2, 14))
    people.change_address(
        household_id=home.joined.household_id, street="9, rue Cachée", postcode="", town="", by=BY
    )
    late = move(home, 2_00)
    parted = come_in(client, home, 1)
    text = json.dumps(carried(parted), ensure_ascii=False)
    assert show_id(early) in text and show_id(late) not in text
    assert "Cachée" not in text and "rue du Puits" not in text
    assert "Cachée" not in read(parted, "/moi/donnees").text
    assert parted.get("/moi/qui-a-regarde").status_code == 404


def test_after_the_wallet_was_closed_the_rights_remain(client: Client, home: Home) -> None:
    move(home, 100_00)
    number = home.joined.membership_id
    people.leave(membership_id=number, on=date(2023, 2, 11), by=BY)
    travel(date(2023, 2, 12))
    people.close(membership_id=number, by=BY)
    travel(date(2023, 2, 13))
    come_in(client, home)
    assert "Diarra" in read(client, "/moi/donnees").text
    assert len(carried(client)["wallets"][0]["movements"]) == 2
    answer = sent(client, "/moi/demander", kind="privacy", text="Effacez mon téléphone.")
    assert answer["Location"] == "/moi/demandes"
