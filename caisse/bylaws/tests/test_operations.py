"""Founding, deciding, sealing: on the database, with two axes of time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from caisse.bylaws import models, operations, queries, rules
from caisse.bylaws.queries import Decision
from caisse.bylaws.rules import Amend, effects
from caisse.kernel import clock, events, ids
from caisse.kernel.actor import Actor
from caisse.kernel.models import Event
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.ledger import queries as ledger
from caisse.month.rules import AllocationRules, BalanceRules

pytestmark = pytest.mark.django_db
OFFICE = Actor("office:1", frozenset({"coordinator"}))
FEBRUARY = Month(2023, 2)


@pytest.fixture(autouse=True)
def january() -> Iterator[None]:
    """It is 10 January 2023, 9:00."""
    with clock.travelled(clock.instant(date(2023, 1, 10), 9)):
        yield


@pytest.fixture
def founded() -> Decision:
    """Montpellier, its first allocation in February."""
    return operations.found(
        name="Caisse d’essai", preset="montpellier_2023", first_month=FEBRUARY, by=OFFICE
    )


def decide(*effects: Any, **other: Any) -> Decision:
    words = {"title": "Changer", "text": "Pourquoi.", "body": "committee", "by": OFFICE}
    return operations.decide(**{**words, "effects": effects, **other})


def base(cents: int, since: Month) -> Amend:
    return Amend("allocation.base_cents", cents, since)


def reason(*effects: Any, **other: Any) -> str:
    before = models.Decision.objects.count(), models.Amendment.objects.count()
    events_before = Event.objects.count()
    with pytest.raises(Refusal) as refused:
        decide(*effects, **other)
    assert refused.value.sentence[-1] in ".)"
    assert (models.Decision.objects.count(), models.Amendment.objects.count()) == before
    assert Event.objects.count() == events_before
    return refused.value.reason


def cents(month: Month, known_at: int | None = None) -> int:
    return queries.in_force(AllocationRules, month=month, known_at=known_at).base_cents


def test_founding_is_the_first_decision_and_enacts_every_article(founded: Decision) -> None:
    assert (founded.number, founded.body) == (1, "founders")
    known = queries.articles_in_force(month=FEBRUARY)
    assert {line.article.name for line in known} == set(rules.REGISTER)
    assert all(line.by is not None and line.by.decision == 1 for line in known)
    assert queries.in_force(AllocationRules, month=FEBRUARY).mode == "flat"
    assert queries.in_force(BalanceRules, month=FEBRUARY).cap_multiple == 3
    marks = {line.article.name: line.by.sourced for line in known if line.by}
    assert marks["allocation.base_cents"] and not marks["balance.cap_multiple"]


def test_founding_opens_the_fixed_accounts_and_tells_how_it_was(founded: Decision) -> None:
    assert ledger.balance("fund:caisse") == 0 and ledger.balance("bank:caisse") == 0
    told = queries.founding()
    assert told is not None
    assert (told.name, told.preset, told.first_month, told.demo) == (
        "Caisse d’essai",
        "montpellier_2023",
        FEBRUARY,
        False,
    )
    assert [happened.name for happened in events.history(subject="caisse")] == ["caisse.founded"]


def test_articles_are_in_force_from_the_month_of_founding(founded: Decision) -> None:
    assert cents(Month(2023, 1)) == 10_000
    assert cents(Month(2022, 12)) == 0


def test_a_caisse_is_founded_once_and_twice_with_one_id_is_once() -> None:
    words: dict[str, Any] = {
        "name": "A",
        "preset": "lyon_calim8",
        "first_month": FEBRUARY,
        "by": OFFICE,
    }
    id_ = ids.new_id()
    first = operations.found(**words, id=id_)
    assert operations.found(**words, id=id_) == first
    with pytest.raises(Refusal) as refused:
        operations.found(**{**words, "name": "B"}, id=id_)
    assert refused.value.reason == "differs"
    with pytest.raises(Refusal, match="déjà fondée"):
        operations.found(**words)
    assert models.Decision.objects.count() == 1


@pytest.mark.parametrize("code", [preset.code for preset in queries.presets()])
def test_every_preset_founds_a_caisse(code: str) -> None:
    operations.found(name=code, preset=code, first_month=FEBRUARY, by=OFFICE)
    named = queries.preset(code).values
    for line in queries.articles_in_force(month=FEBRUARY):
        assert line.value == named.get(line.article.name, line.article.neutral)


def test_before_the_founding_nothing_is_decided() -> None:
    assert queries.founding() is None and queries.sealed_until() is None
    assert reason(base(11_000, FEBRUARY)) == "not_founded"


def test_a_founding_that_is_refused_leaves_nothing() -> None:
    with pytest.raises(Refusal):
        operations.found(name="A", preset="atlantis", first_month=FEBRUARY, by=OFFICE)
    assert queries.founding() is None and ledger.account("fund:caisse") is None


def test_a_decision_changes_an_article_from_its_month_on(founded: Decision) -> None:
    decision = decide(base(11_000, Month(2023, 6)), Amend("allocation.credit_day", 6, FEBRUARY))
    assert decision.number == 2 and decision.decided_on == date(2023, 1, 10)
    assert [cents(Month(2023, month)) for month in (2, 5, 6, 12)] == [
        10_000,
        10_000,
        11_000,
        11_000,
    ]
    assert queries.in_force(AllocationRules, month=FEBRUARY).credit_day == 6


def test_two_axes_of_time(founded: Decision) -> None:
    then = clock.now_ms()
    with clock.travelled(clock.instant(date(2023, 3, 11), 10)):
        decide(base(11_000, Month(2023, 5)))
    march = clock.instant(date(2023, 3, 31))
    with clock.travelled(clock.instant(date(2023, 4, 8), 10)):
        decide(base(12_000, Month(2023, 5)))
        decide(base(9_000, Month(2023, 4)))
    may = Month(2023, 5)
    assert [cents(may, known) for known in (then, march, None)] == [10_000, 11_000, 12_000]
    assert cents(Month(2023, 4)) == 9_000


def test_adoption_never_goes_back_in_time(founded: Decision) -> None:
    with clock.travelled(clock.instant(date(2023, 3, 1))):
        first = decide(base(11_000, Month(2023, 5)))
    second = decide(base(12_000, Month(2023, 5)))
    assert second.adopted_at == first.adopted_at
    assert cents(Month(2023, 5)) == 12_000


def test_the_same_decision_sent_twice_is_adopted_once(founded: Decision) -> None:
    id_ = ids.new_id()
    first = decide(base(11_000, Month(2023, 6)), id=id_)
    assert decide(base(11_000, Month(2023, 6)), id=id_) == first
    assert (first.number, first.id, models.Decision.objects.count()) == (2, id_, 2)
    assert reason(base(12_000, Month(2023, 6)), id=id_) == "differs"
    assert reason(base(11_000, Month(2023, 6)), id=id_, title="Autre") == "differs"


def test_an_id_that_served_elsewhere_is_refused(founded: Decision) -> None:
    with transaction.atomic():
        other = events.record("something.else", subject="x", by=OFFICE)
    assert reason(base(11_000, Month(2023, 6)), id=other) == "differs"


def test_amendments_carry_ids_derived_from_the_decision(founded: Decision) -> None:
    decision = decide(base(11_000, Month(2023, 6)), Amend("allocation.credit_day", 6, FEBRUARY))
    rows = models.Amendment.objects.filter(decision_id=decision.number).order_by("position")
    assert [row.id for row in rows] == [operations.effect_id(decision, n) for n in (0, 1)]


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        (Amend("allocation.bonus_cents", 1, Month(2023, 6)), "unknown_article"),
        (Amend("allocation.base_cents", 1.5, Month(2023, 6)), "wrong_type"),
        (Amend("allocation.base_cents", 100_001, Month(2023, 6)), "out_of_bounds"),
        (Amend("allocation.mode", "generous", Month(2023, 6)), "unknown_choice"),
        (Amend("allocation.mode", "by_size_band", Month(2023, 6)), "contradiction"),
        (Amend("contribution.max_cents", 50, Month(2023, 6)), "contradiction"),
    ],
)
def test_a_value_that_may_not_be_is_refused(
    founded: Decision, effect: Amend, expected: str
) -> None:
    assert reason(base(11_000, Month(2023, 6)), effect) == expected


def test_other_refusals_of_a_decision(founded: Decision) -> None:
    june = Month(2023, 6)
    assert reason(base(1, june), base(2, june)) == "twice"
    assert reason(base(1, june), title="  ") == "title"
    assert reason(base(1, june), body="") == "body"
    assert reason(base(1, june), on=date(2023, 1, 11)) == "date"


def test_articles_that_would_disagree_later_are_refused(founded: Decision) -> None:
    decide(Amend("contribution.max_cents", 20_000, Month(2023, 9)))
    assert reason(Amend("contribution.min_cents", 30_000, Month(2023, 6))) == "contradiction"


def test_a_mode_and_its_scale_are_decided_together(founded: Decision) -> None:
    bands = rules.from_json("allocation.size_bands", [{"max_people": 1, "cents": 1}, {"cents": 2}])
    decide(
        Amend("allocation.mode", "by_size_band", Month(2023, 6)),
        Amend("allocation.size_bands", bands, Month(2023, 6)),
    )
    assert queries.in_force(AllocationRules, month=Month(2023, 6)).size_bands == bands


def test_a_sealed_month_is_out_of_reach(founded: Decision) -> None:
    operations.seal(month=FEBRUARY)
    operations.seal(month=FEBRUARY)
    assert queries.sealed_until() == FEBRUARY and models.Seal.objects.count() == 1
    assert reason(base(11_000, FEBRUARY)) == "sealed"
    assert reason(base(11_000, Month(2023, 1))) == "sealed"
    with pytest.raises(Refusal) as refused:
        decide(base(11_000, FEBRUARY))
    assert refused.value.sentence == (
        "Le mois de février 2023 est arrêté : l’article « montant de base » peut changer "
        "à partir de mars 2023, pas de février 2023."
    )
    decide(base(11_000, Month(2023, 3)))
    assert [cents(month) for month in (FEBRUARY, Month(2023, 3))] == [10_000, 11_000]


def test_a_seal_names_the_event_that_froze_the_month(founded: Decision) -> None:
    with transaction.atomic():
        cause = events.record("month.frozen", subject=FEBRUARY, by=OFFICE)
        operations.seal(month=FEBRUARY, cause=cause)
    assert models.Seal.objects.get().event == cause


def test_the_register_says_in_french_what_each_decision_changes(founded: Decision) -> None:
    decide(base(11_000, Month(2023, 6)))
    decide(title="Prendre acte", text="Rien ne change.")
    newest, second, first = queries.register()
    assert (newest.decision.title, newest.changes) == ("Prendre acte", ())
    (change,) = second.changes
    assert change.sentence == (
        "À partir de juin 2023, montant de base : 110,00\u202f€ (100,00\u202f€ auparavant)."
    )
    assert first.decision.number == 1 and len(first.changes) == len(rules.REGISTER)
    assert [entry.decision.number for entry in queries.register(before=2)] == [1]


def test_an_article_that_no_code_obeys_any_more_stays_readable(
    founded: Decision, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(base(11_000, Month(2023, 6)))
    from caisse.bylaws.rules import register

    fewer = {name: known for name, known in rules.REGISTER.items() if "base_cents" not in name}
    monkeypatch.setattr(register, "REGISTER", fewer)
    monkeypatch.setattr(rules, "REGISTER", fewer)
    (change,) = queries.register()[0].changes
    assert change.sentence == "« allocation.base_cents » n’est pas un article du règlement."


def test_an_article_that_no_decision_spoke_of_is_shown_as_such(founded: Decision) -> None:
    before = queries.articles_in_force(month=Month(2022, 12))
    assert all(line.by is None and line.value == line.article.neutral for line in before)


@dataclass(frozen=True, slots=True)
class Painted:
    """An effect of a test: a place gets a colour."""

    place_id: int
    colour: str

    def sentence(self) -> str:
        return f"Le lieu {self.place_id} devient {self.colour}."


@pytest.fixture
def painting(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, int, int]]:
    """What the handler of `Painted` did: (id, decision, place)."""
    done: list[tuple[bytes, int, int]] = []
    monkeypatch.setattr(effects, "KINDS", dict(effects.KINDS))
    monkeypatch.setattr(operations, "HANDLERS", dict(operations.HANDLERS))
    rules.effect("trial.painted")(Painted)

    @operations.enacts(Painted)
    def paint(effect: Painted, *, id: bytes, decision: Decision, by: Actor) -> None:
        if effect.colour == "invisible":
            raise Refusal("colour", "Cette couleur n’existe pas.")
        events.record("place.painted", subject=f"place:{effect.place_id}", by=by, id=id)
        done.append((id, decision.number, effect.place_id))

    return done


def test_effects_of_other_packages_are_enacted_with_derived_ids(
    founded: Decision, painting: list[tuple[bytes, int, int]]
) -> None:
    decision = decide(base(11_000, Month(2023, 6)), Painted(3, "vert"), Painted(4, "bleu"))
    assert painting == [
        (operations.effect_id(decision, 1), 2, 3),
        (operations.effect_id(decision, 2), 2, 4),
    ]
    assert [change.sentence for change in queries.register()[0].changes][1:] == [
        "Le lieu 3 devient vert.",
        "Le lieu 4 devient bleu.",
    ]


def test_one_refused_effect_stops_the_whole_decision(
    founded: Decision, painting: list[tuple[bytes, int, int]]
) -> None:
    refused = reason(base(11_000, Month(2023, 6)), Painted(3, "vert"), Painted(4, "invisible"))
    assert refused == "colour"
    assert not Event.objects.filter(name="place.painted").exists()


def test_an_effect_that_nothing_enacts_is_refused(
    founded: Decision, painting: list[tuple[bytes, int, int]]
) -> None:
    operations.HANDLERS.pop(Painted)
    assert reason(Painted(3, "vert")) == "unknown_effect"


def test_the_decision_s_event_holds_its_effects_and_nothing_typed(founded: Decision) -> None:
    decision = decide(base(11_000, Month(2023, 6)))
    happened = events.happened(decision.id)
    assert happened is not None and happened.name == "decision.adopted"
    (effect,) = json.loads(models.Decision.objects.get(pk=2).effects)
    assert happened.data == {"effects": [{k: v for k, v in effect.items() if k != "source"}]}


def raw(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bylaws_amendment SET value = '1'",
        "DELETE FROM bylaws_amendment",
        "UPDATE bylaws_decision SET title = 'x'",
        "DELETE FROM bylaws_decision",
        "UPDATE bylaws_seal SET month = 202212",
        "DELETE FROM bylaws_seal",
        "UPDATE bylaws_founding SET preset = 'x'",
        "DELETE FROM bylaws_founding",
    ],
)
def test_raw_sql_cannot_rewrite_the_register(founded: Decision, statement: str) -> None:
    operations.seal(month=FEBRUARY)
    with pytest.raises(DatabaseError, match="insert-only"):
        raw(statement)


INSERT = """INSERT INTO bylaws_amendment
    (id, article, value, since, decision_id, position, adopted_at, sourced, source)
    SELECT %s, 'allocation.base_cents', '1', %s, %s, 900, %s, sourced, ''
    FROM bylaws_amendment WHERE position = 0 AND decision_id = 1"""


def insert(since: int, decision: int, adopted_at: int) -> None:
    id_: Any = ids.new_id()
    if connection.vendor == "postgresql":
        id_ = ids.show_id(id_)
    raw(INSERT, id_, since, decision, adopted_at)


def test_raw_sql_cannot_amend_a_sealed_month(founded: Decision) -> None:
    operations.seal(month=FEBRUARY)
    for month in (202301, 202302):
        with pytest.raises(DatabaseError, match="sealed month"):
            insert(month, 1, founded.adopted_at)
    insert(202303, 1, founded.adopted_at)


@pytest.mark.parametrize(("decision", "later"), [(99, 0), (1, 1)])
def test_raw_sql_cannot_amend_without_a_decision(
    founded: Decision, decision: int, later: int
) -> None:
    with pytest.raises(DatabaseError, match="needs its decision"):
        insert(202306, decision, founded.adopted_at + later)
