"""Licences keep until when they are honoured; each payment of a slip is known, with its cents."""

from typing import Any

from django.db import migrations, models
from django.db.models import F

import caisse.kernel.fields

LATE_MS = 7 * 86_400_000  # payment.offline_late_days, as it was when licences began


def _deadline(apps: Any, _schema: object) -> None:
    rows = apps.get_model("payments", "Licence").objects
    rows.update(honoured_until=F("until") + LATE_MS)


def _nothing(_apps: object, _schema: object) -> None:
    """The column goes."""


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_offline")]

    operations = [
        migrations.AddField(
            model_name="licence",
            name="honoured_until",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.RunPython(_deadline, _nothing),
        migrations.RemoveConstraint(model_name="slipuse", name="slip_counter_once"),
        migrations.AlterField(
            model_name="slipuse",
            name="payment",
            field=caisse.kernel.fields.Id16Field(unique=True),
        ),
        migrations.AddField(
            model_name="slipuse",
            name="cents",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="slipuse",
            name="paid",
            field=models.BooleanField(default=False),
        ),
    ]
