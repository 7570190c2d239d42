"""Cards and codes to print, one or by the dozen: cut along the lines, handed over in person."""

from collections.abc import Sequence

import segno
from django.views.decorators.debug import sensitive_variables

from caisse.bylaws import queries as bylaws
from caisse.kernel import paper
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.refusal import Refusal
from caisse.messages import queries as messages
from caisse.payments import operations as payments
from caisse.payments import queries as payments_of
from caisse.people import queries as registry
from caisse.people.queries import HolderRow
from caisse.site.operations.sheets import MOST

SHEET = "#set page(margin: (x: 18mm, top: 14mm, bottom: 18mm))\n"  # two cards beside each other
CARD = """\
#box(width: 85.6mm, height: 54mm, stroke: 0.5pt + luma(120), radius: 3mm, inset: 3.5mm)[
  #grid(columns: (34mm, 1fr), rows: 47mm, column-gutter: 3mm, align(horizon, {drawing}), [
    #set par(leading: 0.45em)
    #text(size: 11pt, weight: 700, {caisse}) #linebreak() #text(size: 9pt, {title})
    #v(1fr) #text(size: 17pt, weight: 700, {number}) #v(1fr)
    #text(size: 8pt, {lost})
  ])
]
"""


def print_card(*, holder_id: int) -> bytes:
    """The card of one holder as a PDF. Raises Refusal("no_card")."""
    return _cards([payments.printed_card(holder_id)])


def cards_by_the_dozen(*, first: int, last: int, by: Actor, batch: Id) -> bytes:
    """A card for each holder of the households `first` to `last` who has none that is good.

    Sent again with the same `batch`, the same cards. Raises Refusal: `too_many`, `nobody`.
    """
    made = []
    for _, one in _holders(first, last):
        own = derived_id(batch, f"card:{one.id}")
        try:
            made.append(payments.make_card(holder_id=one.id, by=by, id=own, first=True))
        except Refusal as refusal:
            if refusal.reason not in ("has_card", "unknown"):
                raise
    if not made:
        raise Refusal("nobody", "Personne n’attend une carte dans ces foyers.")
    return _cards(made)


@sensitive_variables()
def codes_by_the_dozen(*, first: int, last: int, by: Actor) -> bytes:
    """A slip with a code for each holder of those households who has none yet.

    Nobody can be told a code twice: sent again, nobody waits any more, and a slip that was lost is
    drawn anew on the page of its person. Raises Refusal: `too_many`, `nobody`.
    """
    slips = []
    for number, one in _holders(first, last):
        try:
            slips.append(_slip(number, one, payments.draw_pin(holder_id=one.id, by=by, first=True)))
        except Refusal as refusal:
            if refusal.reason not in ("has_pin", "unknown"):
                raise
    if not slips:
        raise Refusal("nobody", "Personne n’attend un code dans ces foyers.")
    return paper.pdf(title="Codes pour payer", body="\n".join(slips))


def _holders(first: int, last: int) -> list[tuple[int, HolderRow]]:
    """The number of the household and each of its holders."""
    if last - first >= MOST:
        raise Refusal("too_many", f"{MOST} foyers au plus en une fois.")
    numbers = sorted(registry.memberships(set(range(first, last + 1))))
    return [(number, one) for number in numbers for one in registry.holders_of(number)]


def _cards(made: Sequence[payments.Printed]) -> bytes:
    founding = bylaws.founding()
    name = founding.name if founding else "Caisse"
    phone = messages.reach().phone
    lost = "Elle paie avec votre code. Trouvée ? Rapportez-la à la caisse."
    if phone:
        lost = f"Elle paie avec votre code. Perdue, trouvée ? Appelez le {phone}."
    cells = [_card(one, name, lost) for one in made]
    rows = [f"#block(breakable: false)[{' '.join(cells[at : at + 2])}]"
            for at in range(0, len(cells), 2)]  # fmt: skip
    return paper.pdf(title="Cartes pour payer", body=SHEET + "\n".join(rows))


def _card(one: payments.Printed, caisse: str, lost: str) -> str:
    code = segno.make(one.text, error="m", micro=False, boost_error=False)
    drawn = code.svg_inline(border=4, omitsize=True, lineclass=None, svgclass=None, dark="#000")
    number = payments_of.shown_number(one.number)
    said = paper.quoted(f"QR de la carte {number}")
    drawing = f'image(bytes({paper.quoted(drawn)}), format: "svg", width: 34mm, alt: {said})'
    return CARD.format(
        drawing=drawing, caisse=paper.quoted(caisse), title=paper.quoted("Carte pour payer"),
        number=paper.quoted(number), lost=paper.quoted(lost),
    )  # fmt: skip


@sensitive_variables()
def _slip(number: int, holder: HolderRow, digits: str) -> str:
    half = len(digits) // 2
    facts = [
        ("Foyer n°", str(number)),
        ("Votre identifiant", holder.handle),
        ("Votre code pour payer", f"{digits[:half]} {digits[half:]}"),
    ]
    said = (
        "Apprenez ce code, puis gardez ce papier chez vous. Personne ne vous le demandera au "
        "téléphone."
    )
    name = f"{holder.given_name} {holder.family_name}"
    return (
        "#block(breakable: false, width: 100%, stroke: (bottom: 0.5pt + luma(120)), inset: (y: 6mm)"
        f")[\n*{paper.text(name)}*\n\n{paper.sheet(facts)}\n{paper.text(said)}\n]"
    )
