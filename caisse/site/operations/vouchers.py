"""Vouchers to print: eight to a page, cut along the lines; the paper is made once, and not kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import segno
from django.utils.translation import override
from django.views.decorators.debug import sensitive_variables

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, paper
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id, derived_id
from caisse.kernel.month import Month
from caisse.kernel.refusal import Refusal
from caisse.kernel.wording import NBSP, amount, day
from caisse.messages import queries as messages
from caisse.month import queries as months
from caisse.payments import operations as payments
from caisse.payments.operations import Paper, PrintedSheet
from caisse.people import queries as registry
from caisse.people.rules import CurrencyRules
from caisse.site.operations.sheets import MOST

TITLE = "Bons à découper"
SHEET = "#set page(margin: (x: 18mm, top: 12mm, bottom: 18mm))\n#set par(leading: 0.5em)\n"
VOUCHER = """\
#box(width: 86mm, height: 61mm, stroke: (paint: luma(110), thickness: 0.5pt, dash: "dashed"), \
inset: 3mm)[
  #grid(columns: (37mm, 1fr), rows: (37mm, 14mm), column-gutter: 3mm, row-gutter: 4mm, \
align(horizon, {drawing}), [
    #set par(spacing: 0.4em)
    #text(size: 9.5pt, weight: 700, {caisse}) #linebreak() #text(size: 9pt, {title})
    #v(1fr) #text(size: 24pt, weight: 700, {value})
    #v(1fr) #text(size: 9.5pt, {last}) #linebreak() #text(size: 11pt, weight: 700, {until})
  ], grid.cell(colspan: 2)[
    #align(center, text(size: 15pt, weight: 700, tracking: 0.06em, {code}))
    #v(1fr) #align(center, text(size: 8pt, {use}))
  ])
]
"""
A_PAGE = 8


@dataclass(frozen=True, slots=True)
class Printing:
    """What came of a printing: the document, and the households that have no vouchers, by reason.

    `made` is None when there is nothing to print: it was printed before.
    """

    made: bytes | None
    numbers: tuple[int, ...]
    short: tuple[int, ...] = ()


def money_until(wallet_id: int) -> date | None:
    """The last day of the oldest money of a wallet, which pays first; None where none expires.

    That is the day before the credit at which the first of it leaves, nothing being spent before
    (`month.rules.leaving`, first in first out). A voucher never outlives the money that paid it.
    """
    gone = months.becoming(wallet_id, Month.of(clock.today())).leaving
    return gone[0].on - timedelta(1) if gone else None


@sensitive_variables()
def _issue(wallet_id: int, values: Sequence[int], by: Actor, id: Id) -> PrintedSheet:
    return payments.issue_sheet(
        wallet_id=wallet_id, values=values, by=by, id=id, until=money_until(wallet_id)
    )


@sensitive_variables()
def print_vouchers(
    *, number: int, wallet_id: int, values: Sequence[int], by: Actor, id: Id
) -> Printing:
    """A sheet of vouchers of the household `number`, as a PDF. Raises as `issue_sheet` does.

    Sent again with the same `id`, there is nothing to print: its papers were told once.
    """
    sheet = _issue(wallet_id, values, by, id)
    return Printing(_pdf([(number, sheet)]) if sheet.papers else None, (sheet.number,))


@sensitive_variables()
def vouchers_by_the_dozen(
    *, first: int, last: int, values: Sequence[int], by: Actor, batch: Id
) -> Printing:
    """A sheet of the same vouchers for each household `first` to `last` that has enough for it.

    Sent again with the same `batch`, nothing is paid twice, and what was told is not printed again.
    Raises Refusal: `too_many`, `nobody`, and `values`, `no_vouchers` as `issue_sheet` does.
    """
    if last - first >= MOST:
        raise Refusal("too_many", f"{MOST} foyers au plus en une fois.")
    sheets, short = [], []
    for number in sorted(registry.memberships(set(range(first, last + 1)))):
        held = registry.membership(number)
        if held is None or held.wallet_id is None:
            continue
        own = derived_id(batch, f"sheet:{number}")
        try:
            made = _issue(held.wallet_id, values, by, own)
        except Refusal as refusal:
            if refusal.reason not in ("funds_short", "closed", "unknown"):
                raise
            short.append(number)
        else:
            sheets.append((number, made))
    if not sheets and not short:
        raise Refusal("nobody", "Aucun foyer ne porte ces numéros.")
    told = [(number, sheet) for number, sheet in sheets if sheet.papers]
    made_of = _pdf(told) if told else None
    return Printing(made_of, tuple(sheet.number for _n, sheet in sheets), tuple(short))


@sensitive_variables()
def _pdf(sheets: Sequence[tuple[int, PrintedSheet]]) -> bytes:
    with override("fr"):  # the language of those who receive them
        rules = bylaws.in_force(CurrencyRules, month=Month.of(clock.today()))
        pages = [
            page for number, sheet in sheets for page in _pages(number, sheet, rules.food_unit_name)
        ]
        return paper.pdf(title=TITLE, body=SHEET + "#pagebreak()\n".join(pages))


@sensitive_variables()
def _pages(number: int, sheet: PrintedSheet, unit: str) -> list[str]:
    founding = bylaws.founding()
    name = founding.name if founding else "Caisse"
    cells = [_voucher(one, sheet, unit, name) for one in sheet.papers]
    pages = []
    for at in range(0, len(cells), A_PAGE):
        some = cells[at : at + A_PAGE]
        rows = [f"#block(below: 2mm, breakable: false)[{' '.join(some[n : n + 2])}]"
                for n in range(0, len(some), 2)]  # fmt: skip
        pages.append(_margin(number, sheet, unit) + "\n".join(rows) + "\n")
    return pages


def _margin(number: int, sheet: PrintedSheet, unit: str) -> str:
    """What stands above, to be kept apart: nothing of it is on a voucher."""
    cents = sum(one.cents for one in sheet.papers)
    count = len(sheet.papers)
    phone = messages.reach().phone
    said = [
        f"Foyer n° {number} · feuille de bons n° {sheet.number}",
        f"{count} bon{'s' if count > 1 else ''}, {amount(cents, unit)} en tout",
    ]
    if sheet.left_cents is not None:
        said.append(f"reste {amount(sheet.left_cents, unit)}")
    lost = f"Feuille perdue ? Appelez le {phone}." if phone else "Feuille perdue ? Dites-le vite."
    kept = paper.text(f"{' · '.join(said)}. À garder chez vous. {lost}")
    return f"#block(below: 4mm)[#set text(size: 9pt)\n{kept}]\n"


@sensitive_variables()
def _voucher(one: Paper, sheet: PrintedSheet, unit: str, caisse: str) -> str:
    code = segno.make(one.text, error="m", micro=False, boost_error=False)
    drawn = code.svg_inline(border=4, omitsize=True, lineclass=None, svgclass=None, dark="#000")
    value = amount(one.cents, unit)
    said = paper.quoted(f"QR d’un bon de {value}")
    drawing = f'image(bytes({paper.quoted(drawn)}), format: "svg", width: 36mm, alt: {said})'
    use = f"Pour un achat d’au moins {value}, en une fois. Le reste en euros."
    return VOUCHER.format(
        drawing=drawing, caisse=paper.quoted(caisse), title=paper.quoted("Bon pour payer"),
        value=paper.quoted(value), last=paper.quoted("Dernier jour"),
        until=paper.quoted(day(sheet.last_day)),
        code=paper.quoted(one.shown.replace(" ", NBSP)), use=paper.quoted(use),
    )  # fmt: skip
