"""Money of members, funders and suppliers: called, received, returned, made good, paid."""

from typing import assert_never

from caisse.contributions import operations as contributions
from caisse.contributions import queries as paid
from caisse.contributions.operations import NewReceipt
from caisse.demo.operations.stage import COORDINATION, DESK, TREASURY, Stage, act_id
from caisse.demo.world import acts
from caisse.funding import operations as funding
from caisse.kernel import events
from caisse.kernel.actor import SYSTEM

BankAct = (
    acts.ReceiveInstalment
    | acts.Postpone
    | acts.Call
    | acts.Receive
    | acts.Deposit
    | acts.Return
    | acts.Recover
    | acts.PayCosts
)
THE_DESK = "accueil"
AT_THE_DESK = frozenset({"cash", "cheque"})


def do(stage: Stage, act: BankAct) -> None:
    """Do one act; done before, it changes nothing."""
    match act:
        case acts.ReceiveInstalment():
            instalment = stage.instalments[act.grant, act.position]
            word = f"{act.grant}:{act.position}"
            funding.receive_instalment(instalment_id=instalment, by=TREASURY, id=act_id(act, word))
        case acts.Postpone():
            funding.postpone(
                instalment_id=stage.instalments[act.grant, act.position],
                due_on=act.to,
                by=COORDINATION,
                id=act_id(act),
            )
        case acts.Call():
            contributions.call(month=act.month, by=SYSTEM)
        case acts.Receive():
            receive(stage, act)
        case acts.Deposit():
            deposit(act)
        case acts.Return():
            take_back(stage, act)
        case acts.Recover():
            recover(stage, act)
        case acts.PayCosts():
            pay_costs(stage, act)
        case _:
            assert_never(act)


def receive(stage: Stage, act: acts.Receive) -> None:
    """The receipts of a day, entered together."""
    rows = [
        NewReceipt(
            stage.members[household].membership_id,
            act.month,
            cents,
            kind,
            desk=THE_DESK if kind in AT_THE_DESK else None,
        )
        for household, cents, kind in act.receipts
    ]
    by = DESK if act.receipts[0][2] in AT_THE_DESK else TREASURY
    contributions.receive_many(rows=rows, by=by, id=act_id(act))


def deposit(act: acts.Deposit) -> None:
    """Cash, then cheques, go to the bank when there are any."""
    for kind in sorted(AT_THE_DESK):
        id = act_id(act, kind)
        waiting, _ = paid.at_desk(desk=THE_DESK, kind=kind)
        if waiting and events.happened(id) is None:
            contributions.deposit(desk=THE_DESK, kind=kind, by=DESK, id=id)


def take_back(stage: Stage, act: acts.Return) -> None:
    """The bank takes debits back, each with its reason."""
    for one in act.returned:
        id = act_id(act, one.household)
        receipt = paid.receipt_at(
            membership_id=stage.members[one.household].membership_id, month=one.month
        )
        if receipt is not None and events.happened(id) is None:
            contributions.return_receipt(receipt_id=receipt, code=one.code, by=TREASURY, id=id)


def recover(stage: Stage, act: acts.Recover) -> None:
    """What had come back is paid after all."""
    rows = [
        NewReceipt(
            stage.members[one.household].membership_id,
            one.month,
            one.cents,
            one.paid_by,
            recovery=True,
        )
        for one in act.recovered
    ]
    contributions.receive_many(rows=rows, by=TREASURY, id=act_id(act))


def pay_costs(stage: Stage, act: acts.PayCosts) -> None:
    """Suppliers and salaries, as planned."""
    for cost in act.costs:
        funding.pay_cost(
            line=cost.line,
            cents=cost.cents,
            planned_id=stage.costs[cost.line, cost.on],
            by=TREASURY,
            id=act_id(act, cost.line),
        )
