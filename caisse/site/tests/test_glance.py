"""The page as a value: every figure of the reference year is in it, and no sentence is false."""

from dataclasses import replace
from datetime import date

import pytest

from caisse.accounting.queries import Figures
from caisse.bylaws import rules
from caisse.bylaws.queries import Decision, InForce, preset
from caisse.bylaws.rules import Amended
from caisse.kernel.month import Month
from caisse.site.glance import build
from caisse.site.glance.parts import Glance, Register, Section, Table
from caisse.site.glance.register import register
from caisse.site.glance.sections import axis
from caisse.site.tests import world

NO_REGISTER = register([], [], "€")


def glance(figures: Figures | None = None, **changes: object) -> Glance:
    """The page of the reference year, or of other figures."""
    known = world.figures() if figures is None else figures
    return build.build(known, world.setting(**changes), NO_REGISTER)


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def rows(table: Table) -> list[list[str]]:
    """The cells of a table, with ordinary spaces."""
    shown = [*table.rows, table.foot] if table.foot else list(table.rows)
    return [[plain(cell) for cell in row] for row in shown]


def sections(page: Glance) -> list[Section]:
    """All sections of the page."""
    return [
        page.spending,
        page.cover.section,
        page.sharing.section,
        page.margin,
        page.operating,
        page.places.section,
        page.budget.section,
    ]


def test_titles_of_the_reference_year() -> None:
    assert [plain(str(one.finding)) for one in sections(glance())] == [
        "Presque tout ce qui est versé est dépensé : 97,9 %",
        "Un MonA en circulation, un euro mis de côté",
        "Les membres apportent un peu plus de la moitié",
        "Chaque fin de mois, la caisse a de quoi couvrir tous les MonA",
        "Fin décembre 2023, il a manqué 3 500 € pour le fonctionnement",
        "Deux sortes de lieux reçoivent plus de la moitié des MonA",
        "Sur 100 € dépensés, environ 57 € vont à l’alimentation",
    ]


def test_the_five_figures() -> None:
    assert [
        (plain(f"{k.number} {k.unit}").strip(), plain(" ".join(k.lines))) for k in glance().keys
    ] == [
        ("350", "foyers membres, 100 MonA par mois chacun"),
        ("192 500 €", "cotisations appelées, 190 000 € encaissés"),
        ("350 000 MonA", "versés en 12 mois"),
        ("342 740 MonA", "dépensés en 13 709 achats"),
        ("55", "lieux d’achat, dont 30 producteurs"),
    ]


def test_every_amount_of_the_caisse_fund_is_in_a_table_of_its_month() -> None:
    page = glance()
    shown: dict[str, list[str]] = {}
    tables = [*page.spending.tables, *page.sharing.section.tables, *page.margin.tables]
    for table in tables:
        for row in rows(table):
            shown.setdefault(row[0], []).extend(row[1:])
    lines = world.CAISSE.strip().split("\n")
    for line, (month, cells) in zip(lines, list(shown.items())[:12], strict=True):
        expected = [f"{int(euros):,}".replace(",", " ") for euros in line.split()]
        assert sorted(cells) == sorted(expected), month
    total = {"350 000", "342 740", "192 500", "5 000", "2 500", "190 000", "160 000", "309 210"}
    assert total == set(shown["Total"]) - {""}


def test_every_amount_of_the_operating_fund_is_in_a_table_of_its_month() -> None:
    costs, account, _ahead = glance().operating.tables
    lines = world.OPERATING.strip().replace("-", "−").split("\n")
    for line, left, right in zip(lines, rows(costs), rows(account), strict=False):
        sign = "−" if "−" in line else ""
        hr, running, evaluation, it, out, into, cash = map(int, line.replace("−", "").split())
        assert left[1:] == [f"{n:,}".replace(",", " ") for n in (hr, running, evaluation, it)]
        assert right[1:3] == [f"{n:,}".replace(",", " ") for n in (out, into)]
        assert right[3] == f"{sign}{cash:,}".replace(",", " ")
    assert rows(costs)[-1] == ["Total", "198 000", "36 000", "12 000", "20 000"]
    assert rows(account)[-1] == ["Total", "266 000", "266 000", ""]


def test_the_budget_and_its_funders() -> None:
    budget = glance().budget
    costs = [(plain(item.label), plain(item.value)) for item in budget.costs]
    assert costs == [
        ("Nourriture (MonA versés)", "350 000 €"),
        ("Équipe", "198 000 €"),
        ("Animation et évaluation", "48 000 €"),
        ("Informatique", "20 000 €"),
    ]
    sources = {plain(item.label): plain(item.value) for item in budget.resources}
    assert sources["Cotisations des membres"] == "190 000 €"
    assert sources["France 2030 – AMI DTTAA"] == "130 000 €"
    assert sources["Ville de Montpellier"] == "60 000 €"
    assert len(sources) == 10
    assert (plain(budget.costs_total), plain(budget.resources_total)) == ("616 000 €", "616 000 €")
    assert budget.rest is None


