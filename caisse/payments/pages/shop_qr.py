"""The printed QR of a place: what it is for, whether it pays today, the sheet to put up.

Who scans it types the amount on her telephone, and no till takes part: the place looks at its own
list, at the amount and at the three words. For the people of a place and for the office.
"""

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, paper
from caisse.kernel.pages import found, show
from caisse.kernel.wording import amount
from caisse.merchants.here import Here, both_sides, unit
from caisse.messages import queries as messages
from caisse.payments import operations

SHEET = """\
#set page(margin: (x: 20mm, top: 14mm, bottom: 14mm), footer: none)
#set text(size: 17pt)
#set par(leading: 0.5em)
#show heading.where(level: 1): set text(size: 32pt)
#align(center)[
  #text(size: 13pt, {caisse})
  #heading(level: 1, {place})
  #text(size: 20pt, {title})
]
#align(center, image(bytes({drawing}), format: "svg", width: 116mm, alt: {said}))
#align(center, text(size: 9pt, {address}))
#align(center, text(size: 14pt, {number}))
#set enum(numbering: n => text(size: 24pt, weight: 700, str(n)), spacing: 5mm, body-indent: 5mm)
{steps}
#v(1fr)
#line(length: 100%, stroke: 0.5pt)
#text(size: 12pt, {foot})
"""


def shop_qr(request: HttpRequest, here: Here) -> HttpResponse:
    """What the printed QR is for, what to look at, the sheet; or why it pays nothing here."""
    qr = operations.printed_qr(place_id=here.id)
    words: dict[str, object] = {
        "here": here,
        "stopped": _stopped(qr.stopped) if qr.stopped else "",
        "most": amount(qr.most_cents, unit()),
        "today": clock.today(),
    }
    if not qr.stopped:
        words["drawing"] = _drawing(_address(request, here))
    return show(request, "payments/shop_qr.html", words)


def shop_qr_pdf(request: HttpRequest, here: Here) -> HttpResponse:
    """The sheet to print, in the language of who reads it at the counter; 404 while it pays
    nothing."""
    found(None if operations.printed_qr(place_id=here.id).stopped else True)
    with override("fr"):
        title = f"Payer avec votre téléphone, {here.place.name}"
        made = paper.pdf(title=title, body=sheet(here.place.name, _address(request, here)))
    name = f'attachment; filename="qr-lieu-{here.id}.pdf"'
    headers = {"Content-Disposition": name}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


my_shop_qr, place_shop_qr = both_sides(shop_qr)
my_shop_qr_pdf, place_shop_qr_pdf = both_sides(shop_qr_pdf)


def _address(request: HttpRequest, here: Here) -> str:
    """What the QR says: the page on which telephones pay, and at which place."""
    return f"{request.build_absolute_uri(reverse('payer'))}#lieu-{here.id}"


def _drawing(address: str) -> SafeString:
    """The address as a QR, drawn as SVG: on the screen of a tablet it may be scanned, too."""
    drawn = segno.make(address, error="m", micro=False)
    return mark_safe(drawn.svg_inline(scale=6, border=4, svgclass="qr", lineclass=None))


def _stopped(reason: str) -> str:
    """Why the QR pays nothing today, to who would print it."""
    said = {
        "place_closed": _("Ce lieu n’encaisse pas pour la caisse en ce moment."),
        "category_not_covered": _(
            "La caisse ne paie qu’une part des achats. Avec ce QR, personne ne dit ce qui est "
            "acheté : il ne paie donc rien."
        ),
        "means_unavailable": _("Le règlement de la caisse ne permet pas de payer avec ce QR."),
        "code_needed": _(
            "Le règlement demande un code pour chaque paiement. Avec ce QR, aucun code n’est tapé."
        ),
    }
    return said[reason]


def sheet(place: str, address: str) -> str:
    """The markup of the sheet of a place: its name, the QR, three steps, whom to call."""
    founding, phone = bylaws.founding(), messages.reach().phone
    steps = (
        "Scannez ce QR avec l’appareil photo de votre téléphone.",
        "Lisez le nom du lieu, tapez le montant, puis touchez « Continuer » et « Payer ».",
        "Montrez l’écran « Payé » : le montant et les trois mots sont aussi dans la liste du lieu.",
    )
    foot = (
        "Au comptoir : regardez la liste des ventes du lieu, pas seulement le téléphone. Un achat "
        "est payé quand son montant et ses trois mots y sont. La première fois, l’accueil relie "
        "votre téléphone. Pas de téléphone, pas de réseau ? Payez au comptoir."
    )
    if phone:
        foot += f" Une question ? Appelez la caisse : {phone}."
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=4, omitsize=True, lineclass=None, svgclass=None, dark="#000"
    )
    return SHEET.format(
        caisse=paper.quoted("" if founding is None else founding.name),
        place=paper.quoted(place), title=paper.quoted("Payez ici avec votre téléphone"),
        drawing=paper.quoted(drawn),
        number=paper.quoted(f"Sans appareil photo, tapez : {address.rpartition('#')[2]}"),
        said=paper.quoted(f"QR pour payer à {place}"), address=paper.quoted(address),
        steps="\n".join(f"+ {paper.text(step)}" for step in steps), foot=paper.quoted(foot),
    )  # fmt: skip
