"""`judge` against a plain dictionary: the same answers, receipts and balances, in any batches."""

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caisse.ledger.rules import ANSWERS, Outcome
from caisse.ledger.tests.histories import (
    ALONE,
    HISTORIES,
    NOW,
    STEPS,
    Chain,
    Step,
    chains_of,
    small_world,
)
from caisse.ledger.tests.memory import Memory, commit
from caisse.ledger.tests.plain import Plain, Told

MORE = settings(max_examples=4 * settings.default.max_examples)  # type: ignore[union-attr]


def told(outcomes: list[Outcome]) -> list[Told]:
    return [(o.answer, o.debit_after, o.credit_after) for o in outcomes]


def standing(model: Plain) -> dict[str, tuple[int, int]]:
    return {code: (a["balance"], a["held"]) for code, a in model.accounts.items()}


def in_batches(chains: list[Chain], sizes: random.Random) -> list[list[Chain]]:
    batches, rest = [], list(chains)
    while rest:
        size = sizes.randint(1, len(rest))
        batches.append(rest[:size])
        rest = rest[size:]
    return batches


@MORE
@given(HISTORIES)
def test_every_answer_and_balance_is_the_dictionarys(steps: list[Step]) -> None:
    model, chains = small_world(), chains_of(steps)
    memory = Memory(model)
    for chain in chains:
        wanted = model.ask(chain)
        assert told(commit(memory, [chain], NOW)[0]) == wanted, chain
        assert memory.balances() == standing(model)
    assert memory.posted.keys() == model.posted.keys()


@MORE
@given(HISTORIES, st.lists(st.integers(0, 1_000_000), min_size=3, max_size=3))
def test_the_size_of_batches_changes_nothing(steps: list[Step], seeds: list[int]) -> None:
    chains = chains_of(steps)
    alone = Memory(small_world())
    wanted = [commit(alone, [chain], NOW)[0] for chain in chains]
    for seed in seeds:
        memory = Memory(small_world())
        batches = in_batches(chains, random.Random(seed))
        assert [told for batch in batches for told in commit(memory, batch, NOW)] == wanted
        assert (memory.posted, memory.rows) == (alone.posted, alone.rows)


INDEPENDENT = st.lists(
    STEPS.filter(lambda step: step.kind in (*ALONE, "post", "void", "refund", "again")), max_size=12
)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(INDEPENDENT, INDEPENDENT, INDEPENDENT, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing_between_strangers(
    one: list[Step], two: list[Step], three: list[Step], chance: random.Random
) -> None:
    """Three groups with accounts of their own; what they share has no guard that could break."""
    groups = {
        name: chains_of(steps, name) for name, steps in zip("xyz", (one, two, three), strict=True)
    }
    wanted = {}
    for name, chains in groups.items():
        model = small_world(name)
        wanted[name] = [[answer for answer, *_ in model.ask(chain)] for chain in chains]
    together = small_world("x")
    for name in "yz":
        for code, account in small_world(name).accounts.items():
            together.accounts.setdefault(code, account)
    memory = Memory(together)
    queue = [name for name, chains in groups.items() for _ in chains]
    chance.shuffle(queue)
    arriving = {name: iter(chains) for name, chains in groups.items()}
    got: dict[str, list[list[str]]] = {name: [] for name in groups}
    order = [next(arriving[name]) for name in queue]
    answers = [a for batch in in_batches(order, chance) for a in commit(memory, batch, NOW)]
    for name, outcomes in zip(queue, answers, strict=True):
        got[name].append([outcome.answer for outcome in outcomes])
    assert got == wanted


@given(HISTORIES)
def test_a_refused_chain_leaves_the_book_as_it_was(steps: list[Step]) -> None:
    memory = Memory(small_world())
    for chain in chains_of(steps):
        before = (dict(memory.rows), dict(memory.posted), memory.seq)
        outcomes = commit(memory, [chain], NOW)[0]
        if any(o.answer not in ("posted", "exists") for o in outcomes):
            assert (memory.rows, memory.posted, memory.seq) == before
            assert "posted" not in [o.answer for o in outcomes]
        assert {o.answer for o in outcomes} <= set(ANSWERS)


@given(HISTORIES)
def test_money_is_neither_made_nor_lost(steps: list[Step]) -> None:
    memory = Memory(small_world())
    sums: dict[object, int] = {}
    commit(memory, chains_of(steps), NOW)
    for row in memory.rows.values():
        sums[row[2]] = sums.get(row[2], 0) + int(row[4]) - int(row[3])  # type: ignore[call-overload]
        assert int(row[5]) >= 0, "held"  # type: ignore[call-overload]
    assert set(sums.values()) == {0}


@given(
    HISTORIES,
    st.sampled_from(["debit", "credit", "cents", "unit", "reason", "phase", "of", "method"]),
)
def test_the_same_id_with_other_content_differs_and_moves_nothing(
    steps: list[Step], field: str
) -> None:
    memory, model = Memory(small_world()), small_world()
    chains = chains_of(steps)
    commit(memory, chains, NOW)
    for chain in chains:
        model.ask(chain)
    others: dict[str, Any] = {"debit": "wallet:2", "credit": "place:1", "cents": 7, "unit": "mark"}
    others |= {"reason": "gift", "phase": "held", "of": chains[0][0].id, "method": "paper"}
    before = (dict(memory.rows), dict(memory.posted))
    for first, _ in model.posted.values():
        changed = first._replace(**{field: others[field]})
        if changed != first:
            (outcome,) = commit(memory, [[changed]], NOW)[0]
            assert outcome == Outcome("differs", first.id)
    assert (memory.rows, memory.posted) == before
