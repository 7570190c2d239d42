"""Sales without network: licences of devices, money set aside, what was sold and sent."""

from django.db import models

from caisse.kernel.fields import Id16Field, OptionalId16Field
from caisse.payments.models.cashing import Device


class Licence(models.Model):
    """The right of one device to sell without network, until `until` (payments.md 7.2).

    Open until the device has said its last word, or until `honoured_until`: only then what was set
    aside for its place may go home. `used_cents` is all that it honours, `room_cents` what the
    caisse may lose of it. `text` and `signature` are what the device holds, while it is open.
    `sign` is the key (kind, 32 bytes) with which the device signs its last word on it, `last_word`.
    `ways` are those of paying that the bylaws had when it began, between spaces; "" in the licences
    that began before they were written down, which take each. From `listed_at` on a paper list
    stands for its sales by code (`SalesList`).
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="licences")
    place = models.ForeignKey("merchants.Place", on_delete=models.PROTECT, related_name="licences")
    till = Id16Field()
    since = models.BigIntegerField()
    until = models.BigIntegerField()
    honoured_until = models.BigIntegerField()
    day_cents = models.BigIntegerField()
    total_cents = models.BigIntegerField()
    room_cents = models.BigIntegerField()
    member_cents = models.BigIntegerField()
    ways = models.CharField(max_length=80, blank=True, default="")
    used_cents = models.BigIntegerField(default=0)
    text = models.TextField(blank=True, default="")
    signature = models.BinaryField(max_length=64, default=b"")
    sign = models.BinaryField(max_length=33, default=b"")
    last_word = models.BinaryField(max_length=64, default=b"")
    closed_at = models.BigIntegerField(null=True)
    listed_at = models.BigIntegerField(null=True)
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

    def takes(self, method: str) -> bool:
        """Whether what is sold under it may be paid this way."""
        return not self.ways or method in self.ways.split()

    @property
    def said_all(self) -> bool:
        """Its device has said, within its days, that nothing is left to send."""
        return self.closed_at is not None and self.closed_at <= self.honoured_until


class Reserve(models.Model):
    """Money that a wallet set aside for a place: the account `reserve:<key>` (payments.md 7.2).

    With a `public_key`, of the kind `key_kind`, it is a slip, on a telephone; else it lies ready on
    the card of `holder`. Without a place a slip is good anywhere, within the places' rooms.
    `licence` is the one that names a card's entry. Licences from `struck_at` on take it no more.
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
    key_kind = models.PositiveSmallIntegerField(default=1)
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
        return self.account

    @property
    def account(self) -> str:
        """Its account in the ledger."""
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
    """A payment that was signed with a counter of a slip: two of one counter prove a copy.

    `paid`: it was judged good, and the slip has so much less left for sales that come late.
    """

    reserve = models.ForeignKey(Reserve, on_delete=models.PROTECT, related_name="uses")
    counter = models.PositiveIntegerField()
    payment = Id16Field(unique=True)
    cents = models.BigIntegerField()
    paid = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"payment {self.counter} of a slip"


class OfflineStop(models.Model):
    """A wallet that sets no money aside any more: a telephone of it was copied. A person talks."""

    wallet = models.BigIntegerField(primary_key=True)
    at = models.BigIntegerField()
    cause = Id16Field(unique=True)

    def __str__(self) -> str:
        return f"wallet:{self.wallet} pays with network only"


class LateSale(models.Model):
    """A sale without network that came too late to be honoured, for a person to decide on.

    Its id is that of its event; `payment` is the record's number, `request` that of a slip's
    request, `number` the one under which it was paid after all. Nobody looks at a late code: the
    row says nothing of who paid.
    """

    class State(models.TextChoices):
        """What became of it; `posted`: who signed it paid after all."""

        WAITING = "waiting", "à décider"
        PAID = "paid", "payée par la caisse"
        REFUSED = "refused", "refusée"
        POSTED = "posted", "payée par le foyer"

    id = Id16Field(primary_key=True)
    payment = Id16Field()
    request = OptionalId16Field(null=True)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="late_sales")
    place = models.ForeignKey(
        "merchants.Place", on_delete=models.PROTECT, related_name="late_sales"
    )
    cents = models.BigIntegerField()
    method = models.CharField(max_length=12)
    made_at = models.BigIntegerField()
    at = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    number = OptionalId16Field(null=True)
    cause = OptionalId16Field(null=True)
    decided_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cents__gt=0, state__in=["waiting", "paid", "refused", "posted"]),
                name="late_sale_of_something",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state="waiting"),
                name="late_sale_to_decide",
            ),
            models.Index(fields=["place", "decided_at"], name="late_sale_of_place"),
        ]

    def __str__(self) -> str:
        return f"late sale at place:{self.place_id}"


class SalesList(models.Model):
    """A paper list of sales by code that a lost or broken device could not send (payments.md 7.2).

    Its id is that of the act that prepared it; nothing is paid before `paid_at`, when a second
    person has agreed. `sold_on` is the day that the list says, `note` why the device sends nothing.
    """

    id = Id16Field(primary_key=True)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="lists")
    sold_on = models.DateField()
    sales = models.PositiveIntegerField()
    cents = models.BigIntegerField()
    note = models.CharField(max_length=200)
    paid_at = models.BigIntegerField(null=True)
    number = OptionalId16Field(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cents__gt=0, sales__gt=0), name="sales_list_of_something"
            ),
            models.UniqueConstraint(
                fields=["licence"],
                condition=models.Q(paid_at__isnull=False),
                name="sales_list_of_licence_once",
            ),
        ]

    def __str__(self) -> str:
        return f"list of sales under licence {self.licence_id}"
