"""The reference year as plain values: when the office, the committee and the bank do what they do.

Days: instalments on the 2nd, calls and receipts on the 3rd, deposits on the 4th, redemptions then
credit on the 5th, returns on the 8th, freeze on the 15th and approval on the 16th of the month
before, recoveries on the 24th (in January 2024 on the 4th, so that February starts covered), costs
on the 25th, sales held and month closed on the last day.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from caisse.demo.world.acts import (
    Act,
    Amended,
    Apply,
    Approve,
    Call,
    Check,
    Close,
    Credit,
    Decide,
    Deposit,
    Describe,
    FeedRoom,
    Found,
    Freeze,
    HoldSales,
    Join,
    PayCosts,
    PayRedemptions,
    PlanCosts,
    Postpone,
    Receive,
    ReceiveInstalment,
    Recover,
    Return,
    SignGrant,
)
from caisse.demo.world.grants import LATE, SIGNING
from caisse.demo.world.markets import SINCE as MARKETS_SINCE
from caisse.demo.world.returns import Debits
from caisse.demo.world.tables import FIRST, FOUNDED_ON, SPAN, YEAR
from caisse.demo.world.values import Cost, Grant, Household, Moment, Place
from caisse.kernel.month import Month

NAME, PRESET = "Montpellier 2023", "montpellier_2023"
EARLY_RECOVERY = Month(2024, 1)
BUDGET_AFTER_ON = date(2024, 1, 13)
"""The meeting that votes the budget of the year after."""
AT_THE_DESK = frozenset({"cash", "cheque"})
APPLIED_BEFORE = timedelta(18)


def founding() -> Iterator[Act]:
    """The caisse is founded."""
    yield Found(Moment.at(FOUNDED_ON, 10), NAME, PRESET, FIRST)


def agreements(grants: Sequence[Grant]) -> Iterator[Act]:
    """Grants are signed, paid, and one instalment is postponed."""
    yield Postpone(Moment.at(LATE.told_on, 9), LATE.grant, LATE.position, LATE.to)
    for grant in grants:
        yield SignGrant(Moment.at(grant.signed_on, 18, grant.number % 60), grant.number)
        for position, instalment in enumerate(grant.instalments):
            at = Moment.at(instalment.received_on, 9, grant.number % 60)
            yield ReceiveInstalment(at, grant.number, position, grant.fund, instalment.cents)


def budgets(costs: Sequence[Cost]) -> Iterator[Act]:
    """Costs are planned for a year at a time and paid on their day."""
    last = YEAR[-1].last
    first_year = tuple(cost for cost in costs if cost.on <= last)
    yield PlanCosts(Moment.at(SIGNING, 17), first_year)
    yield PlanCosts(Moment.at(BUDGET_AFTER_ON, 12, 30), tuple(costs[len(first_year) :]))
    for day, due in groupby(costs, key=lambda cost: cost.on):
        yield PayCosts(Moment.at(day, 10), tuple(due))


def meetings(places: Sequence[Place]) -> Iterator[Act]:
    """Places apply; the committee approves them by batches, and withdraws one."""
    for day, batch in groupby(places, key=lambda place: place.approved_on):
        approved = tuple(place.number for place in batch)
        withdrawn = tuple(place.number for place in places if place.withdrawn_on == day)
        applied_on = max(day - APPLIED_BEFORE, SIGNING)
        yield Apply(Moment.at(applied_on, 15), approved)
        yield Describe(Moment.at(applied_on, 15, 30), approved)
        title = f"Conventionnement de {len(approved)} lieux"
        text = "Le comité a lu les dossiers et les comptes rendus de visite, et donne son accord."
        if withdrawn:
            title += " et un retrait"
            text += " Un lieu cesse son activité : sa convention prend fin ce jour."
        yield Decide(Moment.at(day, 12), title, text, approved, withdrawn)


def rulings() -> Iterator[Act]:
    """What the committee changes in the bylaws. None touches a figure of the reference year."""
    yield Decide(
        Moment.at(date(2023, 5, 13), 12, 15),
        "Vendre sans réseau sur les marchés",
        "Sur plusieurs marchés, aucun appareil n’a de réseau. Un lieu pourra y encaisser l’argent "
        "que les foyers ont mis de côté la veille, jusqu’à 60 € par foyer et 200 € par jour. La "
        "caisse ne garde encore rien pour des pertes : rien d’autre ne passe, rien ne se perd.",
        amends=tuple(
            Amended(f"payment.{name}", value, MARKETS_SINCE)
            for name, value in (
                ("offline", True),
                ("offline_trust_cents", 6_000),
                ("offline_member_cents", 2_000),
                ("offline_day_cents", 20_000),
                ("offline_reserve_cents", 6_000),
            )
        ),
    )
    yield Decide(
        Moment.at(date(2023, 9, 9), 12, 15),
        "Un délai plus court pour rembourser un achat",
        "Les lieux demandent d’arrêter leurs comptes plus tôt. Les remboursements constatés ont "
        "tous eu lieu dans la semaine : deux semaines suffisent.",
        amends=(Amended("payment.refund_window_days", 14, Month(2023, 11)),),
    )
    yield Decide(
        Moment.at(BUDGET_AFTER_ON, 12, 15),
        "Ouvrir la caisse à 400 foyers",
        "La couverture est de un pour un et les financeurs annoncent leurs conventions. La caisse "
        "pourra accueillir jusqu’à 400 foyers ; la prochaine vague sera tirée au sort.",
        amends=(Amended("admission.capacity", 400, Month(2024, 3)),),
    )


def room() -> Iterator[Act]:
    """After the first year, what unforeseen sales may cost: 60 € for each of the 55 places."""
    yield FeedRoom(
        Moment.at(date(2024, 2, 6), 18),
        "Garder 3 300 € pour les ventes sans réseau",
        "Depuis juin, tout ce qui s’est vendu sans réseau était mis de côté : rien n’a été perdu. "
        "Pour que passe aussi un achat imprévu, la caisse garde 60 € pour chacun des 55 lieux. "
        "C’est tout ce qu’elle peut perdre avant qu’une personne regarde.",
        330_000,
    )


def entries(households: Sequence[Household]) -> Iterator[Act]:
    """Each cohort signs on one evening."""
    for day, cohort in groupby(households, key=lambda household: household.joined_on):
        yield Join(Moment.at(day, 19), tuple(household.number for household in cohort))


def runs(households: Sequence[Household]) -> Iterator[Act]:
    """The monthly round of every month, and the freeze of the month after the last."""
    for month in [*SPAN, SPAN[-1].next()]:
        before = month.previous()
        yield Freeze(Moment.at(before.day(15), 4), month)
        yield Check(Moment.at(before.day(15), 14), month)
        yield Approve(Moment.at(before.day(16), 10), month)
    for month in SPAN:
        yield Call(Moment.at(month.day(3), 6), month)
        yield from _receipts(month, households)
        if month != FIRST:
            yield PayRedemptions(Moment.at(month.day(5), 5), month.previous())
        yield Credit(Moment.at(month.day(5), 6), month)
        yield HoldSales(Moment.at(month.last, 22), month)
        yield Close(Moment.at(month.last, 23), month)


def _receipts(month: Month, households: Sequence[Household]) -> Iterator[Act]:
    """Debits and transfers, then the desk, on the 3rd; the desk's deposit on the 4th."""
    members = [household for household in households if household.first_month <= month]
    for desk in (False, True):
        receipts = tuple(
            (household.number, household.contribution_cents, household.paid_by)
            for household in members
            if (household.paid_by in AT_THE_DESK) is desk
        )
        if receipts:
            yield Receive(Moment.at(month.day(3), 16 if desk else 12), month, receipts)
    yield Deposit(Moment.at(month.day(4), 10))


def bank(debits: Debits) -> Iterator[Act]:
    """Returned debits on the 8th; those made good later."""
    for month, returned in groupby(debits.returned, key=lambda one: one.month):
        yield Return(Moment.at(month.day(8), 7, 30), tuple(returned))
    for month, recovered in groupby(debits.recovered, key=lambda one: one.paid_in):
        if month in SPAN:
            day = month.day(4 if month == EARLY_RECOVERY else 24)
            yield Recover(Moment.at(day, 11), tuple(recovered))
