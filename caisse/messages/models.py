"""One notice per person and cause; its words are made when it leaves, and kept nowhere."""

from django.db import models
from django.db.models import Q

from caisse.kernel.fields import Id16Field


class Channel(models.TextChoices):
    """How a notice reaches its person."""

    EMAIL = "email", "par e-mail"
    LETTER = "letter", "par lettre"


class NoticeState(models.TextChoices):
    """Where a notice stands."""

    WAITING = "waiting", "à envoyer"
    SENT = "sent", "envoyé"
    PRINTED = "printed", "imprimée"
    FAILED = "failed", "n’est pas parti"


class Preference(models.Model):
    """What a person has chosen; without one, e-mail where there is an address, else a letter."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE)
    channel = models.CharField(max_length=6, choices=Channel.choices)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="channel_known"),
        ]

    def __str__(self) -> str:
        return f"person:{self.person_id} {self.channel}"


class Notice(models.Model):
    """A notice of `kind` to a person, caused by an event; told again, it is the same notice.

    `tries` counts the times that the mail server said no.
    """

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="notices")
    membership = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=30)
    cause = Id16Field()
    channel = models.CharField(max_length=6, choices=Channel.choices)
    state = models.CharField(max_length=7, choices=NoticeState.choices, default=NoticeState.WAITING)
    made_at = models.BigIntegerField()
    done_at = models.BigIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["state", "channel", "id"], name="notice_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "cause"], name="notice_once"),
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values), name="notice_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.state}"


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
