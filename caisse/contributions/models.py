"""Pledges, calls, receipts and returns; the money itself is in the ledger."""

from django.db import models
from django.db.models import Q

from caisse.contributions.codes import CODES
from caisse.kernel.fields import Id16Field, MonthField, OptionalId16Field
from caisse.kernel.triggers import refuse_changes


class Kind(models.TextChoices):
    """How a contribution arrives. Cash and cheques wait at a desk until they are deposited."""

    DEBIT = "debit", "prélèvement"
    TRANSFER = "transfer", "virement"
    CARD = "card", "carte"
    CASH = "cash", "espèces"
    CHEQUE = "cheque", "chèque"


DESK_KINDS = (Kind.CASH, Kind.CHEQUE)


class Pledge(models.Model):
    """What a household says it will pay each month from the month `since` on. Insert only.

    In force at a month: the latest `since` up to it, then the one recorded last. A declared income
    or a situation is judged when the pledge is made, and never written down.
    """

    membership = models.ForeignKey(
        "people.Membership", on_delete=models.PROTECT, related_name="pledges"
    )
    since = MonthField()
    cents = models.BigIntegerField()
    recorded_at = models.BigIntegerField()
    cause = Id16Field()

    class Meta:
        indexes = [models.Index(fields=["membership", "since"], name="pledge_since")]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gte=0), name="pledge_not_negative"),
            models.UniqueConstraint(fields=["membership", "cause"], name="pledge_once_per_cause"),
        ]

    def __str__(self) -> str:
        return f"pledge:{self.pk}"


class Call(models.Model):
    """The call of a month: one event, from which the id of each transfer follows.

    `known_at` is the instant whose roll and pledges were called, so that a call that was stopped
    goes on with the same amounts; `done` says that every chunk is in the ledger.
    """

    month = MonthField(unique=True)
    cause = Id16Field(unique=True)
    known_at = models.BigIntegerField()
    members = models.PositiveIntegerField()
    cents = models.BigIntegerField()
    done = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"call:{self.month}"


class ReceiptImport(models.Model):
    """A file of receipts or of returns that was entered as one batch, and may be undone as one."""

    kind = models.CharField(max_length=8, choices=[("receipts", "recettes"), ("returns", "rejets")])
    fingerprint = models.CharField(max_length=64)
    lines = models.PositiveIntegerField()
    cents = models.BigIntegerField()
    imported_on = models.DateField()
    cause = Id16Field(unique=True)
    undone = OptionalId16Field(null=True)
    undone_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "fingerprint"],
                condition=Q(undone=None),
                name="import_same_file_once",
            ),
        ]

    def __str__(self) -> str:
        return f"import:{self.pk}"


class Receipt(models.Model):
    """Money of one membership for one month. `transfer` is what brought it into the books.

    For cash and cheques that is the entry at the desk; `deposited` is then the event that took it
    to the bank. `undone` is the event that reversed a mistake.
    """

    membership = models.ForeignKey(
        "people.Membership", on_delete=models.PROTECT, related_name="receipts"
    )
    month = MonthField()
    cents = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    received_on = models.DateField()
    desk = models.CharField(max_length=30, blank=True)
    recovery = models.BooleanField(default=False)
    cause = Id16Field()
    position = models.PositiveIntegerField()
    transfer = Id16Field(unique=True)
    batch = models.ForeignKey(
        ReceiptImport, on_delete=models.PROTECT, null=True, related_name="receipts"
    )
    deposited = OptionalId16Field(null=True)
    undone = OptionalId16Field(null=True)
    undone_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["membership", "month"], name="receipt_of_month")]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="receipt_cents_positive"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="receipt_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=DESK_KINDS) ^ Q(desk=""), name="receipt_desk_of_its_kind"
            ),
            models.UniqueConstraint(fields=["cause", "position"], name="receipt_once_per_line"),
        ]

    def __str__(self) -> str:
        return f"receipt:{self.pk}"


class DeskClosing(models.Model):
    """One count of what a desk holds, beside what the books say it holds, in cents.

    What agrees goes to the bank at once; a difference is explained, and waits. `cause` says who.
    """

    desk = models.CharField(max_length=30)
    closed_on = models.DateField()
    cash_counted = models.BigIntegerField()
    cash_booked = models.BigIntegerField()
    cheques_counted = models.BigIntegerField()
    cheques_booked = models.BigIntegerField()
    explanation = models.CharField(max_length=300, blank=True)
    cause = Id16Field(unique=True)

    def __str__(self) -> str:
        return f"closing:{self.pk}"


class Return(models.Model):
    """A debit that the bank took back. `by_fund` is false when the fund was short and we owe it."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="returns")
    code = models.CharField(
        max_length=4, choices=[(code, entry.label) for code, entry in CODES.items()]
    )
    returned_on = models.DateField()
    by_fund = models.BooleanField()
    cause = Id16Field()
    position = models.PositiveIntegerField()
    transfer = Id16Field(unique=True)
    batch = models.ForeignKey(
        ReceiptImport, on_delete=models.PROTECT, null=True, related_name="returns"
    )
    undone = OptionalId16Field(null=True)
    undone_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__in=list(CODES)), name="return_code_known"),
            models.UniqueConstraint(
                fields=["receipt"], condition=Q(undone=None), name="return_once_per_receipt"
            ),
            models.UniqueConstraint(fields=["cause", "position"], name="return_once_per_line"),
        ]

    def __str__(self) -> str:
        return f"return:{self.pk}"


refuse_changes(Pledge._meta.db_table)
