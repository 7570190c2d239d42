"""Tills and the devices that they run on; the verifiers of PINs."""

from django.db import models

from caisse.kernel.fields import Id16Field, OptionalId16Field


class Device(models.Model):
    """What a place cashes with, its own phone, tablet or computer (payments.md 1).

    `invited → enrolled → active ⇄ suspended → revoked`. Of its keys the public one alone is here: a
    thief of the database forges no till. Of an invitation only a digest is kept, and `selector`, by
    which wrong entries are counted; its instants are of the real clock.
    """

    class State(models.TextChoices):
        """Where a device stands."""

        INVITED = "invited", "à relier"
        ENROLLED = "enrolled", "à confirmer"
        ACTIVE = "active", "encaisse"
        SUSPENDED = "suspended", "suspendu"
        REVOKED = "revoked", "retiré"

    place = models.ForeignKey("merchants.Place", on_delete=models.PROTECT, related_name="devices")
    label = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.INVITED)
    generation = models.PositiveSmallIntegerField(default=1)
    public_key = models.BinaryField(max_length=65, default=b"")
    selector = models.CharField(max_length=4, blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")
    wrong = models.PositiveSmallIntegerField(default=0)
    used = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)
    till = OptionalId16Field(null=True)
    cause = Id16Field(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=("invited", "enrolled", "active", "suspended", "revoked")
                ),
                name="device_state_known",
            ),
            models.UniqueConstraint(
                fields=["selector"], condition=~models.Q(selector=""), name="device_selector_once"
            ),
        ]

    def __str__(self) -> str:
        return f"device {self.pk} of place:{self.place_id}"


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


class Card(models.Model):
    """The printed card of a holder: which one is good, and the number that is typed for it.

    A lost card is replaced by the next `generation`, with another number: the first is then refused
    everywhere, the balance stays where it is. The text of its QR is computed, and stored nowhere.
    """

    holder = models.OneToOneField("people.Holder", on_delete=models.PROTECT, primary_key=True)
    generation = models.PositiveSmallIntegerField(default=1)
    number = models.CharField(max_length=10, unique=True)
    blocked = models.BooleanField(default=False)
    made_at = models.BigIntegerField()
    cause = Id16Field(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(generation__gte=1), name="card_generation_known"
            ),
        ]

    def __str__(self) -> str:
        return f"card {self.generation} of holder:{self.pk}"


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


class Licence(models.Model):
    """The right of one device to sell without network, until `until` (payments.md 7.2).

    Open until the device has said its last word, or seven days after `until`: only then what was
    set aside for its place may go home. `used_cents` is all that it honours, `room_cents` what the
    caisse may lose of it. `text` and `signature` are what the device holds, while it is open.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="licences")
    place = models.ForeignKey("merchants.Place", on_delete=models.PROTECT, related_name="licences")
    till = Id16Field()
    since = models.BigIntegerField()
    until = models.BigIntegerField()
    day_cents = models.BigIntegerField()
    total_cents = models.BigIntegerField()
    room_cents = models.BigIntegerField()
    member_cents = models.BigIntegerField()
    used_cents = models.BigIntegerField(default=0)
    text = models.TextField(blank=True, default="")
    signature = models.BinaryField(max_length=64, default=b"")
    closed_at = models.BigIntegerField(null=True)
    cause = Id16Field(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device"],
                condition=models.Q(closed_at__isnull=True),
                name="licence_of_device_once",
            ),
            models.CheckConstraint(
                condition=models.Q(used_cents__gte=0, room_cents__gte=0),
                name="licence_cents_not_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["place"],
                condition=models.Q(closed_at__isnull=True),
                name="licence_of_place_open",
            ),
        ]

    def __str__(self) -> str:
        return f"licence {self.pk} of place:{self.place_id}"


class Reserve(models.Model):
    """Money that a wallet set aside for a place: the account `reserve:<key>` (payments.md 7.2).

    With a `public_key` it is a slip, on a telephone; else it lies ready on the card of `holder`.
    Without a place a slip is good anywhere, within the places' rooms. `licence` is the one that
    names a card's entry. Licences from `struck_at` on do not take it any more.
    """

    key = models.CharField(max_length=16, unique=True)
    wallet = models.BigIntegerField()
    place = models.ForeignKey(
        "merchants.Place", on_delete=models.PROTECT, null=True, related_name="reserves"
    )
    cents = models.BigIntegerField()
    since = models.BigIntegerField()
    until = models.BigIntegerField()
    phone = models.BigIntegerField(default=0)
    key_number = models.PositiveSmallIntegerField(default=0)
    public_key = models.BinaryField(max_length=32, default=b"")
    signature = models.BinaryField(max_length=64, default=b"")
    holder = models.ForeignKey(
        "people.Holder", on_delete=models.PROTECT, null=True, related_name="reserves"
    )
    licence = models.ForeignKey(
        Licence, on_delete=models.PROTECT, null=True, related_name="reserves"
    )
    struck_at = models.BigIntegerField(null=True)
    released_at = models.BigIntegerField(null=True)
    cause = Id16Field()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cents__gt=0) & models.Q(until__gt=models.F("since")),
                name="reserve_of_something",
            ),
        ]
        indexes = [
            models.Index(fields=["wallet", "until"], name="reserve_of_wallet"),
            models.Index(fields=["place", "until"], name="reserve_of_place"),
            models.Index(
                fields=["until"],
                condition=models.Q(released_at__isnull=True),
                name="reserve_not_released",
            ),
            models.Index(fields=["cause"], name="reserve_of_cause"),
        ]

    def __str__(self) -> str:
        return f"reserve:{self.key}"


class OfflineSale(models.Model):
    """A sale made without network that was accepted for judgement, until its licence is closed.

    It is written before the ledger is asked, so that two sendings at once share one sum. `handle`
    is what the till recognised; it and the row go with the licence, the transfers stay.
    """

    id = Id16Field(primary_key=True)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="sales")
    digest = models.BinaryField(max_length=32)
    handle = models.CharField(max_length=40)
    cents = models.BigIntegerField()
    trusted = models.BooleanField(default=False)
    posted = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["licence", "handle"], name="sale_of_handle")]

    def __str__(self) -> str:
        return f"sale under licence {self.licence_id}"


class SlipUse(models.Model):
    """The first payment that was signed with a counter of a slip: a second one proves a copy."""

    reserve = models.ForeignKey(Reserve, on_delete=models.PROTECT, related_name="uses")
    counter = models.PositiveIntegerField()
    payment = Id16Field()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reserve", "counter"], name="slip_counter_once"),
        ]

    def __str__(self) -> str:
        return f"payment {self.counter} of a slip"


class OfflineStop(models.Model):
    """A wallet that sets no money aside any more: a telephone of it was copied. A person talks."""

    wallet = models.BigIntegerField(primary_key=True)
    at = models.BigIntegerField()
    cause = Id16Field(unique=True)

    def __str__(self) -> str:
        return f"wallet:{self.wallet} pays with network only"
