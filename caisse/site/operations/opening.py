"""A caisse that already runs comes in: judged as a whole, then entered under one decision."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from caisse.bylaws import operations as register
from caisse.bylaws import queries as bylaws
from caisse.bylaws.queries import Decision
from caisse.contributions import operations as contributions
from caisse.contributions.operations import NewPledge
from caisse.contributions.operations.pledging import FARTHEST_MONTHS
from caisse.contributions.rules import ContributionRules, demand_pledge
from caisse.kernel import clock, events, ids
from caisse.kernel.actor import SYSTEM, Actor
from caisse.kernel.cents import show
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.sheet import MOST_BYTES
from caisse.ledger import operations as ledger
from caisse.ledger.rules import Transfer
from caisse.merchants import operations as merchants
from caisse.merchants import queries as places
from caisse.merchants.operations import ApprovePlace
from caisse.merchants.operations.agreements import demand_rate
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import Joined, Joining, NewHolder, NewHousehold
from caisse.people.operations.persons import Limits, demand_composition, demand_holders, in_use
from caisse.people.rules import CurrencyRules, counted, demand_room, sign
from caisse.site.operations.opening_files import Problem, Understood, understand
from caisse.site.operations.opening_lines import FILES, HolderLine, HouseholdLine, PlaceLine

TITLE = "Reprise d’une caisse existante"
TAKEN = "caisse.taken_over"
ANSWER = "correspondance.csv"
"""What the import writes beside the files; it is no file of the old caisse."""
MOST_PLACES = 2_000
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Entered:
    """A household in this caisse: its number in the old system, and what it got here."""

    number: str
    membership_id: int
    wallet_id: int
    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The decision under which everything was entered, and the households in the files' order."""

    decision: int
    entered: tuple[Entered, ...]


def look(folder: Path) -> Understood:
    """What the files of a folder say, with all that stands against entering them; writes nothing.

    Files that were entered already have no problem. Raises Refusal: `no_folder`, `taken_over` when
    other files were, `sealed` once the first month is frozen.
    """
    if not folder.is_dir():
        raise Refusal("no_folder", f"« {folder.name} » n’est pas un dossier.")
    files, strange = {}, []
    for file in sorted(folder.iterdir()):
        name = file.name.lower()
        if name in FILES:
            with file.open("rb") as opened:
                files[name] = opened.read(MOST_BYTES + 1)  # one more is too large, and is said so
        elif name.endswith(".csv") and name != ANSWER:
            strange.append(Problem(file.name, 0, f"fichier inconnu. Il y a {', '.join(FILES)}."))
    found = understand(files, places.kinds())
    if _decision_before(found) is not None:
        return found
    _demand_early()
    if strange or found.problems:
        return found.against([*strange, *found.problems])
    return found.against(_problems(found))


@ledger.repeatable
@transaction.atomic
def take_over(*, found: Understood, by: Actor, body: str = "comité citoyen") -> TakenOver:
    """Enter households, holders, pledges, places and balances under one decision of `body`.

    All or nothing: the bank of the caisse covers wallets and places to the cent, and what remains
    goes to the fund. The same files twice are entered once, with the first answer; other files are
    refused. Raises Refusal: `lines`, `taken_over`, `sealed`, and what the operations raise.
    """
    register.lock()
    before = _decision_before(found)
    if before is not None:
        return _taken_before(found, before)
    _demand_early()
    against = found.problems or _problems(found)
    if against:
        raise Refusal("lines", " ".join(said(problem) for problem in against[:SHOWN]))
    cause = ids.new_id()
    joined = people.join_many(
        rows=_joinings(found, clock.today()), by=by, id=derived_id(cause, "households")
    )
    members = {line.number: each for line, each in zip(found.households, joined, strict=True)}
    contributions.pledge_many(rows=_pledges(found, members), by=by, id=derived_id(cause, "pledges"))
    numbers = {line.name: _register(line, by) for line in found.places}
    decision = register.decide(
        title=TITLE,
        text=_text(found),
        body=body,
        effects=[ApprovePlace(numbers[p.name], p.since, rate=p.rate) for p in found.places],
        by=by,
        id=derived_id(cause, "decision"),
    )
    ledger.post(list(_transfers(found, members, numbers, decision)))
    _record(found, decision, cause, by)
    return TakenOver(decision.number, _entered(found, joined))


def decision_of(found: Understood) -> int | None:
    """The number of the decision that entered these very files, or None. Raises as `look` does."""
    before = _decision_before(found)
    return None if before is None else before[0]


