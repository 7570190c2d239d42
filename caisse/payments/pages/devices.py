"""The devices that a place cashes with: add one, link it by a code, stop it; for both sides."""

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from caisse.kernel.forms import SureForm
from caisse.kernel.guard import by
from caisse.kernel.pages import done, found, once, show
from caisse.kernel.refusal import Refusal
from caisse.kernel.refusing import in_words
from caisse.merchants import queries as merchants
from caisse.merchants.here import Here, both_sides
from caisse.payments import operations, queries
from caisse.payments.forms import DeviceForm
from caisse.payments.queries import DeviceRow

FORMS = "GET HEAD POST"
DESCRIPTION = "/api/v1/openapi.json"  # for who writes another till


def devices(request: HttpRequest, here: Here) -> HttpResponse:
    """The devices of a place and what each may do today."""
    words = {
        "here": here,
        "rows": queries.devices(place_id=here.id),
        "description": request.build_absolute_uri(DESCRIPTION),
        "no_bank": _no_bank(here),
    }
    return show(request, "payments/devices.html", words)


def _no_bank(here: Here) -> bool:
    """Whether what it takes could not be paid to it: it is told before it links a device."""
    return merchants.bank_details(here.place.merchant_id) is None


def device_new(request: HttpRequest, here: Here) -> HttpResponse:
    """Add a device; its page then shows the code that links it."""
    form = DeviceForm(request.POST or None)
    if form.carries_out(
        lambda: operations.invite_device(
            place_id=here.id, by=by(request), id=form.operation_id, **form.said
        )
    ):
        said = _("L’appareil est ajouté. Reliez-le avec un code.")
        return done(request, said, here.names["device"], here.id, form.outcome)
    return show(request, "payments/device_new.html", {"here": here}, form=form)


def device(request: HttpRequest, here: Here, device_id: int) -> HttpResponse:
    """One device: a code to link it, the words to compare, a way to stop it."""
    row = found(queries.device(device_id, place_id=here.id))
    words: dict[str, object] = {"here": here, "refused": "", "code": ""}
    if request.method == "POST":
        try:
            words["code"] = _act(request, row)
        except Refusal as refusal:
            words["refused"] = in_words(refusal.sentence)
        if not words["code"] and not words["refused"]:
            return done(request, _("C’est noté."), here.names["device"], here.id, row.id)
    if words["code"]:
        address = request.build_absolute_uri(reverse("till"))
        words |= {"address": address, "drawing": _drawing(f"{address}#{words['code']}")}
    words["no_bank"] = _no_bank(here)
    words["device"] = queries.device(device_id, place_id=here.id)
    return show(request, "payments/device.html", words)


def device_revoke(request: HttpRequest, here: Here, device_id: int) -> HttpResponse:
    """Take a device away for good, after a question."""
    row = found(queries.device(device_id, place_id=here.id))
    form = SureForm(request.POST or None)
    if form.carries_out(lambda: operations.revoke_device(device_id=row.id, by=by(request))):
        return done(request, _("L’appareil est retiré."), here.names["devices"], here.id)
    return show(request, "payments/device_revoke.html", {"here": here, "device": row}, form=form)


my_devices, place_devices = both_sides(devices)
my_device_new, place_device_new = both_sides(device_new, change=True, methods=FORMS)
my_device, place_device = both_sides(device, change=True, methods=FORMS)
my_device_revoke, place_device_revoke = both_sides(device_revoke, change=True, methods=FORMS)


def _act(request: HttpRequest, row: DeviceRow) -> str:
    """Do what the button says; the code, when it is to show one."""
    act, who = once(request, "faire"), by(request)
    if act == "code":
        return operations.give_invitation(device_id=row.id, by=who)
    if act == "confirmer":
        shown = once(request, "mots")
        operations.confirm_device(device_id=row.id, words=shown, by=who)
    elif act == "suspendre":
        operations.suspend_device(device_id=row.id, by=who)
    elif act == "reprendre":
        operations.resume_device(device_id=row.id, by=who)
    elif act == "codes":
        operations.let_codes_in(device_id=row.id, by=who)
    else:
        raise Refusal("act", "Ce bouton n’est pas connu. Rechargez la page.")
    return ""


def _drawing(address: str) -> SafeString:
    """The address as a QR, drawn as SVG."""
    code = segno.make(address, error="m", micro=False)
    said = _("QR à scanner avec l’appareil")
    return mark_safe(code.svg_inline(scale=6, border=2, title=said, svgclass="qr", lineclass=None))
