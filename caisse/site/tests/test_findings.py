"""Titles say what the figures say: each sentence at its border, and for a caisse just founded."""

import pytest

from caisse.kernel.month import Month
from caisse.site import findings
from caisse.site.findings import Finding

FEB = Month(2023, 2)


def text(finding: Finding) -> str:
    """The title with ordinary spaces."""
    return str(finding).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("issued", "spent", "words"),
    [
        (0, 0, "Aucun MonA n’est encore versé"),
        (5_000_00, 0, "Les MonA sont versés, aucun n’est encore dépensé"),
        (0, 10_00, "Des MonA sont dépensés, aucun n’est encore versé"),
        (350_000_00, 342_740_00, "Presque tout ce qui est versé est dépensé : 97,9 %"),
        (100_00, 95_00, "Presque tout ce qui est versé est dépensé : 95 %"),
        (100_00, 94_99, "Plus des trois quarts de ce qui est versé sont dépensés : 95 %"),
        (100_00, 75_00, "Plus de la moitié de ce qui est versé est dépensée : 75 %"),
        (100_00, 50_00, "Une partie de ce qui est versé est dépensée : 50 %"),
        (100_00, 100_00, "Tout ce qui est versé est dépensé : 100 %"),
        (100_00, 101_00, "Il se dépense plus qu’il n’est versé : 101 %"),
    ],
)
def test_spending(issued: int, spent: int, words: str) -> None:
    found = findings.spending(issued_cents=issued, spent_cents=spent, unit="MonA")
    assert text(found) == words
    assert not found.alarm


@pytest.mark.parametrize(
    ("cash", "circulation", "currency", "words", "alarm"),
    [
        (40_790_00, 40_790_00, "€", "Un MonA en circulation, un euro mis de côté", False),
        (50_035_00, 42_290_00, "€", "Un MonA en circulation, un euro mis de côté", False),
        (50_00, 40_00, "CHF", "Chaque MonA en circulation est couvert", False),
        (0, 0, "€", "Aucun MonA ne circule pour l’instant", False),
        (60_00, 0, "€", "Aucun MonA ne circule pour l’instant", False),
        (99_99, 100_00, "€", "Il manque 0,01 € pour couvrir les MonA en circulation", True),
    ],
)
def test_cover(cash: int, circulation: int, currency: str, words: str, alarm: bool) -> None:
    found = findings.cover(
        cash_cents=cash, circulation_cents=circulation, unit="MonA", currency=currency
    )
    assert (text(found), found.alarm) == (words, alarm)


@pytest.mark.parametrize(
    ("members", "funders", "words"),
    [
        (0, 0, "Aucun argent n’est encore entré"),
        (190, 160, "Les membres apportent un peu plus de la moitié"),
        (160, 190, "Les membres apportent un peu moins de la moitié"),
        (5, 5, "Les membres apportent la moitié"),
        (500_001, 500_000, "Les membres apportent un peu plus de la moitié"),
        (7, 0, "Les membres apportent tout"),
        (0, 7, "Les financeurs apportent tout"),
        (901, 99, "Les membres apportent presque tout"),
        (900, 100, "Les membres apportent plus des deux tiers"),
        (2, 1, "Les membres apportent plus de la moitié"),
        (2, 3, "Les membres apportent plus du tiers"),
        (1, 2, "Les membres apportent plus du quart"),
        (1, 3, "Les membres apportent le quart ou moins"),
    ],
)
def test_sharing(members: int, funders: int, words: str) -> None:
    assert text(findings.sharing(members_cents=members, funders_cents=funders)) == words


