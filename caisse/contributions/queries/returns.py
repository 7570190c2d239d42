"""Reads of returned debits: how many lately, and whose."""

from datetime import date

from caisse.contributions.models import Receipt, Return


def returned_lately(*, since: date) -> int:
    """How many debits came back since that day and were not undone."""
    return Return.objects.filter(returned_on__gte=since, undone=None).count()


def payer_of(receipt_id: int) -> int | None:
    """The membership that a receipt came from, None when there is no such receipt."""
    rows = Receipt.objects.filter(pk=receipt_id).values_list("membership_id", flat=True)
    return rows.first()
