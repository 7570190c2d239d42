"""A caisse run from the command line alone, with its timetable: from founding to a closed month."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from caisse.kernel import ids
from caisse.kernel.month import Month
from caisse.ledger import queries as books
from caisse.merchants import queries as places
from caisse.month import queries as months
from caisse.site.tests.conftest import Caisse, Run, Told

pytestmark = pytest.mark.django_db(transaction=True, reset_sequences=True)
Travel = Callable[..., None]


def worked(told: Told) -> list[str]:
    """What the timetable ran, without the day."""
    assert told.code == 0, told
    return [line.split("/")[0] for line in told.out.splitlines()[:-1]]


def test_a_month_from_freeze_to_close(caisse: Caisse, begun: Run, travelling: Travel) -> None:
    travelling(date(2024, 1, 15), 23)
    assert "month.freeze" in worked(caisse("work"))
    assert "2 foyers (0 le mois d’avant)" in begun("month", "check", "2024-02")
    refused = begun("month", "approve", "2024-02", code=3)
    assert "contrôlé" in refused
    assert caisse("month", "approve", "2024-02", "--by", "ben").code == 0
    travelling(date(2024, 2, 2))
    begun("grant", "receive", "1")
    assert books.balance("fund:caisse") == 500_00
    travelling(date(2024, 2, 3))
    assert "contributions.call" in worked(caisse("work"))
    assert books.balance("claims:contribution") == 72_50
    begun("receive", "1", "60", "--month", "2024-02", "--kind", "debit")
    begun("receive", "2", "12,50", "--month", "2024-02", "--kind", "cash", "--desk", "celleneuve")
    assert books.balance("fund:caisse") == 560_00  # cash at a desk covers nothing yet
    assert "12,50 € déposés, 1 encaissement" in begun("deposit", "celleneuve", "--kind", "cash")
    assert books.balance("fund:caisse") == 572_50
    travelling(date(2024, 2, 5), 7)
    assert "month.credit" in worked(caisse("work"))
    assert (books.balance("wallet:1"), books.balance("wallet:2")) == (100_00, 100_00)
    assert worked(caisse("work")) == []  # all of it is done, once
    paid = str(ids.show_id(ids.new_id()))
    first = begun("pay", "moineau-radis", "1", "23,40", "--id", paid)
    assert first == begun("pay", "moineau-radis", "1", "23,40", "--id", paid)
    assert "23,40 €" in first and books.balance("place:1") == 23_40
    begun("refund", paid, "3,40")
    travelling(date(2024, 2, 29), 22)
    assert "merchants.sales" not in worked(caisse("work"))
    travelling(date(2024, 2, 29), 23)  # the last day, of a leap year
    assert "merchants.sales" in worked(caisse("work"))
    progress = places.progress(month=Month(2024, 2))
    assert progress is not None and progress.cents == 20_00 and not progress.paid
    travelling(date(2024, 3, 5))
    assert begun("redeem", "pay", "2024-02") == "1 lieu, 20,00 €.\n"
    assert books.balance("place:1") == 0
    begun("month", "close", "2024-02")
    run = months.run(month=Month(2024, 2))
    assert run is not None and run.state == "closed"
    assert caisse("check").code == 0


def test_the_months_sales_are_held_late_when_the_machine_was_down(
    caisse: Caisse, begun: Run, travelling: Travel
) -> None:
    travelling(date(2024, 3, 2))
    caisse("work")
    progress = places.progress(month=Month(2024, 2))
    assert progress is not None and progress.held


def test_what_comes_back_and_what_is_typed_wrong(
    caisse: Caisse, begun: Run, travelling: Travel, tmp_path: Path
) -> None:
    travelling(date(2024, 2, 3))
    assert begun("call", "2024-02") == "2024-02 : 72,50 € appelés à 2 foyers.\n"
    file = tmp_path / "recettes.csv"
    file.write_text(
        "adhésion;mois;montant;moyen;date\n1;2024-02;60;prélèvement;2024-02-03\n"
        "2;2024-02;12,50;virement;03/02/2024\n9;2024-02;1;virement;2024-02-03\n"
    )
    preview = caisse("receive", "--csv", file, "--preview", "--by", "ana")
    assert preview.code == 3 and "ligne 4 : il n’y a pas d’adhésion n° 9" in preview.err
    assert books.balance("fund:caisse") == 0
    assert begun("receive", "--csv", file, code=3)
    file.write_text("\n".join(file.read_text().splitlines()[:3]))
    assert "2 lignes comprises, 72,50 €, 0 refusée" in begun("receive", "--csv", file, "--preview")
    assert "Import n° 1" in begun("receive", "--csv", file)
    assert begun("receive", "--csv", file, code=3)  # the same file enters once
    travelling(date(2024, 2, 8))
    assert "60,00 €" in begun("return", "1", "--code", "AM04")
    assert begun("return", "1", "--code", "AM04", code=3)
    assert books.balance("fund:caisse") == 12_50
    file.write_text("adhésion;mois;motif;date\n2;2024-02;AM04;2024-02-08\n")
    assert caisse("return", "--csv", file, "--preview", "--by", "ana").code == 3  # it was no debit
    begun("receive", "--undo", "1", "--reason", "fichier d’un autre mois", code=3)
    begun("receive", "1", "60", "--month", "2024-02", "--kind", "transfer", "--recovery")
    assert books.balance("fund:caisse") == 72_50
    assert caisse("check").code == 0


def test_households_change_pause_and_leave(caisse: Caisse, begun: Run, travelling: Travel) -> None:
    begun("change", "1", "--adults", "2", "--birth", "2015-03", "--birth", "2024-01")
    assert "Identifiant : pie-noire" in begun("holder", "add", "1", "Léa:Martin:pie-noire")
    begun("holder", "add", "1", "Max:Martin", code=3)  # two holders at most here
    begun("holder", "end", "pie-noire")
    begun("holder", "end", "nobody-here", code=3)
    assert "1  Zoé Martin · moineau-radis · 3, rue de l’Église · active" in begun("find", "martin")
    assert "février 2024 à mars 2024" in begun("pause", "2", "2024-02", "2024-03")
    begun("resume", "2", "2024-03")
    begun("leave", "2", "--on", "2024-01-08")
    begun("close", "2", "--id", number := ids.show_id(ids.new_id()))
    assert "0,00 €" in begun("close", "2", "--id", number)
    account = books.account("wallet:2")
    assert account is not None and account.state == "ended"
    assert caisse("join", "--holder", "Eve:Petit", "--by", "ben").code == 0
    begun("join", "--holder", "Eve:Petit", "--on", "2024-13-01", code=2)
    begun("join", "--holder", "Eve:Petit:moineau-radis", code=3)
    begun("change", "99", code=3)


def test_operating_money_never_comes_from_the_caisse(
    caisse: Caisse, begun: Run, travelling: Travel
) -> None:
    travelling(date(2024, 2, 2))
    begun("grant", "receive", "1")
    assert "garantit les MonA" in begun("cost", "pay", "hr", "10", "--fund", "caisse", code=3)
    assert "n° 1" in begun("cost", "plan", "hr", "2024-02-25", "1500")
    assert "n° 2" in begun("cost", "change", "1", "--amount", "1400")
    begun("cost", "pay", "hr", "1400", "--planned", "2")
    begun("bank", "fee", "2,50")
    begun("bank", "interest", "1", "--fund", "caisse")
    begun("bank", "make-good")
    begun("bank", "make-good", code=3)
    begun("grant", "postpone", "1", "2024-03-02", code=3)  # it has arrived
    told = json.loads(caisse("figures", "--json").out)
    assert told["operating"]["total"]["hr_cents"] == 1400_00
    assert told["caisse"]["months"][0]["cash_cents"] == 501_00
    assert caisse("check").code == 0


def test_a_decision_is_enacted_whole_or_not_at_all(caisse: Caisse, begun: Run) -> None:
    told = begun("decide", "Trop", "--approve", "Ferme:farm_producer:Lattes", "--amend",
                 "allocation.base_cents=99999999@2024-03", code=3)  # fmt: skip
    assert told and places.place_named("Ferme") is None
    begun("decide", "Inconnu", "--amend", "allocation.magic=1@2024-03", code=3)
    begun("decide", "Type", "--approve", "Ferme:castle", code=3)
    number = ids.show_id(ids.new_id())
    words = ("decide", "Plus 🥕", "--amend", "allocation.base_cents=11000@2024-03", "--id", number)
    assert begun(*words) == begun(*words)
    assert "montant de base : 110,00 €" in begun(*words)
    begun("place", "suspend", "1")
    begun("place", "suspend", "1", code=3)
    begun("place", "resume", "1")
    begun("decide", "Fin", "--withdraw", "1")
    declined = begun("pay", "moineau-radis", "1", "1", code=3)
    assert "lieu" in declined


def test_refusals_are_sentences_in_french(caisse: Caisse, begun: Run) -> None:
    cases: tuple[tuple[object, ...], ...] = (
        ("pay", "nobody", 1, 5),
        ("pay", "moineau-radis", 77, 5),
        ("pay", "moineau-radis", 1, 5),  # nothing in the wallet yet
        ("pledge", 1, 0),
        ("pledge", 77, 5),
        ("pledge", 1, 5, "--since", "9999-12"),
        ("call", "9999-12"),
        ("receive", 1, 5, "--month", "9999-12", "--kind", "debit"),
        ("receive", 1, 5, "--month", "2024-02", "--kind", "cash"),
        ("deposit", "🥕", "--kind", "cash"),
        ("return", 1, "--code", "AM04"),
        ("month", "freeze", "9999-12"),
        ("month", "check", "2024-02"),
        ("month", "credit", "2024-02"),
        ("redeem", "hold", "9999-12"),
        ("redeem", "pay", "2024-01"),
        ("redeem", "ask", "--place", 1),
        ("grant", "receive", 77),
        ("leave", 77),
        ("pause", 1, "2024-03", "2024-02"),
        ("decide", ""),
    )
    for words in cases:
        said = begun(*words, code=3)
        assert said.strip() and "'" not in said and said.count("\n") == 1, (words, said)
    stranger = caisse("pledge", 1, 5, "--by", "zoe")
    assert stranger == (3, "", "« zoe » n’est pas un identifiant connu ici.\n")
    assert caisse("pledge", 1, 5, "--by", "").code == 3
    assert caisse("pledge", 1, 5, "--by", "🥕" * 50).code == 3


def test_figures_of_any_day(caisse: Caisse, begun: Run) -> None:
    for day in ("1900-01-01", "2020-01-01", "2024-02-29", "2030-12-31"):
        assert caisse("figures", "--at", day, "--json").code == 0, day
        assert caisse("figures", "--at", day).code == 0, day
