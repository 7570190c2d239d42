"""The two records of the ledger, the row that orders them, and the links of the hash chain.

Accounts are numbered, transfers name the numbers; there is no foreign key on the journal's path.
Nothing here is written through the ORM: `ledger.writer` does, with set-based statements.
"""

from django.db import models

from caisse.kernel.fields import Id16Field, OptionalId16Field
from caisse.kernel.triggers import refuse_changes


class Account(models.Model):
    """Balance = credits − debits, in cents of `unit` (for `money`); `held` is of debits."""

    code = models.CharField(max_length=80, unique=True)
    unit = models.CharField(max_length=8, default="money")
    debits = models.BigIntegerField(default=0)
    credits = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    guard = models.CharField(max_length=6, default="none")
    floor = models.BigIntegerField(default=0)
    ceiling = models.BigIntegerField(null=True)
    state = models.CharField(max_length=6, default="open")

    def __str__(self) -> str:
        return self.code


class Transfer(models.Model):
    """One movement, never changed and never deleted (triggers). Times are integer milliseconds.

    On PostgreSQL the table is partitioned by range of the id, one month each.
    """

    id = Id16Field(primary_key=True)
    debit = models.BigIntegerField()
    credit = models.BigIntegerField()
    cents = models.BigIntegerField()
    unit = models.CharField(max_length=8)
    reason = models.CharField(max_length=20)
    phase = models.CharField(max_length=8)
    expires_at = models.BigIntegerField(null=True)
    of = OptionalId16Field(null=True)
    chain = OptionalId16Field(null=True)
    for_month = models.IntegerField()
    cause = Id16Field()
    unless = models.BigIntegerField(null=True)
    method = models.CharField(max_length=12, null=True)
    made_at = models.BigIntegerField(null=True)
    at = models.BigIntegerField()
    seq = models.BigIntegerField()
    debit_after = models.BigIntegerField()
    credit_after = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["of"], name="transfer_of", condition=models.Q(of__isnull=False)),
            models.Index(
                fields=["expires_at"],
                name="transfer_expires_at",
                condition=models.Q(expires_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(cents__gt=0), name="transfer_cents_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.cents}"


class Tip(models.Model):
    """One row, locked last by every transaction that writes transfers: seq is the order of commits.

    `from_ms` and `until_ms` bound the ids for which partitions exist.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    at = models.BigIntegerField(default=0)
    from_ms = models.BigIntegerField(default=0)
    until_ms = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.seq)


class Trace(models.Model):
    """Where transfers of wallets, places, vouchers, reserves stand: an index, written afterwards.

    The hot path pays nothing for it: the timetable follows the journal by `seq` up to the mark
    `ledger.traced`, and reads look at the journal itself beyond it. `account` is the account's id.
    """

    account = models.BigIntegerField()
    at = models.BigIntegerField()
    seq = models.BigIntegerField()
    transfer = Id16Field()

    class Meta:
        indexes = [models.Index(fields=["account", "at", "seq"], name="trace_of_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.seq}"


class Gain(models.Model):
    """What a place gained for a reason in a calendar month: sums, written afterwards as `Trace` is.

    `cents` is credits minus debits of what was posted or reversed; `month` is 202302; `account` is
    the account's id. The mark is `ledger.summed`.
    """

    account = models.BigIntegerField()
    month = models.IntegerField()
    reason = models.CharField(max_length=20)
    cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "month", "reason"], name="gain_of_account_month_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.month} {self.reason} {self.cents}"


class Link(models.Model):
    """The hash of a business day, made of the link before, its transfers and its events."""

    day = models.DateField(primary_key=True)
    link = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    at = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.day} {self.link[:12]}"


refuse_changes(Transfer._meta.db_table)
refuse_changes(Link._meta.db_table)
