"""Two tables: what happened (events), and which work is done (so that twice is once)."""

from django.db import models

from caisse.kernel import triggers
from caisse.kernel.fields import Id16Field


class Event(models.Model):
    """One thing that happened: journal, audit trail and outbox in one. Insert only (triggers)."""

    id = Id16Field(primary_key=True)
    name = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    by = models.CharField(max_length=80)
    at = models.BigIntegerField()
    data = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["name", "subject"], name="event_name_subject"),
            models.Index(fields=["subject"], name="event_subject"),
            models.Index(fields=["at"], name="event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}"


triggers.refuse_changes("kernel_event")


class Done(models.Model):
    """A reaction or a timetable entry that ran: (event, reaction) or (entry, period), once."""

    key = models.CharField(max_length=160, primary_key=True)
    at = models.BigIntegerField()

    def __str__(self) -> str:
        return self.key
