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
    REFERENT = "referent", "référent·e"
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
    """The dated link of a household to the caisse; its number is what an office says aloud.

    `reached_on` is the last day on which the office and the household spoke; None once it is over.
    `erased_on` is the day on which the caisse forgot who the household was.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="memberships")
    cause = Id16Field(db_index=True)
    reached_on = models.DateField(null=True)
    erased_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["reached_on", "id"], name="membership_reached")]

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
        indexes = [models.Index(fields=["state", "membership"], name="state_membership")]
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


class CodePurpose(models.TextChoices):
    """How a code reaches its person: printed or sent to begin with, or said at a desk."""

    ACTIVATION = "activation", "première entrée"
    DESK = "desk", "donné à l’accueil"


class AccessCode(models.Model):
    """A code that opens one way in, once. Only its digest is kept; instants are of the real clock.

    `cause` is the event that gave it: who, when, to which login.
    """

    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="codes")
    purpose = models.CharField(max_length=10, choices=CodePurpose.choices)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    cause = Id16Field()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=CodePurpose.values), name="code_purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class ActState(models.TextChoices):
    """Where a prepared act stands."""

    WAITING = "waiting", "attend un second accord"
    DONE = "done", "fait"
    DECLINED = "declined", "refusé"


class PreparedAct(models.Model):
    """What one person has prepared and a second one must agree to before it is done.

    `kind` names the operation that does it, `payload` its arguments as canonical JSON, without a
    name of a person. `id` is the event id of the act itself: agreed twice, it is done once.
    """

    id = Id16Field(primary_key=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)
    payload = models.TextField()
    cents = models.BigIntegerField(null=True)
    prepared_by = models.CharField(max_length=80)
    prepared_at = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=ActState.choices, default=ActState.WAITING)
    second_by = models.CharField(max_length=80, blank=True)
    second_at = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "prepared_at"], name="act_state_at")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ActState.values), name="act_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.state}"


class InquiryKind(models.TextChoices):
    """What a member or a place asks the office for."""

    COMPOSITION = "composition", "quelqu’un arrive dans le foyer, ou le quitte"
    ADDRESS = "address", "mon adresse ou mon téléphone change"
    SEPARATION = "separation", "séparation"
    DEATH = "death", "décès"
    AMOUNT = "amount", "un chiffre m’étonne"
    CALL_ME = "call_me", "appelez-moi"
    PRIVACY = "privacy", "mes données personnelles"
    OTHER = "other", "autre chose"


class Inquiry(models.Model):
    """A question of a member or a place, and the office's answer. Its texts are personal."""

    id = Id16Field(primary_key=True)
    subject = models.CharField(max_length=40, db_index=True)
    kind = models.CharField(max_length=12, choices=InquiryKind.choices)
    text = models.TextField(blank=True)
    asked_by = models.CharField(max_length=80)
    asked_at = models.BigIntegerField()
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answered_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["answered_at", "asked_at"], name="inquiry_answered")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=InquiryKind.values), name="inquiry_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class SearchWord(models.Model):
    """A word under which the office finds a membership: of a name, a handle, a street.

    Written with what it is a word of. On PostgreSQL the column is compared byte by byte (COLLATE
    "C", in the migration), as on SQLite: the search reads a range of words that begin alike.
    """

    word = models.CharField(max_length=40)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="words", db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=["membership", "word"], name="search_membership_word")]
        constraints = [
            models.UniqueConstraint(fields=["word", "membership"], name="search_word_once"),
        ]

    def __str__(self) -> str:
        return f"word of membership:{self.membership_id}"


class ContactKind(models.TextChoices):
    """How the office and a household spoke."""

    PHONE = "phone", "téléphone"
    MET = "met", "rencontre à l’accueil"
    VISIT = "visit", "visite"
    EMAIL = "email", "e-mail"
    LETTER = "letter", "lettre"


class Contact(models.Model):
    """That the office spoke with a household, how and when; `note` is personal and stays here."""

    id = Id16Field(primary_key=True)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=8, choices=ContactKind.choices)
    on = models.DateField()
    by = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ContactKind.values), name="contact_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.on} membership:{self.membership_id}"


class LookReason(models.TextChoices):
    """Why somebody of the office looked at a balance; the member reads it."""

    ASKED = "asked", "le foyer le demande"
    FIGURE = "figure", "un chiffre étonne le foyer"
    MISTAKE = "mistake", "une écriture est à corriger"
    LEAVING = "leaving", "le foyer part"
    DEATH = "death", "décès ou séparation"


refuse_changes(Composition._meta.db_table)
refuse_changes(MembershipState._meta.db_table)
