"""The telephones that a member pays with: linked by a code, blocked when lost; desk and member."""

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by, in_menu, only
from caisse.kernel.pages import done, found, once, show, whole
from caisse.kernel.refusal import Refusal
from caisse.kernel.refusing import in_words
from caisse.messages import queries as messages
from caisse.payments import operations, queries
from caisse.people import queries as people

LINK, BLOCK = "relier", "bloquer"


@in_menu("people")
@only("desk", "coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
def holder_phones(request: HttpRequest, number: int, holder_id: int) -> HttpResponse:
    """`…/telephones`: give a code that links a telephone; block one that is lost."""
    view = found(people.membership(number))
    holder = found(next((one for one in people.holders_of(number) if one.id == holder_id), None))
    words = {"view": view, "holder": holder}
    return _phones_of(
        request, holder.id, ("holder_phones", number, holder_id), "payments/phones.html", words
    )


@in_menu("member")
@only("member")
@require_http_methods(["GET", "HEAD", "POST"])
def my_phones(request: HttpRequest) -> HttpResponse:
    """`/moi/telephones`: which of one's telephones pay; link one, block one."""
    me = found(people.me(by(request).id))
    words: dict[str, object] = {"reach": messages.reach()}
    return _phones_of(
        request, found(me.holder_id), ("my_phones",), "payments/my_phones.html", words
    )


def _phones_of(
    request: HttpRequest,
    holder_id: int,
    here: tuple[Any, ...],
    template: str,
    words: dict[str, object],
) -> HttpResponse:
    """The telephones of a holder, at a desk or on her own page.

    `here` is the page's name and what its address says.
    """
    form = SureForm(request.POST or None)
    act = once(request, "acte")
    if act == BLOCK and form.carries_out(lambda: _block(request, holder_id)):
        said = _("Le téléphone est bloqué. L’argent est en sûreté.")
        return done(request, said, *here)
    if act == LINK:
        words |= _linking(request, holder_id, form, at_desk=here[0] == "holder_phones")
    words["rows"] = [row for row in queries.phones(holder_id) if row.state != "invited"]
    return show(request, template, words, form=form)


def _linking(
    request: HttpRequest, holder_id: int, form: SureForm, *, at_desk: bool
) -> dict[str, object]:
    """A code that links one telephone more, or why there is none."""
    who = by(request)
    found(form.is_valid() or None)
    try:
        number = operations.invite_phone(
            holder_id=holder_id, label=_("Téléphone"), by=who, id=form.operation_id
        )
        code = operations.give_phone_code(phone_id=number, by=who, at_desk=at_desk)
    except Refusal as refusal:
        return {"refused": in_words(refusal.sentence)}
    address = request.build_absolute_uri(reverse("payer"))
    return {"code": code, "address": address, "drawing": _drawing(f"{address}#{code}")}


def _block(request: HttpRequest, holder_id: int) -> None:
    number = found(whole(once(request, "telephone")))
    row = found(queries.phone(number, holder_id=holder_id))
    operations.block_phone(phone_id=row.id, by=by(request))


def _drawing(address: str) -> SafeString:
    """The address as a QR, drawn as SVG."""
    code = segno.make(address, error="m", micro=False)
    said = _("QR à scanner avec le téléphone")
    return mark_safe(code.svg_inline(scale=6, border=2, title=said, svgclass="qr", lineclass=None))
