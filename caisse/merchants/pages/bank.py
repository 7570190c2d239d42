"""Bank details: proposed by the place or the office, rung back, agreed by a second person."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, show
from caisse.merchants import operations
from caisse.merchants import queries as merchants
from caisse.merchants.forms import BankForm, ReasonForm
from caisse.merchants.here import Here, my_page, office_page
from caisse.merchants.queries import BankRow
from caisse.people import operations as people
from caisse.people import queries as registry

CHANGES = ("coordinator", "treasurer")


@in_menu("merchant")
@only("merchant")
@require_safe
@my_page(change=True)
def my_bank(request: HttpRequest, here: Here) -> HttpResponse:
    """`/commerce/<id>/banque`: where the place is paid, and the change that is under way."""
    return show(request, "merchants/my_bank.html", _words(here))


@in_menu("merchant")
@only("merchant", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
@my_page(change=True)
def my_bank_change(request: HttpRequest, here: Here) -> HttpResponse:
    """`/commerce/<id>/banque/changer`: ask to be paid elsewhere."""
    form = BankForm(request.POST or None)
    if form.carries_out(lambda: _propose(request, here, form)):
        said = _("Votre demande est chez nous. Nous vous rappelons avant de changer.")
        return done(request, said, "my_bank", here.id)
    return show(request, "merchants/my_bank_change.html", _words(here), form=form)


@in_menu("places")
@only(*CHANGES, fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
@office_page
def place_bank(request: HttpRequest, here: Here) -> HttpResponse:
    """`/gestion/lieux/<id>/banque`: the details, the change that waits, whom to ring back."""
    form = BankForm(request.POST or None)
    if form.carries_out(lambda: _propose(request, here, form)):
        said = _("Le changement est noté. Il faut maintenant rappeler le lieu.")
        return done(request, said, "place_bank", here.id)
    words = _words(here) | _calling(request, here)
    return show(request, "merchants/place_bank.html", words, form=form)


@in_menu("places")
@only(*CHANGES, fresh=True)
@require_POST
@office_page
def place_bank_called(request: HttpRequest, here: Here) -> HttpResponse:
    """`…/banque/rappel`: one has rung the place back on the number known before."""
    form, waiting = SureForm(request.POST), found(_waiting(here))
    if form.carries_out(
        lambda: operations.confirm_bank_details(
            details_id=waiting.id, by=by(request), id=form.operation_id
        )
    ):
        said = _("L’appel est noté. Une autre personne donne maintenant son accord.")
        return done(request, said, "place_bank", here.id)
    return _again(request, here, form)


@in_menu("places")
@only(*CHANGES, fresh=True)
@require_POST
@office_page
def place_bank_agreed(request: HttpRequest, here: Here) -> HttpResponse:
    """`…/banque/accord`: the second person agrees, and the place is paid there from now on."""
    form, waiting = SureForm(request.POST), _waiting(here)
    if waiting is None or waiting.act is None:
        return done(request, _("Il n’y a plus rien à accepter ici."), "place_bank", here.id)
    act = waiting.act
    if form.carries_out(lambda: people.agree(act_id=act, by=by(request))):
        return done(request, _("Les nouvelles coordonnées sont en place."), "place_bank", here.id)
    return _again(request, here, form)


@in_menu("places")
@only(*CHANGES, fresh=True)
@require_POST
@office_page
def place_bank_declined(request: HttpRequest, here: Here) -> HttpResponse:
    """`…/banque/refus`: nothing changes, with a reason."""
    form, waiting = ReasonForm(request.POST), found(_waiting(here))
    if form.carries_out(
        lambda: operations.decline_bank_details(
            details_id=waiting.id, by=by(request), reason=form.said["reason"]
        )
    ):
        return done(request, _("Rien ne change. La demande est refusée."), "place_bank", here.id)
    return _again(request, here, form)


def _propose(request: HttpRequest, here: Here, form: BankForm) -> int:
    return operations.propose_bank_details(
        merchant_id=here.place.merchant_id, by=by(request), id=form.operation_id, **form.said
    )


def _again(request: HttpRequest, here: Here, form: SureForm | ReasonForm) -> HttpResponse:
    """The page of the office once more, with what was refused above it."""
    words = _words(here) | _calling(request, here)
    if isinstance(form, ReasonForm):
        words["decline"] = form
    return show(request, "merchants/place_bank.html", words | {"details": BankForm()}, form=form)


def _waiting(here: Here) -> BankRow | None:
    return merchants.proposed_bank_details(here.place.merchant_id)


def _words(here: Here) -> dict[str, object]:
    waiting = _waiting(here)
    act = None if waiting is None or waiting.act is None else registry.act(waiting.act)
    return {
        "here": here,
        "known": merchants.bank_details(here.place.merchant_id),
        "waiting": waiting,
        "called": act if act is not None and act.state == "waiting" else None,
    }


def _calling(request: HttpRequest, here: Here) -> dict[str, object]:
    """Whom to ring back: those who keep the place, and the numbers known of them."""
    held = [one.login for one in merchants.rights(place_id=here.id) if one.right == "manager"]
    words = _words(here)
    called = words["called"]
    names = {by(request).id} | (
        {called.prepared_by} if isinstance(called, registry.ActView) else set()
    )
    caller = called.prepared_by if isinstance(called, registry.ActView) else ""
    return {
        "contacts": list(registry.people_behind(set(held)).values()),
        "caller": registry.names_of(names).get(caller, caller),
        "mine": caller == by(request).id,
        "sure": SureForm(),
        "decline": ReasonForm(auto_id="decline_%s"),
        "details": None,
    }
