"""Who takes part. Names and addresses stand in `Person` and `Household`, and nowhere else.

A membership's state and a household's composition are histories, one row per statement, insert
only: what was known on a past day can be read again.
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from caisse.kernel.fields import Id16Field
from caisse.kernel.triggers import refuse_changes


class RoleName(models.TextChoices):
    """What a login may do; one person may hold several, each within its dates."""

    MEMBER = "member", "adhérent·e"
    MERCHANT = "merchant", "commerçant·e"
    CASHIER = "cashier", "caissier·ère"
    DESK = "desk", "accueil"
    COORDINATOR = "coordinator", "coordination"
    TREASURER = "treasurer", "trésorerie"
    COMMITTEE = "committee", "comité citoyen"
    FUNDER = "funder", "financeur"
    RESEARCHER = "researcher", "recherche"
    ADMINISTRATOR = "administrator", "administration"


class State(models.TextChoices):
    """The states of a membership; those of a draw come with the package that draws."""

    APPLIED = "applied", "candidature"
    ONBOARDING = "onboarding", "accueil"
    ACTIVE = "active", "active"
    PAUSED = "paused", "suspendue"
    LEAVING = "leaving", "départ"
    CLOSED = "closed", "close"


class Person(models.Model):
    """One person, the only place of a name. `folded` is the name as the search reads it."""

    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    folded = models.CharField(max_length=170, db_index=True)

    def __str__(self) -> str:
        return f"person:{self.pk}"


class Login(AbstractBaseUser):
    """A way in. The identifier is a pseudonym: it signs events as `by`, for ever."""

    identifier = models.CharField(max_length=40, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="logins")
    is_active = models.BooleanField(default=True)

    objects = BaseUserManager()
    USERNAME_FIELD = "identifier"

    def __str__(self) -> str:
        return self.identifier


class Role(models.Model):
    """A role held from `since` on, until the day before `until` (none: until further notice)."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="roles")
    name = models.CharField(max_length=20, choices=RoleName.choices)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="role_until_after_since"
            ),
            models.CheckConstraint(condition=Q(name__in=RoleName.values), name="role_name_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.since}"


class Household(models.Model):
    """People who share a food budget, at one address."""

    street = models.CharField(max_length=160, blank=True)
    postcode = models.CharField(max_length=12, blank=True)
    town = models.CharField(max_length=80, blank=True)
    folded = models.CharField(max_length=260, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"household:{self.pk}"


class Composition(models.Model):
    """Who shares the food budget from `since` on: adults, and the month of birth of each child.

    `births` reads "2015-03 2018-11": sorted months, never a day. Insert only.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="compositions")
    since = models.DateField()
    adults = models.PositiveSmallIntegerField()
    births = models.CharField(max_length=240, blank=True)
    recorded_at = models.BigIntegerField()
    cause = Id16Field()

    class Meta:
        indexes = [models.Index(fields=["household", "since"], name="composition_since")]
        constraints = [
            models.CheckConstraint(condition=Q(adults__gte=1), name="composition_one_adult"),
        ]

    def __str__(self) -> str:
        return f"{self.adults} + {len(self.births.split())} since {self.since}"


class Membership(models.Model):
    """The dated link of a household to the caisse; its number is what an office says aloud."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="memberships")
    cause = Id16Field(db_index=True)

    def __str__(self) -> str:
        return f"membership:{self.pk}"


class MembershipState(models.Model):
    """What is true of a membership from `since` on: the statement recorded last wins."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="states")
    state = models.CharField(max_length=10, choices=State.choices)
    since = models.DateField()
    recorded_at = models.BigIntegerField()
    cause = Id16Field()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.state} since {self.since}"


class Wallet(models.Model):
    """The wallet of a household; its money is the account `wallet:<id>` of the ledger."""

    household = models.OneToOneField(Household, on_delete=models.PROTECT, related_name="wallet")

    def __str__(self) -> str:
        return f"wallet:{self.pk}"


class Holder(models.Model):
    """A person who may spend from a wallet, under a handle that is never given again."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holders")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="holders")
    handle = models.CharField(max_length=40, unique=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="holder_until_after_since"
            ),
        ]

    def __str__(self) -> str:
        return self.handle


refuse_changes(Composition._meta.db_table)
refuse_changes(MembershipState._meta.db_table)