@pytest.mark.parametrize(
    ("gaps", "words", "alarm"),
    [
        ([], "Aucun mois n’est encore passé", False),
        ([0], "La caisse a de quoi couvrir tous les MonA", False),
        ([5_00, 0], "Chaque fin de mois, la caisse a de quoi couvrir tous les MonA", False),
        ([5_00, -1_00], "Fin mars 2023, il manque 1 € pour couvrir les MonA", True),
        ([-3_00, 5_00, -1_00], "Fin février 2023, il manque 3 € pour couvrir les MonA", True),
    ],
)
def test_margin(gaps: list[int], words: str, alarm: bool) -> None:
    found = findings.margin(gaps=[(FEB + n, gap) for n, gap in enumerate(gaps)], unit="MonA")
    assert (text(found), found.alarm) == (words, alarm)


@pytest.mark.parametrize(
    ("past", "ahead", "words"),
    [
        ([], [], "Le fonctionnement n’a encore rien reçu ni dépensé"),
        ([0, 0], [0], "Le fonctionnement n’a rien en caisse, et ne doit rien"),
        ([5_00, 0], [3_00], "L’argent du fonctionnement n’a jamais manqué"),
        ([5_00, -3_500_00, 0], [0], "Fin mars 2023, il a manqué 3 500 € pour le fonctionnement"),
        ([5_00, -3_500_00], [0], "Fin mars 2023, il manque 3 500 € pour le fonctionnement"),
        ([5_00, -9_00], [2_00, -1_00], "Fin mai 2023, il manquera 1 € pour le fonctionnement"),
        ([], [-1_00], "Fin février 2023, il manquera 1 € pour le fonctionnement"),
    ],
)
def test_operating(past: list[int], ahead: list[int], words: str) -> None:
    known = [(FEB + n, cash) for n, cash in enumerate(past)]
    expected = [(FEB + len(past) + n, cash) for n, cash in enumerate(ahead)]
    assert text(findings.operating(past=known, ahead=expected)) == words


@pytest.mark.parametrize(
    ("spent", "active", "words"),
    [
        ([], 0, "Aucun lieu d’achat n’est encore choisi"),
        ([0, 0], 1, "1 lieu attend son premier achat"),
        ([0, 0], 12, "12 lieux attendent leur premier achat"),
        ([7], 1, "Une sorte de lieu reçoit la totalité des MonA"),
        ([6, 5], 2, "Une sorte de lieu reçoit plus de la moitié des MonA"),
        ([5, 5], 2, "Une sorte de lieu reçoit la moitié des MonA"),
        ([24, 27, 9, 10, 4, 3, 2, 13, 8], 55, "Deux sortes de lieux reçoivent plus de la moitié"),
    ],
)
def test_places(spent: list[int], active: int, words: str) -> None:
    found = findings.places(spent_cents=spent, count_active=active, unit="MonA")
    assert text(found).startswith(words)


@pytest.mark.parametrize(
    ("food", "costs", "words"),
    [
        (0, 0, "Rien n’est encore dépensé"),
        (0, 5, "Rien ne va encore à l’alimentation"),
        (5, 5, "Tout le budget va à l’alimentation"),
        (350, 616, "Sur 100 € dépensés, environ 57 € vont à l’alimentation"),
        (1, 2, "Sur 100 € dépensés, 50 € vont à l’alimentation"),
        (1, 100_000, "Sur 100 € dépensés, environ 1 € vont à l’alimentation"),
        (99_999, 100_000, "Sur 100 € dépensés, environ 99 € vont à l’alimentation"),
    ],
)
def test_budget(food: int, costs: int, words: str) -> None:
    assert text(findings.budget(food_cents=food, costs_cents=costs)) == words


@pytest.mark.parametrize(
    ("months", "words"),
    [
        (0, "Bientôt à la même table"),
        (1, "Un mois à la même table"),
        (5, "Cinq mois à la même table"),
        (11, "11 mois à la même table"),
        (12, "Un an à la même table"),
        (24, "Deux ans à la même table"),
    ],
)
def test_time_at_the_table(months: int, words: str) -> None:
    assert findings.time_at_the_table(months) == words


def test_only_what_has_a_mark_is_highlighted() -> None:
    assert Finding("Il manque", "3 €").highlighted().marked
    assert not Finding("Aucun mois").highlighted().marked
