"""Funders and their agreements: signed, received, postponed by a letter, given up."""

from collections.abc import Iterator, Mapping
from datetime import date

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.funding import operations, queries
from caisse.funding.forms import GrantForm, PostponeForm, ReceiveForm
from caisse.funding.pages import ROLES
from caisse.funding.queries import FunderRow, GrantRow, InstalmentRow
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, send_sheet, show
from caisse.kernel.sheet import Cell, in_units
from caisse.people import queries as people

ACT = ("GET", "HEAD", "POST")


@in_menu("money")
@only(*ROLES)
@require_safe
def funders(request: HttpRequest) -> HttpResponse:
    """Who gives, how much was signed, what came, what is late."""
    grants = queries.grants(known_at=clock.today())
    rows = [_summed(funder, grants) for funder in queries.funders()]
    total = {
        name: sum(getattr(grant, name) for grant in grants)
        for name in ("cents", "received_cents", "left_cents")
    }
    words = {"rows": rows, "total": total, "late": _late()}
    return show(request, "funding/funders.html", words)


@only(*ROLES)
@require_safe
def funders_csv(request: HttpRequest) -> HttpResponse:
    """Every instalment of every agreement, for the accountant."""
    return send_sheet("financeurs.csv", _sheet())


@in_menu("money")
@only(*ROLES)
@require_safe
def funder(request: HttpRequest, funder_id: int) -> HttpResponse:
    """One funder: its agreements, their instalments and letters, who reads its page."""
    row = funder_of(funder_id)
    grants = [one for one in queries.grants(known_at=clock.today()) if one.funder_id == row.id]
    rows = queries.instalment_rows([one.id for one in grants], known_at=clock.today())
    readers = queries.readers_of(funder_id)
    names = people.names_of(set(readers))
    words = {
        "funder": row,
        "grants": [
            {"grant": grant, "rows": [_told(one) for one in rows if one.grant_id == grant.id]}
            for grant in grants
        ],
        "complete": sum(not grant.left_cents for grant in grants),
        "readers": [{"login": login, "name": names.get(login, login)} for login in readers],
    }
    return show(request, "funding/funder.html", words)


@in_menu("money")
@only(*ROLES)
@require_http_methods(ACT)
def grant_new(request: HttpRequest) -> HttpResponse:
    """Sign an agreement with a funder, known or new, with its instalments."""
    form = GrantForm(request.POST or None, initial={"funder": request.GET.get("financeur", "")})
    if form.carries_out(lambda: _sign(form, by(request))):
        return done(request, _("La convention est signée."), "funder", form.outcome)
    return show(request, "funding/grant_new.html", form=form)


@in_menu("money")
@only(*ROLES)
@require_http_methods(ACT)
def instalment_receive(request: HttpRequest, instalment_id: int) -> HttpResponse:
    """Money of an instalment came to the bank."""
    row, grant = _instalment(instalment_id)
    form = ReceiveForm(request.POST or None, initial={"cents": _typed(row.left_cents)})
    if form.carries_out(
        lambda: operations.receive_instalment(
            instalment_id=instalment_id, cents=form.said["cents"], by=by(request),
            id=form.operation_id,
        )
    ):  # fmt: skip
        return done(request, _("Le versement est reçu."), "funder", grant.funder_id)
    words = {"row": row, "grant": grant}
    return show(request, "funding/instalment_receive.html", words, form=form)


@in_menu("money")
@only(*ROLES)
@require_http_methods(ACT)
def instalment_postpone(request: HttpRequest, instalment_id: int) -> HttpResponse:
    """A letter moves an instalment, or gives it another amount."""
    row, grant = _instalment(instalment_id)
    given = {"due_on": row.due_on, "cents": _typed(row.cents), "known_on": clock.today()}
    form = PostponeForm(request.POST or None, initial=given)
    if form.carries_out(
        lambda: operations.postpone(
            instalment_id=instalment_id, **form.said, by=by(request), id=form.operation_id
        )
    ):
        return done(request, _("Le courrier est noté."), "funder", grant.funder_id)
    words = {"row": row, "grant": grant}
    return show(request, "funding/instalment_postpone.html", words, form=form)


