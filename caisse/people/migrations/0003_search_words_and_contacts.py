"""Words to find a household by, the journal of contacts, the day on which each was reached."""

import re
from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import caisse.kernel.fields
from caisse.people.handles import fold

BATCH = 2_000


def compare_bytes(apps: Any, schema_editor: Any) -> None:
    """On PostgreSQL a range of words must mean the same as a prefix, whatever the locale."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            'ALTER TABLE people_searchword ALTER COLUMN word TYPE varchar(40) COLLATE "C"'
        )


def fill(apps: Any, schema_editor: Any) -> None:
    """The words and the day of joining of each membership that is already there, in batches."""
    memberships = apps.get_model("people", "Membership").objects.order_by("pk")
    last = 0
    while batch := list(memberships.filter(pk__gt=last).values_list("pk", "household_id")[:BATCH]):
        last = batch[-1][0]
        write_words(apps, batch)
        write_days(apps, [number for number, _ in batch])


def write_words(apps: Any, batch: list[tuple[int, int]]) -> None:
    """The words of a batch of memberships."""
    model = apps.get_model("people", "SearchWord")
    homes = [household for _, household in batch]
    said: dict[int, list[str]] = {home: [] for home in homes}
    streets = apps.get_model("people", "Household").objects.filter(pk__in=homes)
    for home, text in streets.values_list("pk", "folded"):
        said[home].append(text)
    holders = apps.get_model("people", "Holder").objects.filter(wallet__household_id__in=homes)
    fields = ("wallet__household_id", "handle", "person__given_name", "person__family_name")
    for home, *texts in holders.values_list(*fields):
        said[home] += texts
    model.objects.bulk_create(
        [
            model(membership_id=number, word=word)
            for number, home in batch
            for word in sorted(set(words(said[home])))
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def words(texts: list[str]) -> Iterator[str]:
    """As `caisse.people.handles.words` reads them when this migration is written."""
    for text in texts:
        yield from (word[:40] for word in re.findall(r"[^\W_]+", fold(text)))


def write_days(apps: Any, numbers: list[int]) -> None:
    """Nobody is known to have spoken with them since the first day, unless they have left."""
    states = apps.get_model("people", "MembershipState").objects.filter(membership_id__in=numbers)
    began: dict[int, Any] = {}
    over = set()
    for number, state, since in states.values_list("membership_id", "state", "since"):
        began[number] = min(since, began.get(number, since))
        if state == "closed":
            over.add(number)
    memberships = apps.get_model("people", "Membership").objects
    days: dict[Any, list[int]] = {}
    for number, day in began.items():
        if number not in over:
            days.setdefault(day, []).append(number)
    for day, those in days.items():
        for start in range(0, len(those), 900):
            memberships.filter(pk__in=those[start : start + 900]).update(reached_on=day)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_inquiry_preparedact_accesscode"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(max_length=40)),
                (
                    "membership",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="words",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["membership", "word"], name="search_membership_word")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("word", "membership"), name="search_word_once")
                ],
            },
        ),
        migrations.RunPython(compare_bytes, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", caisse.kernel.fields.Id16Field(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phone", "téléphone"),
                            ("met", "rencontre à l’accueil"),
                            ("visit", "visite"),
                            ("email", "e-mail"),
                            ("letter", "lettre"),
                        ],
                        max_length=8,
                    ),
                ),
                ("on", models.DateField()),
                ("by", models.CharField(max_length=80)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="people.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["phone", "met", "visit", "email", "letter"])
                        ),
                        name="contact_kind_known",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="reached_on",
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["reached_on", "id"], name="membership_reached"),
        ),
        migrations.AddIndex(
            model_name="membershipstate",
            index=models.Index(fields=["state", "membership"], name="state_membership"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