def first_pledged() -> Month:
    """The first month for which pledges that come in count."""
    founding = bylaws.founding()
    assert founding is not None, "the caisse is founded"
    return max(founding.first_month, contributions.open_month())


def said(problem: Problem) -> str:
    """A problem as one sentence: its file, its line, what is wrong."""
    where = f"{problem.file}, ligne {problem.line}" if problem.line else problem.file
    return f"{where} : {problem.sentence}"


def _record(found: Understood, decision: Decision, cause: Id, by: Actor) -> None:
    events.record(
        TAKEN,
        subject="caisse",
        by=by,
        id=cause,
        decision=decision.number,
        fingerprint=found.fingerprint,
        households=len(found.households),
        holders=len(found.holders),
        pledges=len(found.pledges),
        places=len(found.places),
        bank_cents=found.of_bank("caisse"),
        operating_cents=found.of_bank("operating"),
        wallets_cents=found.wallets_cents,
        places_cents=found.places_cents,
    )


def _decision_before(found: Understood) -> tuple[int, Id] | None:
    """The decision that entered these very files and its event; Refusal when it was others."""
    before = events.history(names=[TAKEN], limit=1)
    if not before:
        return None
    if before[0].data["fingerprint"] != found.fingerprint:
        raise Refusal(
            "taken_over",
            f"Une caisse est déjà reprise ici, par la décision n° {before[0].data['decision']}.",
        )
    return int(before[0].data["decision"]), before[0].id


def _taken_before(found: Understood, before: tuple[int, Id]) -> TakenOver:
    number, cause = before
    rows = _joinings(found, clock.today())
    joined = people.join_many(rows=rows, by=SYSTEM, id=derived_id(cause, "households"))
    return TakenOver(number, _entered(found, joined))


def _demand_early() -> None:
    """Balances stand at the beginning: once a month is frozen, they have become payments."""
    sealed = bylaws.sealed_until()
    if sealed is not None:
        raise Refusal(
            "sealed",
            f"Le mois de {sealed.words} est déjà figé : une reprise se fait avant le premier mois.",
        )


def _problems(found: Understood) -> list[Problem]:
    """What the bylaws and the books have against files that were understood."""
    today = clock.today()
    limits = Limits.of(Month.of(today))
    against = [
        *_of_households(found, limits, today),
        *_of_pledges(found, today),
        *_of_places(found, today),
    ]
    try:
        count = len(found.households)
        if not count:
            raise Refusal("empty", "Ce fichier ne contient aucun foyer.")
        demand_room(registry.places_taken(on=today), count, limits.admission)
    except Refusal as refusal:
        against.append(Problem("foyers.csv", 0, refusal.sentence))
    if found.rest_cents < 0:
        owed = found.wallets_cents + found.places_cents
        against.append(
            Problem(
                "banque.csv",
                0,
                f"il manque {show(-found.rest_cents)} : la caisse a "
                f"{show(found.of_bank('caisse'))} pour {show(owed)} en circulation.",
            )
        )
    return against


def _of_households(found: Understood, limits: Limits, today: date) -> Iterator[Problem]:
    for household in found.households:
        day = max(today, household.joined_on)
        try:
            demand_composition(household.adults, household.births, day, limits.member)
        except Refusal as refusal:
            yield Problem("foyers.csv", household.line, refusal.sentence)
    taken = in_use([holder.handle for holder in found.holders if holder.handle is not None])
    already: dict[str, int] = {}
    for holder in found.holders:
        count = already.get(holder.number, 0)
        already[holder.number] = count + 1
        try:
            demand_holders([_holder(holder)], limits.holder, count)
        except Refusal as refusal:
            yield Problem("titulaires.csv", holder.line, refusal.sentence)
        if holder.handle in taken:
            yield Problem("titulaires.csv", holder.line, "cet identifiant est déjà pris.")


def _of_pledges(found: Understood, today: date) -> Iterator[Problem]:
    households = {household.number: household for household in found.households}
    first = first_pledged()
    rules: dict[Month, tuple[ContributionRules, str]] = {}
    for pledge in found.pledges:
        month = max(pledge.since or first, first)
        if month not in rules:
            currency = sign(bylaws.in_force(CurrencyRules, month=month))
            rules[month] = (bylaws.in_force(ContributionRules, month=month), currency)
        household = households[pledge.number]
        births = [Month.parse(birth) for birth in household.births]
        adults, children = counted(household.adults, births, month, None)
        try:
            if month - Month.of(today) > FARTHEST_MONTHS:
                raise Refusal("far", f"{month.words} est trop loin : deux ans au plus.")
            demand_pledge(
                pledge.cents,
                adults=adults,
                children=children,
                rules=rules[month][0],
                income_cents=pledge.income_cents,
                situation=pledge.situation,
                currency=rules[month][1],
            )
        except Refusal as refusal:
            yield Problem("cotisations.csv", pledge.line, refusal.sentence)


