"""Merchants, their places, the agreements under which a place takes payments, and redemption."""

from django.db import models
from django.db.models import F, Q

from caisse.kernel.fields import Id16Field, MonthField, OptionalId16Field


class Kind(models.TextChoices):
    """What a place is; the order is that of the reference scenario."""

    COOP_SUPERMARKET = "coop_supermarket", "supermarché coopératif et participatif"
    ORGANIC_SUPERMARKET = "organic_supermarket", "magasins bio"
    SOLIDARITY_SHOP = "solidarity_shop", "épiceries solidaires et cafés-épiceries"
    GROCERY = "grocery", "épiceries de quartier et vrac"
    BAKER = "baker", "boulangeries"
    PURCHASING_GROUP = "purchasing_group", "groupements d’achat"
    CANTEEN = "canteen", "cantines et restaurants solidaires"
    MARKET_PRODUCER = "market_producer", "producteurs et productrices sur les marchés"
    FARM_PRODUCER = "farm_producer", "producteurs et productrices, à la ferme ou en paniers"


PRODUCERS = frozenset({Kind.MARKET_PRODUCER, Kind.FARM_PRODUCER})


class Merchant(models.Model):
    """A legal entity that holds places. Its name stands here only, never in ledger or events."""

    name = models.CharField(max_length=160)

    def __str__(self) -> str:
        return f"merchant:{self.pk}"


class Place(models.Model):
    """A point of sale; the account `place:<id>` once it was approved.

    Coordinates are in 1e-5 degree (about a metre), both or none. `sells` says in a few words what
    one finds there, `access` how one gets in (steps, lift, car park).
    """

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="places")
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    producer = models.BooleanField()
    commune = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=120, blank=True, db_default="", default="")
    sells = models.CharField(max_length=200, blank=True, db_default="", default="")
    access = models.CharField(max_length=200, blank=True, db_default="", default="")
    latitude_e5 = models.IntegerField(null=True)
    longitude_e5 = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="place_kind_known"),
            models.CheckConstraint(
                condition=Q(latitude_e5__isnull=True, longitude_e5__isnull=True)
                | Q(
                    latitude_e5__range=(-90_00000, 90_00000),
                    longitude_e5__range=(-180_00000, 180_00000),
                ),
                name="place_coordinates",
            ),
            models.UniqueConstraint(fields=["merchant", "name"], name="place_name_once"),
        ]

    def __str__(self) -> str:
        return f"place:{self.pk}"

    @property
    def account(self) -> str:
        """The account of the ledger."""
        return f"place:{self.pk}"


class Agreement(models.Model):
    """The dated right of a place to take payments, given by a decision.

    `rate` is the code of the place's rate of coverage, where that is by place.
    `until` is the last day agreed (none: without term); `ended_on` the day from which it no longer
    holds, because it ran out (ended) or was withdrawn by a decision.
    """

    class State(models.TextChoices):
        """planned (it begins later) → active ⇄ suspended → ended or withdrawn."""

        PLANNED = "planned", "à venir"
        ACTIVE = "active", "en cours"
        SUSPENDED = "suspended", "suspendue"
        WITHDRAWN = "withdrawn", "retirée"
        ENDED = "ended", "terminée"

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="agreements")
    since = models.DateField()
    until = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    state = models.CharField(max_length=9, choices=State.choices)
    rate = models.CharField(max_length=30, blank=True)
    decision = models.PositiveIntegerField()
    cause = Id16Field(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="agreement_until_after_since",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["withdrawn", "ended"], ended_on__isnull=False)
                | Q(state__in=["planned", "active", "suspended"], ended_on__isnull=True),
                name="agreement_ended_on",
            ),
            models.UniqueConstraint(
                fields=["place"],
                condition=Q(state__in=["planned", "active", "suspended"]),
                name="agreement_one_per_place",
            ),
        ]

    def __str__(self) -> str:
        return f"place:{self.place_id} {self.since} {self.state}"


class Suspension(models.Model):
    """A time during which an agreement takes no payments; `until` is the day it resumed."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="suspensions")
    since = models.DateField()
    until = models.DateField(null=True)
    cause = Id16Field(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(until__isnull=True), name="suspension_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} suspended {self.since}"


class Opening(models.Model):
    """Hours of one weekday (0 is Monday) at a place: from `opens` to `closes`, minutes of the day.

    `market` names the market where a producer sells then; it is empty for the place itself.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="openings")
    weekday = models.PositiveSmallIntegerField()
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()
    market = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6, closes__lte=1440, opens__lt=F("closes")),
                name="opening_within_a_day",
            ),
            models.UniqueConstraint(fields=["place", "weekday", "opens"], name="opening_once"),
        ]

    def __str__(self) -> str:
        return f"place:{self.place_id} {self.weekday} {self.opens}-{self.closes}"