@in_menu("money")
@only(*ROLES)
@require_http_methods(ACT)
def grant_write_off(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Give up what a funder will not pay any more: a question first."""
    grant = _grant(grant_id)
    form = SureForm(request.POST or None)
    if form.carries_out(
        lambda: operations.write_off_grant(grant_id=grant_id, by=by(request), id=form.operation_id)
    ):
        return done(request, _("Ce reste n’est plus attendu."), "funder", grant.funder_id)
    return show(request, "funding/grant_write_off.html", {"grant": grant}, form=form)


def funder_of(funder_id: int) -> FunderRow:
    """The funder, or Http404."""
    return found(next((row for row in queries.funders() if row.id == funder_id), None))


@transaction.atomic
def _sign(form: GrantForm, actor: Actor) -> int:
    """Sign what the form says, all or nothing; the funder's id."""
    said = form.said
    chosen = said["funder"]
    funder_id = int(chosen) if chosen else operations.add_funder(name=said["new_funder"], by=actor)
    operations.sign_grant(
        funder_id=funder_id,
        fund=said["fund"],
        label=said["label"],
        instalments=form.instalments,
        signed_on=said["signed_on"],
        is_investment=said["is_investment"],
        by=actor,
        id=form.operation_id,
    )
    return funder_id


def _instalment(instalment_id: int) -> tuple[InstalmentRow, GrantRow]:
    grant = _grant(found(queries.grant_of(instalment_id)))
    rows = queries.instalment_rows([grant.id], known_at=clock.today())
    return found(next((row for row in rows if row.id == instalment_id), None)), grant


def _grant(grant_id: int) -> GrantRow:
    known = queries.grants(known_at=clock.today())
    return found(next((row for row in known if row.id == grant_id), None))


def _summed(funder: FunderRow, grants: list[GrantRow]) -> Mapping[str, object]:
    own = [grant for grant in grants if grant.funder_id == funder.id]
    return {
        "funder": funder,
        "number": len(own),
        "cents": sum(grant.cents for grant in own),
        "received_cents": sum(grant.received_cents for grant in own),
        "left_cents": sum(grant.left_cents for grant in own),
    }


def _late() -> list[queries.Planned]:
    today = clock.today()
    return [
        one
        for fund in ("caisse", "operating")
        for one in queries.overdue_instalments(fund=fund, known_at=today)
        if one.due_on < today
    ]


def _told(row: InstalmentRow) -> Mapping[str, object]:
    """An instalment with its state, in one word, and what happened to it, oldest first."""
    late = row.left_cents and row.due_on < clock.today()
    came = row.cents > 0 and not row.left_cents
    state = "received" if came else "late" if late else "given_up" if not row.cents else "expected"
    steps: list[tuple[date, int, Mapping[str, object]]] = []
    for place, change in enumerate(row.changes):
        said = {"kind": "letter" if place else "signed", "due_on": change.due_on}
        steps.append((change.known_on, 0, {**said, "on": change.known_on, "cents": change.cents}))
    for on, cents in row.received:
        steps.append((on, 1, {"kind": "received", "on": on, "cents": cents}))
    ordered = [step for _on, _order, step in sorted(steps, key=lambda each: each[:2])]
    return {"row": row, "state": state, "steps": ordered}


def _typed(cents: int) -> str:
    """An amount as somebody would type it."""
    return f"{cents // 100},{cents % 100:02d}"


def _sheet() -> Iterator[list[Cell]]:
    yield [
        _("convention"), _("financeur"), _("fonds"), _("objet"), _("signée le"), _("versement"),
        _("prévu le"), _("prévu"), _("reçu"), _("reste"),
    ]  # fmt: skip
    today = clock.today()
    grants = {grant.id: grant for grant in queries.grants(known_at=today)}
    for row in queries.instalment_rows(grants, known_at=today):
        grant = grants[row.grant_id]
        yield [
            grant.id, grant.funder, grant.fund, grant.label, grant.signed_on, row.number,
            row.due_on, in_units(row.cents), in_units(row.received_cents),
            in_units(row.left_cents),
        ]  # fmt: skip
