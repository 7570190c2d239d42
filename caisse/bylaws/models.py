"""Four tables, all insert-only: the founding, decisions, amendments, sealed months."""

from django.db import models

from caisse.kernel import triggers
from caisse.kernel.fields import Id16Field, MonthField


class Founding(models.Model):
    """The one row of a founded caisse; decisions and seals take turns by locking it."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    name = models.CharField(max_length=120)
    preset = models.CharField(max_length=60)
    first_month = MonthField()
    demo = models.BooleanField()
    at = models.BigIntegerField()
    event = Id16Field()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="bylaws_one_founding"),
        ]

    def __str__(self) -> str:
        return self.name


class Decision(models.Model):
    """A text that a body adopted, and what it changes. `effects` is canonical JSON."""

    number = models.PositiveIntegerField(primary_key=True)
    event = Id16Field(unique=True)
    decided_on = models.DateField()
    body = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    text = models.TextField()
    effects = models.TextField()
    adopted_at = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Amendment(models.Model):
    """One article's value from a month on. `id` derives from the decision and the position."""

    id = Id16Field(primary_key=True)
    article = models.CharField(max_length=80)
    value = models.TextField()
    since = MonthField()
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="amendments")
    position = models.PositiveIntegerField()
    adopted_at = models.BigIntegerField()
    sourced = models.BooleanField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "position"], name="bylaws_amendment_position"
            ),
        ]
        indexes = [models.Index(fields=["article", "since"], name="bylaws_amendment_article")]

    def __str__(self) -> str:
        return f"{self.article} {self.since}"


class Seal(models.Model):
    """A month whose plan is frozen: no amendment may reach it any more."""

    month = MonthField(primary_key=True)
    at = models.BigIntegerField()
    event = Id16Field()

    def __str__(self) -> str:
        return str(self.month)


for _model in (Founding, Decision, Amendment, Seal):
    triggers.refuse_changes(_model._meta.db_table)
triggers.refuse(
    name="bylaws_amendment_not_sealed",
    table="bylaws_amendment",
    change="INSERT",
    message="an amendment may not reach a sealed month",
    when="NEW.since <= (SELECT COALESCE(MAX(month), 0) FROM bylaws_seal)",
)
triggers.refuse(
    name="bylaws_amendment_decided",
    table="bylaws_amendment",
    change="INSERT",
    message="an amendment needs its decision, adopted at the same instant",
    when="NOT EXISTS (SELECT 1 FROM bylaws_decision"
    " WHERE number = NEW.decision_id AND adopted_at = NEW.adopted_at)",
)
