"""What did not pass, in the words of its member: where, how much, why; on every road alike."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from caisse.kernel.ids import Id
from caisse.kernel.refusing import in_words
from caisse.kernel.wording import amount
from caisse.messages.queries import RemarkRow
from caisse.payments import queries as payments
from caisse.payments.queries import Reserved


def set_aside_then(rows: Sequence[RemarkRow], wallet_id: int) -> dict[Id, Reserved]:
    """What was set aside when each of these refusals of a wallet happened, where it was missing."""
    short = [row for row in rows if (row.kind, row.reason) == ("refused", "funds_short")]
    found = payments.reserved_then(wallet_id, [(row.cents or 0, row.at) for row in short])
    return {row.id: held for row, held in zip(short, found, strict=True) if held is not None}


def remarked(
    row: RemarkRow, names: Mapping[int, str], unit: str, held: Reserved | None = None
) -> tuple[str, str]:
    """A refusal in the words of its member: title and text; `held` was set aside then."""
    place = names.get(row.place_id or 0, "") or _("un lieu")
    if row.kind == "wrong_code":
        text = _("Le code n’était pas le bon, rien n’a été prélevé. Au plus un message par jour.")
        return _("Quelqu’un a tapé votre identifiant à %(place)s") % {"place": place}, text
    if row.kind == "paused":
        title = _("Votre code n’a pas été accepté à %(place)s") % {"place": place}
        return title, why(row)
    said = _shown().get((row.kind, row.reason))
    title = _("Un achat de %(amount)s n’est pas passé à %(place)s") if said is None else said
    values = {"amount": amount(row.cents or 0, unit, decimals=True), "place": place}
    return title % values, f"{_('Rien n’a été prélevé.')} {why(row, held)}".strip()


def why(row: RemarkRow, held: Reserved | None = None) -> str:
    """The reason of a refusal; "" where the title says it."""
    if row.kind == "card":
        return _("Elle n’a pas été acceptée.")
    if row.kind == "qr" and row.reason != "qr_expired":
        return _("Il n’a pas été accepté.")
    if held is not None:
        return in_words(held.refusal().member)
    worth = row.cents if row.kind == "voucher" else None  # else what was asked, not what passes
    return in_words(payments.refused_in_words(row.reason, amount_cents=worth or 0))


def _shown() -> dict[tuple[str, str], str]:
    """The titles of what anybody may show who holds it, by kind and reason."""
    return {
        ("card", "means_unavailable"): _("Votre carte bloquée a été présentée à %(place)s"),
        ("card", "card_replaced"): _("Votre ancienne carte a été présentée à %(place)s"),
        ("qr", "qr_expired"): _("Un ancien QR de votre téléphone a été présenté à %(place)s"),
        ("qr", "qr_used"): _("Un QR de votre téléphone a été présenté deux fois à %(place)s"),
        ("qr", "means_unavailable"): _(
            "Un QR de votre téléphone bloqué a été présenté à %(place)s"
        ),
        ("voucher", "voucher_used"): _("Un bon déjà encaissé a été présenté à %(place)s"),
        ("voucher", "voucher_expired"): _(
            "Un bon qui n’est plus valable a été présenté à %(place)s"
        ),
        ("voucher", "voucher_whole"): _("Un bon de %(amount)s n’est pas passé à %(place)s"),
    }
