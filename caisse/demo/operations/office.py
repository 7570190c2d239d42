"""The office and the committee: found, sign, approve, join, and the monthly run."""

from typing import assert_never

from django.db import transaction

from caisse.bylaws import operations as bylaws
from caisse.bylaws.rules import Amend, Effect
from caisse.contributions import operations as contributions
from caisse.demo.operations.stage import (
    CAST,
    COMMITTEE,
    COORDINATION,
    DESK,
    NAMES,
    TREASURY,
    Stage,
    act_id,
)
from caisse.demo.world import acts
from caisse.funding import operations as funding
from caisse.kernel.actor import SYSTEM
from caisse.kernel.refusal import Refusal
from caisse.merchants import operations as merchants
from caisse.merchants import queries as registered
from caisse.merchants.operations import ApprovePlace, WithdrawPlace
from caisse.merchants.rules import Hours
from caisse.month import operations as month
from caisse.month import queries as months
from caisse.payments import operations as payments
from caisse.people import operations as people
from caisse.people import queries as registry
from caisse.people.operations import Joining, NewHolder, NewHousehold

OfficeAct = (
    acts.Found
    | acts.SignGrant
    | acts.PlanCosts
    | acts.Apply
    | acts.Describe
    | acts.Decide
    | acts.Join
    | acts.Freeze
    | acts.Check
    | acts.Approve
    | acts.Credit
    | acts.FeedRoom
    | acts.HoldSales
    | acts.PayRedemptions
    | acts.Close
)


Naming = acts.SignGrant | acts.PlanCosts | acts.Apply | acts.Join
"""Acts that give numbers: done again when a play goes on, they only tell what they gave."""


def do(stage: Stage, act: OfficeAct) -> None:
    """Do one act; done before, it changes nothing."""
    match act:
        case acts.Found():
            found(act)
        case acts.SignGrant() | acts.PlanCosts() | acts.Apply():
            tell(stage, act)
        case acts.Join():
            tell(stage, act)
            pledge(stage, act)
        case acts.Describe():
            describe(stage, act)
        case acts.Decide():
            decide(stage, act)
        case acts.Freeze():
            month.freeze(month=act.month, by=SYSTEM)
        case acts.Check() | acts.Approve() | acts.Credit() | acts.Close():
            run(act)
        case acts.FeedRoom():
            feed_room(act)
        case acts.HoldSales():
            merchants.hold_sales(month=act.month, by=SYSTEM)
        case acts.PayRedemptions():
            merchants.pay_redemptions(month=act.month, by=TREASURY)
        case _:
            assert_never(act)


def tell(stage: Stage, act: Naming) -> None:
    """Do an act that gives numbers, and write them on the stage."""
    match act:
        case acts.SignGrant():
            sign(stage, act)
        case acts.PlanCosts():
            plan(stage, act)
        case acts.Apply():
            apply(stage, act)
        case acts.Join():
            join(stage, act)
        case _:
            assert_never(act)


def found(act: acts.Found) -> None:
    """Found the caisse and open the ways in of its office."""
    bylaws.found(
        name=act.name,
        preset=act.preset,
        first_month=act.first_month,
        by=SYSTEM,
        demo=True,
        id=act_id(act),
    )
    for identifier, roles in CAST.items():
        open_login(identifier, roles)


def open_login(identifier: str, roles: tuple[str, ...]) -> None:
    """A way in for one of the cast, unless it is there."""
    try:
        registry.actor(identifier)
    except Refusal:
        given, family = NAMES.get(identifier, ("", ""))  # nobody stands behind a till
        people.create_login(
            identifier=identifier, roles=roles, given_name=given, family_name=family, by=SYSTEM
        )


def sign(stage: Stage, act: acts.SignGrant) -> None:
    """Sign one agreement, with the days on which its instalments are promised."""
    grant = stage.world.grants[act.grant]
    funder = funding.add_funder(name=grant.funder, by=COORDINATION)
    signed = funding.sign_grant(
        funder_id=funder,
        fund=grant.fund,
        label=f"Convention {grant.signed_on.year}",
        instalments=[(one.planned_on, one.cents) for one in grant.instalments],
        by=COORDINATION,
        is_investment=grant.is_investment,
        id=act_id(act, act.grant),
    )
    for position, number in enumerate(signed.instalment_ids):
        stage.instalments[act.grant, position] = number


def plan(stage: Stage, act: acts.PlanCosts) -> None:
    """Write the budget of a year, cost by cost."""
    for cost in act.costs:
        stage.costs[cost.line, cost.on] = funding.plan_cost(
            line=cost.line,
            due_on=cost.on,
            cents=cost.cents,
            by=TREASURY,
            id=act_id(act, f"{cost.line}:{cost.on}"),
        )


