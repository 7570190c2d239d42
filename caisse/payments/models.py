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
