"""The closing of a day on paper, as a table, and by e-mail to whoever asks for it at the place.

Totals, then each sale with its receipt's number; nothing of who paid. By e-mail it goes to the
address on file of the person who is logged in, and to no other.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from caisse.bylaws import queries as bylaws
from caisse.kernel import clock, events, paper
from caisse.kernel.actor import Actor
from caisse.kernel.ids import Id
from caisse.kernel.sheet import Cell, in_units, write_sheet
from caisse.kernel.wording import amount, day, hour
from caisse.ledger import operations as ledger
from caisse.merchants import queries as merchants
from caisse.merchants.queries import PlaceRow, Sale, Taken
from caisse.messages import operations as messages
from caisse.messages.operations import Enclosed, Letter
from caisse.payments.queries.days import DayLine, day_closing
from caisse.people.queries import Addressee

SENT = "day.sent"


def day_pdf(*, place: PlaceRow, on: date) -> bytes:
    """The closing of a day as a tagged PDF: the sums, then each sale with its receipt's number."""
    sums, rows = day_closing(place.id, on)
    founding = bylaws.founding()
    title = _("Clôture du %(day)s, %(place)s") % {"day": day(on), "place": place.name}
    facts = [
        (_("Lieu"), place.name),
        (_("Caisse"), "" if founding is None else founding.name),
        (_("Jour"), day(on, weekday=True)),
        *_facts(sums.taken),
    ]
    body = [f"= {paper.text(title)}\n\n", paper.sheet(facts), "\n"]
    for heading, each, some in (
        (_("Par appareil"), _("Appareil"), sums.spots),
        (_("Par personne"), _("Personne"), sums.people),
    ):
        if some:
            body += [f"== {paper.text(heading)}\n\n", _sums(each, some), "\n"]
    if sums.spots or sums.people:
        body.append(f"== {paper.text(_('Vente par vente'))}\n\n")
    body.append(_each(rows, sums.taken) if rows else paper.text(_("Aucune vente.")) + "\n")
    return paper.pdf(title=title, body="".join(body), foot=title)


def day_csv(*, place: PlaceRow, on: date) -> str:
    """The same as a table, a line per sale, in their order."""
    _sums_of_day, rows = day_closing(place.id, on)
    table: list[list[Cell]] = [
        ["jour", "heure", "reçu", "libellé", "montant", "appareil", "personne"]
    ]
    for row in rows:
        one = row.sale
        said = clock.local(one.at).strftime("%H:%M:%S")
        where = [row.spot.label, row.spot.cashier]
        table.append([on, said, one.number, _sale_words(one), in_units(one.cents), *where])
    return write_sheet(table)


@ledger.repeatable
@transaction.atomic
def send_day(*, place_id: int, on: date, person_id: int, by: Actor, id: Id) -> None:
    """Let the closing of a day leave for the e-mail address of a person, once for each `id`.

    Raises Refusal: `no_email` when nobody has noted an address, `differs`.
    """
    subject, said = f"place:{place_id}", on.isoformat()
    to = {"day": said, "person": person_id}
    if events.repeated(SENT, subject=subject, id=id, **to) is None:
        events.record("day.sent", subject=subject, by=by, id=id, **to)
        messages.send_by_email(person_id=person_id, kind="day_closed", cause=id)


@messages.composes("day_closed", gettext_noop("clôture d’un jour"))
def closing_letter(to: Addressee, membership: int | None, cause: Id) -> Letter | None:
    """To who asked for it at the place: the totals, and the closing as a PDF.

    None when she does not act for the place any more.
    """
    event = events.happened(cause)
    if event is None or event.name != SENT:
        return None
    place_id, on = int(event.subject.removeprefix("place:")), date.fromisoformat(event.data["day"])
    login = event.by.partition(" for ")[0]
    place = merchants.place(place_id)
    if place is None or not merchants.rights(login=login, place_id=place_id):
        return None
    sums, _rows = day_closing(place_id, on)
    facts = _facts(sums.taken)
    facts += [(label, _euros(taken.cents)) for label, taken in (*sums.spots, *sums.people)]
    return Letter(
        _("Clôture d’un jour"),
        (
            _("Voici la clôture du %(day)s pour %(place)s.")
            % {"day": day(on, weekday=True), "place": place.name},
            _("Le détail, vente par vente, est dans le fichier joint."),
        ),
        tuple(facts),
        enclosed=(Enclosed(day_name(place_id, on), lambda: day_pdf(place=place, on=on)),),
    )


def day_name(place_id: int, on: date, ending: str = "pdf") -> str:
    """What the file of a closing is called: « cloture-3-2024-02-05.pdf »."""
    return f"cloture-{place_id}-{on.isoformat()}.{ending}"


def _facts(taken: Taken) -> list[tuple[str, str]]:
    return [
        (_("Achats"), str(taken.sales)),
        (_("Ventes"), _euros(taken.sales_cents)),
        (_("Remboursé"), _euros(-taken.refunds_cents)),
        (_("Total du jour"), _euros(taken.cents)),
    ]


def _sums(each: str, rows: Sequence[tuple[str, Taken]]) -> str:
    heading = [each, _("Achats"), _("Ventes"), _("Remboursé"), _("Reste")]
    lines = [
        [
            label, str(one.sales), _euros(one.sales_cents), _euros(-one.refunds_cents),
            _euros(one.cents),
        ]
        for label, one in rows
    ]  # fmt: skip
    return paper.table(heading, lines)


def _each(rows: Sequence[DayLine], taken: Taken) -> str:
    heading = [_("Heure et reçu"), _("Ce que c’est"), _("Montant")]
    lines = [
        [
            f"{hour(clock.local(row.sale.at))}  {row.sale.number}",
            f"{_sale_words(row.sale)} · {row.spot.said}",
            _euros(row.sale.cents),
        ]
        for row in rows
    ]
    return paper.table(heading, lines, [_("Total"), "", _euros(taken.cents)])


def _sale_words(one: Sale) -> str:
    """« achat », « rembourse l’achat 7F3K-92Q4 », « annule … »."""
    if not one.of:
        return _("achat")
    said = _("annule %(of)s") if one.undone else _("rembourse l’achat %(of)s")
    return said % {"of": one.of}


def _euros(value: int) -> str:
    return amount(value, "€", decimals=True)