def _of_places(found: Understood, today: date) -> Iterator[Problem]:
    approved = {(place.merchant, place.name) for place in places.places(at=today)}
    later = {place.name for place in found.places if place.since > today}
    if len(found.places) > MOST_PLACES:
        yield Problem("lieux.csv", 0, f"ce fichier compte plus de {MOST_PLACES} lieux.")
    for place in found.places:
        if (place.merchant, place.name) in approved:
            yield Problem("lieux.csv", place.line, "ce lieu est déjà conventionné ici.")
        try:
            demand_rate(place.rate, Month.of(max(place.since, today)))
        except Refusal as refusal:
            yield Problem("lieux.csv", place.line, refusal.sentence)
    for balance in found.balances:
        if balance.cents and balance.place in later:
            yield Problem(
                "soldes.csv", balance.line, "ce lieu n’encaisse pas encore : il n’a pas de solde."
            )


def _joinings(found: Understood, today: date) -> list[Joining]:
    holders: dict[str, list[NewHolder]] = {}
    for holder in found.holders:
        holders.setdefault(holder.number, []).append(_holder(holder))
    return [_joining(line, tuple(holders[line.number]), today) for line in found.households]


def _joining(line: HouseholdLine, holders: tuple[NewHolder, ...], today: date) -> Joining:
    household = NewHousehold(
        line.adults, line.births, holders, line.street, line.postcode, line.town
    )
    # what the file says of the household is what is known today, however long it is a member
    return Joining(household, line.joined_on, today if line.joined_on < today else None)


def _holder(line: HolderLine) -> NewHolder:
    return NewHolder(line.given_name, line.family_name, line.handle, line.email, line.phone)


def _pledges(found: Understood, members: dict[str, Joined]) -> list[NewPledge]:
    first = first_pledged()
    return [
        NewPledge(
            members[pledge.number].membership_id,
            pledge.cents,
            max(pledge.since or first, first),
            pledge.income_cents,
            pledge.situation,
        )
        for pledge in found.pledges
    ]


def _register(line: PlaceLine, by: Actor) -> int:
    return merchants.register_place(
        merchant=line.merchant, name=line.name, kind=line.kind, by=by, commune=line.commune
    )


def _text(found: Understood) -> str:
    return (
        f"{len(found.households)} foyers et {len(found.places)} lieux viennent d’un autre outil, "
        f"avec {show(found.wallets_cents)} dans les porte-monnaie et {show(found.places_cents)} "
        f"dus aux lieux. La banque de la caisse compte {show(found.of_bank('caisse'))} : "
        f"{show(found.rest_cents)} restent dans le fonds."
    )


def _transfers(
    found: Understood, members: dict[str, Joined], numbers: dict[str, int], decision: Decision
) -> Iterable[Transfer]:
    """Day 0 of the ledger (ledger.md section 1): the bank, then what of it is in circulation."""

    def move(word: str, debit: str, credit: str, cents: int, reason: str) -> Transfer:
        return Transfer(derived_id(decision.id, word), debit, credit, cents, reason, decision.id)

    bank, operating = found.of_bank("caisse"), found.of_bank("operating")
    if bank:
        yield move("bank", "bank:caisse", "fund:caisse", bank, "opening_bank")
    if operating:
        pair = ("bank:operating", "fund:operating")
        debit, credit = pair if operating > 0 else pair[::-1]
        yield move("operating", debit, credit, abs(operating), "opening_bank")
    for balance in found.balances:
        if balance.number:
            code, reason = f"wallet:{members[balance.number].wallet_id}", "opening_wallet"
        else:
            code, reason = f"place:{numbers[balance.place]}", "opening_place"
        if balance.cents:
            yield move(code, "fund:caisse", code, balance.cents, reason)


def _entered(found: Understood, joined: list[Joined]) -> tuple[Entered, ...]:
    return tuple(
        Entered(line.number, each.membership_id, each.wallet_id, each.handles)
        for line, each in zip(found.households, joined, strict=True)
    )
