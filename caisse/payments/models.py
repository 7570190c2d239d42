"""The till: the session under which payments are taken, and the cause of every one of them."""

from django.db import models

from caisse.kernel.fields import Id16Field


class Till(models.Model):
    """A till that was opened at a place. Its id is that of the event `till.opened`.

    The event names the cashier (`opened_by` repeats the pseudonym), so that a payment needs no
    event of its own: the till is its cause. Instants are milliseconds.
    """

    id = Id16Field(primary_key=True)
    place = models.ForeignKey("merchants.Place", on_delete=models.PROTECT, related_name="tills")
    opened_at = models.BigIntegerField()
    opened_by = models.CharField(max_length=80)
    closed_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["place", "closed_at"], name="till_place_open")]

    def __str__(self) -> str:
        return f"till of place:{self.place_id}"


class Pin(models.Model):
    """The verifier of a holder's PIN: never the PIN (payments.md 2.1).

    `layers` are the numbers of the keys under which it lies, the innermost first: "1", "1 2".
    """

    holder = models.OneToOneField("people.Holder", on_delete=models.PROTECT, primary_key=True)
    salt = models.BinaryField(max_length=8)
    verifier = models.BinaryField(max_length=16)
    layers = models.CharField(max_length=200)
    length = models.PositiveSmallIntegerField()
    drawn_at = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(length__gte=4, length__lte=8), name="pin_length_known"
            ),
        ]

    def __str__(self) -> str:
        return f"pin of holder:{self.pk}"
