"""Gifts between households: one's own page, with a question before the act; undoing one."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock
from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.ids import show_id
from caisse.kernel.month import Month
from caisse.kernel.pages import done, found, once, show
from caisse.kernel.wording import amount
from caisse.payments import operations, queries
from caisse.payments.forms import GiftForm
from caisse.payments.rules import GiftRules
from caisse.people import queries as people
from caisse.people.rules import CurrencyRules

ACT = ["GET", "HEAD", "POST"]
SURE = "oui"


@in_menu("member")
@only("member")
@require_http_methods(ACT)
def my_gift(request: HttpRequest) -> HttpResponse:
    """`/moi/donner`: to whom and how much, the question, then the gift."""
    me = found(people.me(by(request).id))
    wallet_id, month = found(me.wallet_id), Month.of(clock.today())
    currency, rules = bylaws.both_in_force(CurrencyRules, GiftRules, month=month)
    found(rules.gift_month_max_cents or None)
    unit, form = currency.food_unit_name, GiftForm(request.POST or None)
    answer = once(request, "acte")
    if answer == SURE and form.carries_out(
        lambda: operations.give(
            wallet_id=wallet_id, by=by(request), id=form.operation_id, **form.said
        )
    ):
        told = {"amount": amount(form.outcome.cents, unit, decimals=True)}
        return done(request, _("C’est donné : %(amount)s.") % told, "wallet")
    words: dict[str, object] = {"unit": unit, "left": queries.gift_room_cents(wallet_id)}
    if not answer and form.carries_out(
        lambda: operations.look_at_gift(wallet_id=wallet_id, by=by(request), **form.said)
    ):
        return show(request, "payments/my_gift_sure.html", words | {"gift": form})
    return show(request, "payments/my_gift.html", words, form=form)


@in_menu("people")
@only("coordinator", fresh=True)
@require_http_methods(ACT)
def gift_undo(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """`/gestion/dons/<number>/annuler`: a gift made by mistake; a second person agrees."""
    gift = found(queries.gift(gift_id.bytes))
    form = SureForm(request.POST or None)
    if form.carries_out(
        lambda: operations.prepare_gift_undo(gift=gift.id, by=by(request), id=form.operation_id)
    ):
        said = _("L’annulation attend une deuxième personne. Rien n’est encore repris.")
        return done(request, said, "acts")
    acts = people.waiting_acts(operations.UNDO_GIFT)
    waiting = any(act.payload["gift"] == show_id(gift.id) for act in acts)
    words = {"gift": gift, "waiting": waiting}
    return show(request, "payments/gift_undo.html", words, form=form)