def test_each_instalment_of_each_funder_is_named() -> None:
    caisse, operating = glance().budget.section.tables
    assert [
        "Ville de Montpellier",
        "févr. 2023 : 22 500 €, sept. 2023 : 22 500 €",
        "45 000 €",
    ] in rows(caisse)
    assert rows(caisse)[-1] == ["Total", "", "160 000 €"]
    assert rows(operating)[-1] == ["Total", "", "266 000 €"]
    assert rows(operating)[0][0] == "France 2030 – AMI DTTAA"


def test_places_largest_first_with_their_part() -> None:
    places = glance().places
    assert [plain(kind.spent) for kind in places.kinds][:3] == ["92 540", "82 260", "44 560"]
    assert plain(places.section.note) == "Les 30 producteurs reçoivent 21 % des MonA dépensés"
    (table,) = places.section.tables
    assert rows(table)[0] == ["Supermarché coopératif et participatif", "1", "24 %", "82 260"]
    assert rows(table)[-1] == ["Total", "55", "100 %", "342 740"]


def test_the_segregated_account_is_explained_with_the_figures_of_the_low_month() -> None:
    facts, rule = map(plain, glance().operating.words)
    assert facts == "Fin décembre 2023, la caisse a 50 035 € en banque, et 42 290 MonA circulent."
    assert "ne paie jamais le fonctionnement" in rule


def test_a_forecast_is_told_to_the_euro() -> None:
    known = world.figures()
    first = replace(known.forecast[0], operating_cash_cents=-1_50, caisse_cash_cents=48_841_66)
    page = glance(replace(known, forecast=(first, *known.forecast[1:])))
    assert rows(page.operating.tables[2])[0] == ["févr. 2024", "−2", "48 842"]


def test_a_shortage_to_come_is_the_title_before_one_that_was() -> None:
    early = glance(world.figures(7), at=date(2023, 8, 31))
    assert plain(str(early.operating.finding)) == (
        "Fin décembre 2023, il manquera 3 500 € pour le fonctionnement"
    )
    assert early.operating.wide is not None
    points = early.operating.wide.series[0].points
    assert [point.hollow for point in points] == [False] * 7 + [True] * 12


def test_one_highlighter_on_the_page() -> None:
    marked = [one.id for one in sections(glance()) if one.finding.marked]
    assert marked == ["mona"]
    short = world.with_month(world.figures(), 11, cash_cents=40_000_00, backing_gap_cents=-790_00)
    page = glance(short)
    assert [one.id for one in sections(page) if one.finding.marked] == ["couverture"]
    assert plain(str(page.cover.section.finding)).startswith("Il manque 790 €")
    assert plain(page.cover.bank.head_end) == "il manque 790 €"
    assert [part.kind for part in page.cover.bank.parts] == ["solid", "missing"]


def test_cover_bars_have_one_scale() -> None:
    page = glance(world.figures(11), at=date(2023, 12, 31))
    covered, gap = page.cover.bank.parts
    assert covered.width + gap.width == pytest.approx(100, abs=0.02)
    wallets, owed = page.cover.circulation.parts
    assert wallets.width + owed.width == pytest.approx(covered.width, abs=0.02)
    assert not page.cover.equal
    assert plain(page.cover.sentence) == (
        "50 035 € à la banque : 5 790 chez les foyers, 36 500 dus aux lieux, dont 7 745 € de marge."
    )


def test_vouchers_in_circulation_have_their_part() -> None:
    figures = world.with_month(
        world.figures(), 11, circulation_cents=41_000_00, cash_cents=41_000_00
    )
    bar = glance(figures).cover.circulation
    assert plain(bar.start) == "7 260 chez les foyers, 210 en bons"
    assert [part.kind for part in bar.parts] == ["hatch", "dots", "empty"]


def test_cents_are_never_dropped_and_a_table_is_written_one_way() -> None:
    figures = world.with_month(world.figures(), 0, spent_cents=4_000_07)
    spending = rows(glance(figures).spending.tables[0])
    assert spending[0][2:] == ["5 000,00", "4 000,07"]
    assert spending[-1][2:] == ["350 000,00", "342 740,07"]
    assert spending[0][1] == "50"


