"""What the bank itself says: the balance of a statement, typed beside ours."""

from django.db import models
from django.db.models import Q

from caisse.kernel.fields import Id16Field


class BankReading(models.Model):
    """The balance that a statement of the bank gives for the end of a day, in cents.

    Never edited: a day read again gets another row, and the last one counts. `by` is a login.
    """

    account = models.CharField(max_length=9)
    day = models.DateField()
    cents = models.BigIntegerField()
    by = models.CharField(max_length=80)
    cause = Id16Field(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(account__in=("caisse", "operating")), name="bank_reading_account"
            ),
        ]
        indexes = [models.Index(fields=["account", "day"], name="bank_reading_day")]

    def __str__(self) -> str:
        return f"{self.account} {self.day} {self.cents}"
