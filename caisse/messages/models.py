"""One notice per person, cause and channel; its words are made when it leaves, and kept nowhere."""

from django.db import models
from django.db.models import Q

from caisse.kernel.fields import Id16Field


class Topic(models.TextChoices):
    """What a notice is about: a person chooses a channel for each."""

    PAYMENTS = "payments", "achats, remboursements et refus"
    ARRIVALS = "arrivals", "argent qui arrive"
    MAIL = "mail", "courrier de la caisse"


class Channel(models.TextChoices):
    """How a notice reaches its person; `here` is the page of her messages, and nothing leaves."""

    HERE = "here", "ici seulement"
    EMAIL = "email", "par e-mail"
    LETTER = "letter", "par lettre"
    SMS = "sms", "par SMS"
    VOICE = "voice", "par appel"
    PUSH = "push", "sur un appareil"


class NoticeState(models.TextChoices):
    """Where a notice stands."""

    WAITING = "waiting", "à envoyer"
    LEAVING = "leaving", "en train de partir"
    SENT = "sent", "envoyé"
    PRINTED = "printed", "imprimée"
    FAILED = "failed", "n’est pas parti"
    DROPPED = "dropped", "trop tard pour partir"


class Preference(models.Model):
    """What a person has chosen for a topic.

    Without one, its courrier goes by e-mail where there is an address, else by letter; all else
    stays on the page of her messages.
    """

    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="preferences"
    )
    topic = models.CharField(max_length=8, choices=Topic.choices, default=Topic.MAIL)
    channel = models.CharField(max_length=6, choices=Channel.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "topic"], name="preference_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="channel_known"),
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="topic_known"),
        ]

    def __str__(self) -> str:
        return f"person:{self.person_id} {self.topic} {self.channel}"


class Reader(models.Model):
    """The language in which a person is told, and until when (ms) she has read her messages."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, primary_key=True)
    language = models.CharField(max_length=2, default="fr")
    read_until = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"reader {self.pk}"


class Notice(models.Model):
    """A notice of `kind` to a person, caused by an event or a transfer; told again, the same.

    `tries` counts the times that whoever carries it said no, `again_at` (ms) is the next turn.
    """

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="notices")
    membership = models.BigIntegerField(null=True)
    topic = models.CharField(max_length=8, choices=Topic.choices, default=Topic.MAIL)
    kind = models.CharField(max_length=30)
    cause = Id16Field()
    channel = models.CharField(max_length=6, choices=Channel.choices)
    state = models.CharField(max_length=7, choices=NoticeState.choices, default=NoticeState.WAITING)
    made_at = models.BigIntegerField()
    done_at = models.BigIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    again_at = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["state", "channel", "again_at", "id"], name="notice_to_send")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "cause", "channel"], name="notice_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values), name="notice_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.state}"


class Remark(models.Model):
    """What the holders of a wallet read of a payment that did not pass, here and nowhere else.

    `slot` bounds them: of a refusal its minute, of what was shown its hour, of wrong codes their
    day; one row for each. No shop ever reads it. `cents` is None where somebody else than a holder
    may have typed; of a voucher it is its value.
    """

    class Kind(models.TextChoices):
        """What did not pass."""

        REFUSED = "refused", "achat refusé"
        WRONG_CODE = "wrong_code", "code tapé de travers"
        PAUSED = "paused", "code en pause"
        CARD = "card", "carte présentée"
        QR = "qr", "QR présenté"
        VOUCHER = "voucher", "bon présenté"

    id = Id16Field(primary_key=True)
    wallet = models.ForeignKey("people.Wallet", on_delete=models.PROTECT, related_name="remarks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    slot = models.BigIntegerField()
    reason = models.CharField(max_length=30)
    place_id = models.BigIntegerField(null=True)
    cents = models.BigIntegerField(null=True)
    at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["wallet", "at"], name="remark_wallet_at")]
        constraints = [
            models.UniqueConstraint(fields=["wallet", "kind", "slot"], name="remark_once"),
            models.CheckConstraint(
                condition=Q(kind__in=("refused", "wrong_code", "paused", "card", "qr", "voucher")),
                name="remark_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} wallet:{self.wallet_id}"


class Subscription(models.Model):
    """A device that a person wants to be told on: where its maker takes Web Push messages.

    The keys are the device's (RFC 8291). `amounts`: its screen may show how much was paid, where.
    `phone_id` is that of a telephone that pays: blocked, it is told no more.
    """

    person = models.ForeignKey(
        "people.Person", on_delete=models.CASCADE, related_name="subscriptions"
    )
    endpoint = models.CharField(max_length=600, unique=True)
    public_key = models.BinaryField(max_length=65)
    secret = models.BinaryField(max_length=16)
    amounts = models.BooleanField(default=False)
    phone_id = models.BigIntegerField(null=True)
    made_at = models.BigIntegerField()
    cause = Id16Field(unique=True)

    def __str__(self) -> str:
        return f"subscription {self.pk} of person:{self.person_id}"


class Card(models.Model):
    """How the caisse can be reached: one row, shown on the public pages and at the foot of letters.

    It is a setting, not an article: nothing the committee has to decide.
    """

    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=200, blank=True)
    hours = models.CharField(max_length=200, blank=True)
    privacy = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return "card"
