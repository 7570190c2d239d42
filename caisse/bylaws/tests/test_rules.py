"""Articles, values, effects and what is in force: no database."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caisse.bylaws import rules
from caisse.bylaws.queries import preset, presets
from caisse.bylaws.rules import Amend, Amended, article, articles, effects
from caisse.bylaws.rules.preset import read_preset
from caisse.bylaws.rules.register import CLASSES, REGISTER, read_fields
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.month.rules import AllocationRules, SizeBand

BANDS = (SizeBand(1, 10_000), SizeBand(None, 20_000))


def reason(name: str, value: Any) -> str:
    with pytest.raises(Refusal) as refused:
        rules.check_value(name, value)
    assert refused.value.sentence.endswith(".")
    return refused.value.reason


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("allocation.base_cents", 0),
        ("allocation.base_cents", 100_000),
        ("allocation.child_cents", None),
        ("allocation.mode", "flat"),
        ("allocation.size_bands", BANDS),
        ("contribution.levels_cents", (3000, 4000)),
        ("currency.code", "CHF"),
        ("member_unit", "group"),
    ],
)
def test_allowed_values_pass_and_come_back_from_json(name: str, value: Any) -> None:
    rules.check_value(name, value)
    assert rules.from_json(name, rules.to_json(name, value)) == value


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("allocation.bonus_cents", 1, "unknown_article"),
        ("allocation.base_cents", 100.0, "wrong_type"),
        ("allocation.base_cents", True, "wrong_type"),
        ("allocation.base_cents", "100", "wrong_type"),
        ("allocation.base_cents", None, "wrong_type"),
        ("allocation.base_cents", -1, "out_of_bounds"),
        ("allocation.base_cents", 100_001, "out_of_bounds"),
        ("allocation.mode", "generous", "unknown_choice"),
        ("allocation.levy_to", "Bad Name", "out_of_bounds"),
        ("allocation.size_bands", [SizeBand(None, 1)], "wrong_type"),
        ("allocation.size_bands", ((1, 2),), "wrong_type"),
        ("allocation.size_bands", (SizeBand(None, 1.5),), "wrong_type"),  # type: ignore[arg-type]
        ("allocation.size_bands", (SizeBand(None, -1),), "out_of_bounds"),
        ("allocation.size_bands", (SizeBand(2, 1), SizeBand(1, 1)), "contradiction"),
        ("allocation.size_bands", (SizeBand(2, 1),), "contradiction"),
        ("contribution.levels_cents", (1.0,), "wrong_type"),
        ("contribution.levels_cents", (True,), "wrong_type"),
        ("contribution.levels_cents", (4000, 3000), "contradiction"),
        ("contribution.levels_cents", (2_000_000,), "out_of_bounds"),
        ("contribution.levels_cents", tuple(range(13)), "out_of_bounds"),
        ("currency.code", "euro", "out_of_bounds"),
    ],
)
def test_other_values_are_refused_with_a_sentence(name: str, value: Any, expected: str) -> None:
    assert reason(name, value) == expected


def test_a_refusal_names_article_value_and_bounds_in_french() -> None:
    with pytest.raises(Refusal) as refused:
        rules.check_value("allocation.base_cents", 200_000)
    assert refused.value.sentence == (
        "Article « montant de base » (allocation.base_cents) : 2\u202f000,00\u202f€ est hors des "
        "bornes, de 0,00\u202f€ à 1\u202f000,00\u202f€."
    )


def test_bounds_of_days_read_as_days() -> None:
    with pytest.raises(Refusal, match=r"le 30 est hors des bornes, du 1er au 28\.$"):
        rules.check_value("allocation.credit_day", 30)


def test_the_page_of_the_articles_names_each_with_its_label() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "articles.md"
    rows = page.read_text(encoding="utf-8").splitlines()
    for name, known in REGISTER.items():
        assert any(row.startswith(f"| `{name}` | {known.label} |") for row in rows), name


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("allocation.base_cents", "11000", 11_000),
        ("allocation.child_cents", "aucun", None),
        ("allocation.mode", "flat", "flat"),
        ("allocation.size_bands", '[{"max_people": 1, "cents": 10000}, {"cents": 20000}]', BANDS),
        ("contribution.levels_cents", "[3000, 4000]", (3000, 4000)),
    ],
)
def test_values_can_be_typed(name: str, words: str, value: Any) -> None:
    assert rules.from_words(name, words) == value


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("allocation.base_cents", "cent"),
        ("allocation.base_cents", "110.00"),
        ("allocation.base_cents", "1e4"),
        ("allocation.size_bands", '[{"max": 1, "cents": 10000}]'),
        ("allocation.size_bands", '{"cents": 20000}'),
        ("allocation.size_bands", '[{"max_people": 1}]'),
    ],
)
def test_what_cannot_be_read_is_refused(name: str, words: str) -> None:
    with pytest.raises(Refusal):
        rules.from_words(name, words)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("allocation.base_cents", 11_050, "110,50\u202f€"),
        ("allocation.child_cents", None, "comme un adulte en plus"),
        ("allocation.levy_bp", 525, "5,25\u202f%"),
        ("allocation.levy_bp", 500, "5\u202f%"),
        ("allocation.credit_day", 1, "le 1er"),
        ("allocation.mode", "flat", "le même montant pour tous"),
        ("balance.expiry_months", 3, "3 mois"),
        ("balance.expiry_months", None, "sans limite"),
        (
            "allocation.size_bands",
            BANDS,
            "taille au plus 1 personne, montant 100,00\u202f€ ; "
            "taille au plus sans limite, montant 200,00\u202f€",
        ),
        ("contribution.levels_cents", (), "aucune ligne"),
        ("contribution.levels_cents", (3000, 4000), "30,00\u202f€ ; 40,00\u202f€"),
    ],
)
def test_values_read_as_french(name: str, value: Any, shown: str) -> None:
    assert rules.show(rules.find(name), value) == shown


def test_the_neutral_instance_is_what_no_amendment_gives() -> None:
    assert rules.neutral(AllocationRules) == rules.build(AllocationRules, {})
    built = rules.build(AllocationRules, {"allocation.base_cents": 5, "balance.rollover": "none"})
    assert built == AllocationRules(base_cents=5)


@dataclass(frozen=True, slots=True)
class Unbounded:
    amount_cents: int = article("montant", neutral=0)


@dataclass(frozen=True, slots=True)
class NeutralOutside:
    amount_cents: int = article("montant", neutral=-1, bounds=(0, 5))


@dataclass(frozen=True, slots=True)
class Unlabelled:
    mode: Literal["a", "b"] = article("mode", neutral="a", choices={"a": "A"})


@dataclass(frozen=True, slots=True)
class NoUnit:
    amount: int = article("montant", neutral=0, bounds=(0, 5))


@dataclass(frozen=True, slots=True)
class WrongUnit:
    amount_cents: int = article("montant", neutral=0, bounds=(0, 5), unit="months")


@dataclass(frozen=True, slots=True)
class Floating:
    amount_cents: float = article("montant", neutral=0.0, bounds=(0, 5))


@dataclass(frozen=True, slots=True)
class AbsentWord:
    word: str | None = article("mot", neutral=None, pattern=".*")


@dataclass(frozen=True, slots=True)
class PlainField:
    amount_cents: int = 0


@dataclass
class Mutable:
    amount_cents: int = article("montant", neutral=0, bounds=(0, 5))


@pytest.mark.parametrize(
    "cls",
    [
        Unbounded,
        NeutralOutside,
        Unlabelled,
        NoUnit,
        WrongUnit,
        Floating,
        AbsentWord,
        PlainField,
        Mutable,
    ],
)
def test_an_incomplete_declaration_stops_the_import(cls: type) -> None:
    with pytest.raises(TypeError):
        read_fields(cls, "trial")


def test_two_classes_cannot_declare_one_article() -> None:
    @dataclass(frozen=True, slots=True)
    class Other:
        base_cents: int = article("autre", neutral=0, bounds=(0, 1))

    with pytest.raises(TypeError, match=r"allocation\.base_cents"):
        articles("allocation")(Other)
    assert REGISTER["allocation.base_cents"].owner is AllocationRules
    assert Other not in CLASSES


def test_effects_come_back_from_json() -> None:
    amend = Amend("allocation.size_bands", BANDS, Month(2024, 3), False, "essai")
    assert rules.decode(rules.encode(amend)) == amend
    assert amend.sentence().startswith("À partir de mars 2024, barème par taille : ")
    with pytest.raises(Refusal, match="n’est pas un effet connu"):
        rules.decode({"kind": "place.paint", "place_id": 3})
    with pytest.raises(Refusal) as refused:
        rules.encode(Amend("allocation.base_cents", 1.5, Month(2024, 3)))
    assert refused.value.reason == "wrong_type"


def test_a_package_declares_effects_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "KINDS", dict(effects.KINDS))

    @dataclass(frozen=True, slots=True)
    class Tried:
        place_id: int
        since: date
        month: Month | None
        word: str = "oui"

        def sentence(self) -> str:
            return f"Le lieu {self.place_id} est essayé."

    rules.effect("trial.tried")(Tried)
    tried = Tried(3, date(2024, 2, 29), None)
    assert rules.encode(tried) == {
        "kind": "trial.tried",
        "place_id": 3,
        "since": "2024-02-29",
        "month": None,
        "word": "oui",
    }
    assert rules.decode(rules.encode(tried)) == tried
    with_month = Tried(3, date(2024, 2, 29), Month(2024, 3))
    assert rules.decode(rules.encode(with_month)) == with_month


def test_an_effect_that_json_cannot_hold_stops_the_import() -> None:
    @dataclass(frozen=True, slots=True)
    class Odd:
        ratio: float

        def sentence(self) -> str:
            return ""

    with pytest.raises(TypeError, match="ratio"):
        rules.effect("trial.odd")(Odd)


amendments = st.lists(
    st.builds(
        Amended,
        article=st.sampled_from(["allocation.base_cents", "allocation.mode"]),
        value=st.integers(0, 9),
        since=st.integers(0, 11).map(lambda n: Month(2024, 1) + n),
        adopted_at=st.integers(0, 5),
        decision=st.integers(1, 5),
        position=st.integers(0, 3),
    ),
    max_size=12,
    unique_by=lambda amended: (amended.decision, amended.position),
)


@given(amendments, st.randoms(), st.integers(0, 13), st.none() | st.integers(0, 6))
def test_amendments_in_any_order_give_the_same_articles(
    history: list[Amended], random: Any, at: int, known_at: int | None
) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    month = Month(2023, 12) + at
    assert rules.in_force(history, month, known_at) == rules.in_force(shuffled, month, known_at)


@given(amendments, st.integers(0, 13), st.none() | st.integers(0, 6))
def test_the_latest_month_wins_then_the_latest_adoption(
    history: list[Amended], at: int, known_at: int | None
) -> None:
    month = Month(2023, 12) + at
    chosen = rules.in_force(history, month, known_at)
    for name in ("allocation.base_cents", "allocation.mode"):
        candidates = [
            amended
            for amended in history
            if amended.article == name
            and amended.since <= month
            and (known_at is None or amended.adopted_at <= known_at)
        ]
        if not candidates:
            assert name not in chosen
            continue
        assert chosen[name].since == max(c.since for c in candidates)
        rivals = [c for c in candidates if c.since == chosen[name].since]
        assert chosen[name].adopted_at == max(c.adopted_at for c in rivals)


@given(amendments, st.integers(0, 13), st.integers(0, 6))
def test_what_is_decided_later_does_not_change_what_was_known(
    history: list[Amended], at: int, known_at: int
) -> None:
    month = Month(2023, 12) + at
    known = [amended for amended in history if amended.adopted_at <= known_at]
    assert rules.in_force(history, month, known_at) == rules.in_force(known, month)


def test_every_preset_reads_and_says_what_is_sourced() -> None:
    known = presets()
    assert len(known) == 13
    for each in known:
        assert each.sourced >= 6 and each.invented >= 1, each.code
        assert all(line.source for line in each.lines)
        assert {amend.article for amend in each.amends(Month(2023, 2))} == set(REGISTER)


def test_every_preset_says_the_days_of_the_month_and_the_money() -> None:
    needed = {
        "currency.code",
        "currency.food_unit_name",
        "member_unit",
        "allocation.mode",
        "allocation.credit_day",
        "contribution.mode",
        "contribution.cutoff_day",
        "contribution.debit_day",
        "redemption.pay_day",
    }
    for each in presets():
        assert needed <= set(each.values), each.code


def test_no_preset_lets_a_caisse_lose_anything_before_its_committee_says_so() -> None:
    for each in presets():
        [line] = [line for line in each.lines if line.article == "payment.offline"]
        assert line.value is False and not line.sourced, each.code
        assert line.source != "non publié : choix du logiciel", each.code


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"allocation": {"bonus_cents": {"value": 1, "sourced": "x"}}}, "unknown_article"),
        ({"allocation": {"base_cents": {"value": 1}}}, "mark"),
        ({"allocation": {"base_cents": {"value": 1, "sourced": "x", "invented": "y"}}}, "mark"),
        ({"allocation": {"base_cents": {"value": -1, "sourced": "x"}}}, "out_of_bounds"),
        ({"allocation": {"mode": {"value": "by_size_band", "sourced": "x"}}}, "contradiction"),
    ],
)
def test_a_wrong_preset_is_refused(line: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_preset("trial", {"name": "Essai", "territory": "–", "story": "–", **line})
    assert refused.value.reason == reason


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refusal, match="montpellier_2023"):
        preset("../settings")
