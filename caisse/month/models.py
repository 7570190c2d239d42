"""A monthly run and the lines of its frozen plan: who will receive what, before a cent moves."""

from django.db import models
from django.db.models import Q

from caisse.kernel.fields import Id16Field, MonthField


class RunState(models.TextChoices):
    """Only forward; a correction is a run of its own, an adjustment."""

    FROZEN = "frozen", "figé"
    CHECKED = "checked", "contrôlé"
    APPROVED = "approved", "approuvé"
    CREDITED = "credited", "versé"
    CLOSED = "closed", "clos"


class MonthlyRun(models.Model):
    """One run of a month: position 0 is the ordinary one, 1… are adjustments.

    All amounts are cents. `articles` is the JSON of the articles that it was computed with.
    """

    month = MonthField()
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.FROZEN)
    cause = Id16Field(unique=True)
    articles = models.TextField()
    verdict = models.CharField(max_length=10)
    asked_cents = models.BigIntegerField()
    total_cents = models.BigIntegerField()
    levy_cents = models.BigIntegerField(default=0)
    available_cents = models.BigIntegerField()
    forecast_cents = models.BigIntegerField()
    credit_on = models.DateField()
    frozen_by = models.CharField(max_length=80)
    checked_by = models.CharField(max_length=80, blank=True)
    approved_by = models.CharField(max_length=80, blank=True)
    waits_for = models.CharField(max_length=20, blank=True)
    expired_at = models.BigIntegerField(null=True)
    credited_cents = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "position"], name="run_of_month"),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=models.F("checked_by")),
                name="run_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.position} {self.state}"

    @property
    def account(self) -> str:
        """The ledger account where the month's money waits between setting apart and credit."""
        return f"fund:month:{self.month}"


class PlanLine(models.Model):
    """One wallet's line: `full` for a whole month, `allocated` after first month and guard.

    `credited` is written in the transaction that moves the money: none until then.
    """

    run = models.ForeignKey(MonthlyRun, on_delete=models.PROTECT, related_name="lines")
    wallet = models.BigIntegerField()
    membership = models.BigIntegerField()
    adults = models.PositiveSmallIntegerField()
    children = models.PositiveSmallIntegerField()
    full_cents = models.BigIntegerField()
    allocated_cents = models.BigIntegerField()
    ceiling_cents = models.BigIntegerField(null=True)
    credited_cents = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "wallet"], name="line_of_wallet"),
            models.CheckConstraint(
                condition=Q(allocated_cents__gte=0)
                & Q(allocated_cents__lte=models.F("full_cents")),
                name="line_within_full",
            ),
        ]
        indexes = [models.Index(fields=["membership"], name="line_membership")]

    def __str__(self) -> str:
        return f"wallet:{self.wallet} {self.allocated_cents}"