def apply(stage: Stage, act: acts.Apply) -> None:
    """Write down the places that ask to be approved."""
    for number in act.places:
        place = stage.world.places[number]
        stage.places[number] = merchants.register_place(
            merchant=place.merchant,
            name=place.name,
            kind=place.kind,
            commune=place.commune,
            by=COORDINATION,
        )


def describe(stage: Stage, act: acts.Describe) -> None:
    """Write what the places tell their customers, and the office alone: their accounts."""
    for number in act.places:
        told, place_id = stage.world.presences[number], stage.places[number]
        merchants.describe_place(
            place_id=place_id,
            address=told.address,
            sells=told.sells,
            access=told.access,
            latitude_e5=told.latitude_e5,
            longitude_e5=told.longitude_e5,
            by=COORDINATION,
            id=act_id(act, number),
        )
        merchants.set_hours(
            place_id=place_id,
            hours=[Hours(*one) for one in told.hours],
            by=COORDINATION,
            id=act_id(act, f"hours:{number}"),
        )
        for first, last, note in told.closed:
            merchants.close_for(
                place_id=place_id,
                first=first,
                last=last,
                note=note,
                by=COORDINATION,
                id=act_id(act, f"closed:{number}:{first}"),
            )
        say_account(stage, act, number)


def say_account(stage: Stage, act: acts.Describe, number: int) -> None:
    """A place says where its euros go; the coordination rings back, the treasury agrees."""
    told, place = stage.world.places[number], registered.place(stage.places[number])
    assert place is not None, "it was written down before"
    details = merchants.propose_bank_details(
        merchant_id=place.merchant_id,
        iban=told.iban,
        holder=told.merchant,
        by=COORDINATION,
        id=act_id(act, f"account:{number}"),
    )
    called = merchants.confirm_bank_details(
        details_id=details, by=COORDINATION, id=act_id(act, f"called:{number}")
    )
    people.agree(act_id=called, by=TREASURY)


def decide(stage: Stage, act: acts.Decide) -> None:
    """Adopt a decision; its effects are enacted with it."""
    effects: list[Effect] = [
        *(ApprovePlace(stage.places[number], act.at.day) for number in act.approves),
        *(WithdrawPlace(stage.places[number]) for number in act.withdraws),
        *(Amend(one.article, one.value, one.since) for one in act.amends),
    ]
    bylaws.decide(
        title=act.title,
        text=act.text,
        body="comité citoyen",
        effects=effects,
        by=COMMITTEE,
        on=act.at.day,
        id=act_id(act, act.title),
    )


def feed_room(act: acts.FeedRoom) -> None:
    """The committee decides, the treasury prepares, the coordination agrees."""
    decision = bylaws.decide(
        title=act.title,
        text=act.text,
        body="comité citoyen",
        effects=[],
        by=COMMITTEE,
        on=act.at.day,
        id=act_id(act),
    )
    prepared = payments.prepare_offline_room(
        cents=act.cents, decision=decision.number, by=TREASURY, id=act_id(act, "room")
    )
    people.agree(act_id=prepared, by=COORDINATION)


def join(stage: Stage, act: acts.Join) -> None:
    """A cohort joins: households in one operation, then what each will pay."""
    rows = [
        Joining(
            NewHousehold(
                adults=home.adults,
                births=home.births,
                holders=(NewHolder(home.given, home.family, home.handle),),
                street=home.street,
                postcode=home.postcode,
                town="Montpellier",
            ),
            home.joined_on,
        )
        for home in map(stage.household, act.households)
    ]
    joined = people.join_many(rows=rows, by=COORDINATION, id=act_id(act))
    stage.members.update(zip(act.households, joined, strict=True))


@transaction.atomic
def pledge(stage: Stage, act: acts.Join) -> None:
    """What each household of the cohort will pay, from its first month on; one evening's work."""
    for home in map(stage.household, act.households):
        contributions.pledge(
            membership_id=stage.members[home.number].membership_id,
            cents=home.contribution_cents,
            since=home.first_month,
            by=DESK,
            id=act_id(act, f"pledge:{home.number}"),
        )


def run(act: acts.Check | acts.Approve | acts.Credit | acts.Close) -> None:
    """The next step of a month's run, unless it is already behind."""
    view = months.run(month=act.month, position=0)
    state = None if view is None else view.state
    match act:
        case acts.Check() if state == "frozen":
            month.check(month=act.month, by=TREASURY)
        case acts.Approve() if state == "checked":
            month.approve(month=act.month, by=COORDINATION)
        case acts.Credit() if state == "approved":
            month.credit(month=act.month, by=SYSTEM)
        case acts.Close() if state == "credited":
            month.close(month=act.month, by=TREASURY)