def test_a_caisse_just_founded_has_an_empty_page_that_is_true() -> None:
    page = glance(world.figures(0), at=date(2023, 1, 10))
    assert (page.months, page.first, page.last, page.when) == (0, None, None, "")
    assert plain(page.first_month) == "février 2023"
    assert all(one.wide is None and not one.tables for one in sections(page))
    assert page.places.kinds == ()
    assert page.sharing.bar is None
    assert page.cover.sentence == ""
    assert "55" not in page.intro + page.intro_end


def test_one_month_only() -> None:
    page = glance(world.figures(1), at=date(2023, 2, 28))
    assert plain(str(page.spending.finding)) == (
        "Plus des trois quarts de ce qui est versé sont dépensés : 80 %"
    )
    assert page.spending.wide is not None
    assert page.margin.wide is None
    assert page.margin.tables
    assert plain(page.intro).startswith("En février 2023, 50 foyers mettent en commun")
    assert page.sheet_title == "Un mois à la même table"


def test_nothing_spent_yet() -> None:
    figures = world.with_month(world.figures(1), 0, spent_cents=0)
    assert str(glance(figures).spending.finding) == (
        "Les MonA sont versés, aucun n’est encore dépensé"
    )


def test_another_caisse_has_its_own_words() -> None:
    page = glance(unit="Radis", currency="CHF", same_cents=None, member_unit="person")
    assert plain(page.intro) == (
        "De février 2023 à janvier 2024, 350 personnes mettent en commun ce qu’ils peuvent."
        " Chaque mois, tous reçoivent une somme en Radis : 1 Radis vaut 1 CHF."
        " Ils l’échangent contre de la nourriture dans"
    )
    assert page.keys[0].lines == ("membres",)
    assert plain(page.keys[1].number) == "192 500 CHF"
    everything = repr(replace(page, register=NO_REGISTER))
    assert "€" not in everything.replace("currency='€'", "")
    assert "MonA" not in everything


def test_producers_are_not_named_where_there_are_none() -> None:
    known = world.figures()
    shops = tuple(row for row in known.places if not row.kind.endswith("_producer"))
    page = glance(replace(known, places=shops))
    assert page.keys[4].lines == ("lieux d’achat",)
    assert page.places.section.note == ""


def test_the_axis_says_each_new_year_once() -> None:
    months = [Month(2023, 2) + n for n in range(12)]
    assert axis(months, 560)[0] == "févr.|2023"
    assert axis(months, 560)[11] == "janv.|2024"
    assert sum("|" in label for label in axis(months, 560)) == 2
    assert [label for label in axis(months, 270) if label] == ["févr.|2023", "mai", "août", "nov."]


def test_a_long_history_is_drawn_by_its_last_two_years() -> None:
    known = world.figures()
    first = known.caisse.months
    longer = tuple(replace(first[n % 12], month=Month(2023, 2) + n) for n in range(30))
    page = glance(replace(known, caisse=replace(known.caisse, months=longer)))
    assert page.spending.wide is not None
    assert len(page.spending.wide.bars) == 48
    assert page.spending.note == "Le dessin montre les 24 derniers mois"
    assert len(page.spending.tables[0].rows) == 30


def founded() -> Register:
    """The bylaws of the preset of Montpellier, as founded."""
    applied = [
        InForce(
            rules.find(one.article), one.value, Amended(one.article, one.value, one.since, 0, 1)
        )
        for one in preset("montpellier_2023").amends(world.FIRST)
    ]
    decision = Decision(3, b"", date(2023, 6, 10), "committee", "Le guide va à 150 €", "", 0)
    return register(applied, [decision], "€")


def test_the_bylaws_by_theme() -> None:
    shown = founded()
    first = shown.themes[0]
    assert first.title == "Ce que chacun reçoit"
    assert ("Montant de base", "100,00 €") in [(one.label, plain(one.value)) for one in first.items]
    assert len({theme.title for theme in shown.themes}) == len(shown.themes)
    number = sum(len(theme.items) for theme in shown.themes)
    assert str(shown.finding) == f"{number} articles du règlement s’appliquent"
    assert shown.note == "3 décisions depuis la fondation"
    assert plain(shown.decisions[0].number) == "n° 3"
    assert plain(shown.decisions[0].day) == "10 juin 2023"


def test_an_article_without_effect_or_decision_is_left_out() -> None:
    fee = rules.find("redemption.fee_bp")
    pay_day = rules.find("redemption.pay_day")
    amended = Amended("redemption.fee_bp", 0, world.FIRST, 0, 1)
    shown = register([InForce(fee, 0, amended), InForce(pay_day, 5, None)], [], "€")
    assert shown.themes == ()
    assert str(shown.finding) == "Le règlement n’a pas encore d’article"