class Closure(models.Model):
    """Days on which a place is closed whatever its hours say: `first` and `last` are closed."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="closures")
    first = models.DateField()
    last = models.DateField()
    note = models.CharField(max_length=120, blank=True)
    cause = Id16Field(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="closure_last_after"),
        ]

    def __str__(self) -> str:
        return f"place:{self.place_id} closed {self.first}"


class RedemptionRun(models.Model):
    """The redemption of one month's sales: held place by place, then paid place by place.

    `held_to` and `paid_to` are the last place done, so that a run stopped in the middle goes on
    there; `held` and `paid` say that all were done. The two causes are the events of the two parts.
    """

    month = MonthField(unique=True)
    held_cause = Id16Field(unique=True)
    held_to = models.BigIntegerField(default=0)
    held = models.BooleanField(default=False)
    paid_cause = OptionalId16Field(null=True, unique=True)
    paid_to = models.BigIntegerField(default=0)
    paid = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.month)


class Redemption(models.Model):
    """The statement of one place for one month: `cents` to the place, `fee_cents` to the fund.

    `carried_cents` is what stays on its account for the next month: below the minimum, or negative
    after refunds. The ids of its transfers derive from the run's causes and the place.
    """

    class State(models.TextChoices):
        """computed (held, or carried over in whole) → paid or refused (by the bank)."""

        COMPUTED = "computed", "calculé"
        PAID = "paid", "payé"
        REFUSED = "refused", "refusé par la banque"

    run = models.ForeignKey(RedemptionRun, on_delete=models.PROTECT, related_name="redemptions")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="redemptions")
    cents = models.BigIntegerField()
    fee_cents = models.BigIntegerField()
    carried_cents = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.COMPUTED)
    code = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "place"], name="redemption_once_a_month"),
            models.CheckConstraint(
                condition=Q(cents__gte=0, fee_cents__gte=0), name="redemption_cents_positive"
            ),
            models.CheckConstraint(
                condition=Q(cents=0, fee_cents=0) | Q(carried_cents=0),
                name="redemption_paid_or_carried",
            ),
        ]

    def __str__(self) -> str:
        return f"place:{self.place_id} {self.run_id}"


class Right(models.TextChoices):
    """What a person may do for a place: everything, or read what it took."""

    MANAGER = "manager", "gère le lieu"
    READER = "reader", "lit les relevés"


class PlaceRight(models.Model):
    """What a login may do for a place, from `since` until the day before `until`.

    `login` is the identifier of a way in (people): a pseudonym, never a name.
    """

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="rights")
    login = models.CharField(max_length=40, db_index=True)
    right = models.CharField(max_length=8, choices=Right.choices)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(right__in=Right.values), name="right_known"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="right_until_after_since"
            ),
            models.UniqueConstraint(
                fields=["place", "login"], condition=Q(until=None), name="right_once"
            ),
        ]

    def __str__(self) -> str:
        return f"place:{self.place_id} {self.right}"


class BankDetails(models.Model):
    """Where a merchant is paid: proposed, then in force once the office has rung back and agreed.

    An IBAN and the name of its holder stand in this table and nowhere else: never in an event, a
    log line or an act that waits. `act` is the act that a second person agrees to.
    """

    class State(models.TextChoices):
        """proposed → in_force → replaced, or proposed → declined."""

        PROPOSED = "proposed", "à vérifier"
        IN_FORCE = "in_force", "en cours"
        REPLACED = "replaced", "remplacées"
        DECLINED = "declined", "refusées"

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="bank_details")
    iban = models.CharField(max_length=34)
    holder = models.CharField(max_length=70)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.CharField(max_length=80)
    proposed_at = models.BigIntegerField()
    act = OptionalId16Field(null=True)
    changed_at = models.BigIntegerField(null=True)
    cause = Id16Field(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "in_force", "replaced", "declined"]),
                name="bank_details_state_known",
            ),
            models.UniqueConstraint(
                fields=["merchant"], condition=Q(state="in_force"), name="bank_details_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["merchant"], condition=Q(state="proposed"), name="bank_details_one_proposed"
            ),
        ]

    def __str__(self) -> str:
        return f"merchant:{self.merchant_id} {self.state}"
