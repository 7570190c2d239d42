"""Tills and the devices that they run on; what members pay with: phones, cards, PINs, paper."""

from django.db import models

from caisse.kernel.fields import Id16Field, OptionalId16Field


class Linked(models.Model):
    """A device that is linked by a code, and proves its requests by keys of its own.

    Of its keys the public one alone is here: a thief of the database forges no device. Of a code
    only a digest is kept, and `selector`, by which wrong entries are counted; its instants are of
    the real clock.
    """

    label = models.CharField(max_length=40)
    generation = models.PositiveSmallIntegerField(default=1)
    public_key = models.BinaryField(max_length=65, default=b"")
    selector = models.CharField(max_length=4, blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")
    wrong = models.PositiveSmallIntegerField(default=0)
    used = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)
    cause = Id16Field(unique=True)

    class Meta:
        abstract = True


class Device(Linked):
    """What a place cashes with, its own phone, tablet or computer (payments.md 1).

    `invited → enrolled → active ⇄ suspended → revoked`. `codes_wrong` counts the wrong codes of
    cashiers.
    """

    class State(models.TextChoices):
        """Where a device stands."""

        INVITED = "invited", "à relier"
        ENROLLED = "enrolled", "à confirmer"
        ACTIVE = "active", "encaisse"
        SUSPENDED = "suspended", "suspendu"
        REVOKED = "revoked", "retiré"

    place = models.ForeignKey("merchants.Place", on_delete=models.PROTECT, related_name="devices")
    state = models.CharField(max_length=10, choices=State.choices, default=State.INVITED)
    till = OptionalId16Field(null=True)
    codes_wrong = models.PositiveSmallIntegerField(default=0)

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


class Phone(Linked):
    """A telephone that a holder pays with (payments.md 1 and 3): `invited → active → blocked`.

    `tickets` counts those that it was given: each of its QRs uses one up, and no two have the same
    number. A phone that is linked anew is its next `generation`; what the one before it kept is
    worth nothing.
    """

    class State(models.TextChoices):
        """Where a telephone stands."""

        INVITED = "invited", "à relier"
        ACTIVE = "active", "paie"
        BLOCKED = "blocked", "bloqué"

    holder = models.ForeignKey("people.Holder", on_delete=models.PROTECT, related_name="phones")
    state = models.CharField(max_length=7, choices=State.choices, default=State.INVITED)
    tickets = models.PositiveIntegerField(default=0)
    linked_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=("invited", "active", "blocked")),
                name="phone_state_known",
            ),
            models.UniqueConstraint(
                fields=["selector"], condition=~models.Q(selector=""), name="phone_selector_once"
            ),
        ]

    def __str__(self) -> str:
        return f"phone {self.pk} of holder:{self.holder_id}"


class Cashier(models.Model):
    """Somebody who cashes at a place with a short code: a name that the place chose, and what for.

    Levels hold those before them. The four figures are computed of `cause`, the set (`turn`) and
    the PIN key of number `key`, and stored nowhere. It is no factor of paying (payments.md 1).
    """

    class Level(models.TextChoices):
        """What a cashier may do."""

        TAKE = "take", "encaisser"
        CANCEL = "cancel", "encaisser, annuler une vente du jour"
        REFUND = "refund", "encaisser, annuler, rembourser"
        MANAGE = "manage", "tout, et débloquer un appareil"

    place = models.ForeignKey("merchants.Place", on_delete=models.PROTECT, related_name="cashiers")
    label = models.CharField(max_length=40)
    level = models.CharField(max_length=6, choices=Level.choices)
    key = models.PositiveIntegerField()
    turn = models.PositiveSmallIntegerField(default=1)
    active = models.BooleanField(default=True)
    cause = Id16Field(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__in=("take", "cancel", "refund", "manage")),
                name="cashier_level_known",
            ),
        ]

    def __str__(self) -> str:
        return f"cashier {self.pk} of place:{self.place_id}"


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


class VoucherSheet(models.Model):
    """Vouchers that were printed together and paid from one wallet; its number is the sheet's.

    `last_day` is the last one on which they pay. `ended_at` (ms): what was left of it went back to
    the wallet, because the sheet was withdrawn or its last day had passed.
    """

    wallet = models.ForeignKey("people.Wallet", on_delete=models.PROTECT, related_name="sheets")
    made_at = models.BigIntegerField()
    last_day = models.DateField()
    ended_at = models.BigIntegerField(null=True)
    cause = Id16Field(unique=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["last_day"],
                name="sheet_last_day",
                condition=models.Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"sheet {self.pk} of wallet:{self.wallet_id}"


class Voucher(models.Model):
    """One voucher: the money of the account `voucher:<n>`, all of it or nothing.

    `n` is drawn by chance. Neither the serial nor the secret on the paper is here, but what they
    are known by when it is `scanned`, and when its code is `typed`. `back`: its value went back to
    the wallet; one that is empty otherwise was cashed.
    """

    n = models.BigIntegerField(primary_key=True)
    sheet = models.ForeignKey(VoucherSheet, on_delete=models.PROTECT, related_name="vouchers")
    cents = models.PositiveIntegerField()
    scanned = models.CharField(max_length=64, unique=True)
    typed = models.CharField(max_length=64, unique=True)
    back = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(cents__gt=0), name="voucher_cents_positive"),
        ]

    def __str__(self) -> str:
        return self.account

    @property
    def account(self) -> str:
        """Its account in the ledger."""
        return f"voucher:{self.n}"


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


class PinReset(models.Model):
    """Two referents have said that a holder asks for a new PIN; its id is that of their act.

    The code that draws it is computed of the id and the PIN key of number `key`, and stored
    nowhere. `wrong` counts entries with one half right. `closed_at` is set when it was used, or
    when another PIN was drawn since. Instants are milliseconds.
    """

    id = Id16Field(primary_key=True)
    holder = models.ForeignKey("people.Holder", on_delete=models.PROTECT, related_name="+")
    key = models.PositiveIntegerField()
    allowed_at = models.BigIntegerField()
    opens_at = models.BigIntegerField()
    wrong = models.PositiveSmallIntegerField(default=0)
    closed_at = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"new pin of holder:{self.holder_id}"


class PaperSale(models.Model):
    """A sale that the office agreed to on the telephone: a hold of the wallet for the place.

    Its id is that of the event `paper_sale.agreed`. Its six figures are computed of the id, the set
    (`turn`) and the PIN key of number `key`, and stored nowhere. `wrong` counts what was typed
    wrong against this set, `wrong_before` against those before; `last_wrong` is the last one.
    `closed_at` is set with the ledger's post (`payment`: its id) or void; past `expires_at` nothing
    is posted any more, whatever stands here. Instants are milliseconds.
    """

    id = Id16Field(primary_key=True)
    wallet = models.ForeignKey("people.Wallet", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey("merchants.Place", on_delete=models.PROTECT, related_name="+")
    cents = models.BigIntegerField()
    hold = Id16Field(unique=True)
    agreed_at = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    key = models.PositiveIntegerField()
    turn = models.PositiveSmallIntegerField(default=1)
    wrong = models.PositiveSmallIntegerField(default=0)
    wrong_before = models.PositiveSmallIntegerField(default=0)
    last_wrong = OptionalId16Field(null=True)
    closed_at = models.BigIntegerField(null=True)
    payment = OptionalId16Field(null=True, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["place", "expires_at"], name="paper_sale_of_place"),
            models.Index(fields=["wallet", "expires_at"], name="paper_sale_of_wallet"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(cents__gt=0), name="paper_sale_positive"),
        ]

    def __str__(self) -> str:
        return f"paper sale at place:{self.place_id}"
