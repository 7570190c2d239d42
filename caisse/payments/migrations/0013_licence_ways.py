"""Licences keep the ways of paying that there were when they began."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0012_late_sale")]

    operations = [
        migrations.AddField(
            model_name="licence",
            name="ways",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
    ]
