"""Funders, grants, instalments and planned costs: what is expected, and since when it is known.

An expectation is never edited: a letter that changes it adds a row with its own date. A forecast
made for any past day reads the rows known on that day, and no other.
"""

from django.db import models
from django.db.models import Q

from caisse.kernel.fields import Id16Field, OptionalId16Field


class Fund(models.TextChoices):
    """The two ring-fenced funds that money may be given to."""

    CAISSE = "caisse", "fonds de la caisse"
    OPERATING = "operating", "fonds de fonctionnement"


class Line(models.TextChoices):
    """The lines of operating costs: each is the account `cost:<line>`."""

    HR = "hr", "ressources humaines"
    RUNNING = "running", "animation et fonctionnement"
    EVALUATION = "evaluation", "évaluation"
    IT = "it", "informatique (investissement)"


class Funder(models.Model):
    """A body that gives money. Its name stands here only; ledger and events know the grant's id."""

    name = models.CharField(max_length=160, unique=True)

    def __str__(self) -> str:
        return self.name


class FunderRight(models.Model):
    """A login that reads what a funder's money paid for, until the day before `until`.

    `login` is the identifier of a way in (people): a pseudonym, never a name.
    """

    funder = models.ForeignKey(Funder, on_delete=models.PROTECT, related_name="rights")
    login = models.CharField(max_length=40, db_index=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["funder", "login"], condition=Q(until=None), name="funder_right_once"
            ),
        ]

    def __str__(self) -> str:
        return f"funder:{self.funder_id} {self.login}"


class Grant(models.Model):
    """One signed agreement with a funder, for one fund; the account `grant:<fund>:<id>`.

    `cents` is the amount signed. An open-ended grant has no instalments: a third party tops up the
    members' contributions as they come (one such grant per funder).
    """

    funder = models.ForeignKey(Funder, on_delete=models.PROTECT, related_name="grants")
    fund = models.CharField(max_length=9, choices=Fund.choices)
    label = models.CharField(max_length=200)
    cents = models.BigIntegerField()
    is_investment = models.BooleanField(default=False)
    open_ended = models.BooleanField(default=False)
    signed_on = models.DateField()
    cause = Id16Field(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cents__gt=0, open_ended=False) | Q(cents=0, open_ended=True),
                name="grant_cents_or_open_ended",
            ),
            models.CheckConstraint(condition=Q(fund__in=Fund.values), name="grant_fund_known"),
            models.UniqueConstraint(
                fields=["funder"], condition=Q(open_ended=True), name="grant_open_ended_once"
            ),
        ]

    def __str__(self) -> str:
        return f"grant:{self.fund}:{self.pk}"

    @property
    def account(self) -> str:
        """The passage account that names this grant in the ledger."""
        return f"grant:{self.fund}:{self.pk}"

    @property
    def receivable(self) -> str:
        """The memo account of what the funder still owes."""
        return f"receivable:grant:{self.pk}"


class Instalment(models.Model):
    """One payment that an agreement promises; date and amount stand in its expectations."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grant", "number"], name="instalment_number_once"),
        ]

    def __str__(self) -> str:
        return f"instalment:{self.pk}"


class Expectation(models.Model):
    """What is expected of an instalment, in whole, from the day `known_on` until the next row."""

    instalment = models.ForeignKey(
        Instalment, on_delete=models.PROTECT, related_name="expectations"
    )
    due_on = models.DateField()
    cents = models.BigIntegerField()
    known_on = models.DateField()
    cause = Id16Field()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gte=0), name="expectation_cents_positive"),
        ]
        indexes = [models.Index(fields=["known_on"], name="expectation_known_on")]

    def __str__(self) -> str:
        return f"{self.instalment_id} {self.due_on} {self.cents}"


class GrantReceipt(models.Model):
    """Money of a grant that came in: for an instalment, or a top-up (`instalment` empty)."""

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="receipts")
    instalment = models.ForeignKey(
        Instalment, on_delete=models.PROTECT, related_name="receipts", null=True
    )
    cents = models.BigIntegerField()
    received_on = models.DateField()
    cause = Id16Field(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="grant_receipt_cents_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.received_on} {self.cents}"


class PlannedCost(models.Model):
    """A cost that is expected; `replaces` names the row that it changes, 0 cents cancel it."""

    line = models.CharField(max_length=10, choices=Line.choices)
    due_on = models.DateField()
    cents = models.BigIntegerField()
    known_on = models.DateField()
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="replaced_by", null=True
    )
    cause = Id16Field()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gte=0), name="planned_cost_cents_positive"),
            models.CheckConstraint(condition=Q(line__in=Line.values), name="planned_cost_line"),
        ]
        indexes = [models.Index(fields=["due_on"], name="planned_cost_due_on")]

    def __str__(self) -> str:
        return f"{self.line} {self.due_on} {self.cents}"


class PaidCost(models.Model):
    """A cost that was paid, and the planned row that it settles, if one was planned.

    `undone` is the event of its counter-entry, when it was entered by mistake, with the day and the
    reason; the planned row is then to be paid again.
    """

    line = models.CharField(max_length=10, choices=Line.choices)
    cents = models.BigIntegerField()
    paid_on = models.DateField()
    planned = models.ForeignKey(
        PlannedCost, on_delete=models.PROTECT, related_name="payments", null=True
    )
    cause = Id16Field(unique=True)
    undone = OptionalId16Field(null=True, unique=True)
    undone_on = models.DateField(null=True)
    undone_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="paid_cost_cents_positive"),
            models.UniqueConstraint(
                fields=["planned"], condition=Q(undone=None), name="paid_cost_planned_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.paid_on} {self.cents}"


class DocumentKind(models.TextChoices):
    """What a supporting document is."""

    INVOICE = "invoice", "facture"
    STATEMENT = "statement", "relevé de banque"
    LETTER = "letter", "courrier"
    OTHER = "other", "autre pièce"


class Document(models.Model):
    """The paper behind an entry: `subject` names it ("cost:12", "act:…").

    The content is empty once it was withdrawn; its digest and its dates stay.
    """

    id = Id16Field(primary_key=True)
    subject = models.CharField(max_length=60, db_index=True)
    kind = models.CharField(max_length=10, choices=DocumentKind.choices)
    media = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.CharField(max_length=80)
    added_at = models.BigIntegerField()
    withdrawn_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="document_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}"
