"""At the desk: a pledge typed for a member, a receipt, the count of the day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caisse.contributions import operations, queries
from caisse.contributions.forms import DeskForm, PledgeForm, ReceiptForm
from caisse.contributions.operations import Closed
from caisse.contributions.pages import words
from caisse.contributions.pages.reading import (
    asks,
    names,
    posted,
    rules_of,
    some_membership,
    units,
)
from caisse.contributions.rules import bank_day, due_on
from caisse.kernel import clock
from caisse.kernel.actor import Actor
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.month import Month
from caisse.kernel.pages import done, found, show
from caisse.kernel.wording import month_name
from caisse.people import queries as people


@in_menu("people")
@only("desk", "coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
def pledge_new(request: HttpRequest, membership: int) -> HttpResponse:
    """`/gestion/personnes/<n>/cotisation`: what a member says at the desk; not shown afterwards."""
    some_membership(membership)
    month = operations.first_month()
    rules, unit = rules_of(month), units().currency
    form = PledgeForm(rules, unit=unit, data=posted(request), seen=True)
    if asks(rules) and form.carries_out(lambda: operations.pledge(
        membership_id=membership, cents=form.cents, by=_for(request, membership),
        id=form.operation_id, **form.answers,
    )):  # fmt: skip
        said = _("C’est noté, à partir de %(month)s.") % {"month": month_name(form.outcome.since)}
        return done(request, said, "pledge_new", membership)
    due = due_on(month, rules)
    told = {"number": membership, "names": names(membership), "asks": asks(rules), "month": month,
            "due_on": due, "paid_on": bank_day(due)}  # fmt: skip
    return show(request, "contributions/pledge_new.html", told, form=form)


@in_menu("people")
@only("desk", "coordinator", "treasurer")
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_new(request: HttpRequest, membership: int) -> HttpResponse:
    """`/gestion/personnes/<n>/encaisser`: one receipt; one that looks the same is asked about."""
    some_membership(membership)
    today, desks = clock.today(), queries.desk_names()
    first = {"month": str(Month.of(today)), "received_on": today.isoformat(), "kind": "cash",
             "desk": desks[0] if len(desks) == 1 else ""}  # fmt: skip
    form = ReceiptForm(posted(request), initial=first)
    if form.carries_out(lambda: operations.receive(
        membership_id=membership, by=by(request), id=form.operation_id, **form.receipt()
    )):  # fmt: skip
        said = _("L’encaissement n° %(n)s est noté.") % {"n": form.outcome.receipt_id}
        more = _("Une partie n’était pas due : c’est une avance.")
        said = f"{said} {more}" if form.outcome.beyond_cents else said
        return done(request, said, "receipt_new", membership)
    told = {"number": membership, "names": names(membership), "desks": desks}
    return show(request, "contributions/receipt_new.html", told, form=form)


@in_menu("money")
@only("desk", "coordinator", "treasurer")
@require_safe
def desks(request: HttpRequest) -> HttpResponse:
    """`/gestion/guichets`: what waits at each desk for the bank, and the last counts."""
    waiting, closings = queries.desks(), queries.closings()
    authors = {name for view in waiting for name in view.typed_by} | {one.by for one in closings}
    given = people.names_of(authors)
    told = {
        "desks": [
            (
                view,
                words.waiting_words(view),
                ", ".join(sorted(given.get(n, n) for n in view.typed_by)),
            )
            for view in waiting
        ],
        "closings": [(one, given.get(one.by, one.by)) for one in closings],
        "counts": by(request).may("treasurer"),
        "unit": units().currency,
    }
    return render(request, "contributions/desks.html", told)


@in_menu("money")
@only("desk", "coordinator", "treasurer")
@require_http_methods(["GET", "HEAD", "POST"])
def desk_close(request: HttpRequest, desk: str) -> HttpResponse:
    """`/gestion/guichets/<desk>/clore`: count, compare, deposit; not who received it all."""
    sent = posted(request)
    if sent is None or desk not in queries.desk_names():
        found(queries.desk(desk))
    form = DeskForm(sent)
    if form.carries_out(lambda: operations.close_desk(
        desk=desk, cash_cents=form.said["cash"], cheque_cents=form.said["cheques"],
        explanation=form.said["explanation"], by=by(request), id=form.operation_id,
    )):  # fmt: skip
        return done(request, _closed_words(form.outcome), "desks")
    view = queries.desk(desk)
    told = {"desk": desk, "waiting": "" if view is None else words.waiting_words(view)}
    return show(request, "contributions/desk_close.html", told, form=form)


def _for(request: HttpRequest, membership: int) -> Actor:
    """Who types, on behalf of the member who stands there."""
    actor = by(request)
    return Actor(actor.id, actor.roles, f"membership:{membership}")


def _closed_words(closed: Closed) -> str:
    if closed.agrees:
        return _("Le compte est bon. Le dépôt à la banque est noté.")
    told = [
        operations.difference(what, cents)
        for what, cents in (
            (_("espèces"), closed.cash_difference),
            (_("chèques"), closed.cheques_difference),
        )
        if cents
    ]
    return " ".join([*told, _("L’écart est noté : cet argent reste au guichet.")])
