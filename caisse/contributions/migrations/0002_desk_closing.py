from django.db import migrations, models

import caisse.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeskClosing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("desk", models.CharField(max_length=30)),
                ("closed_on", models.DateField()),
                ("cash_counted", models.BigIntegerField()),
                ("cash_booked", models.BigIntegerField()),
                ("cheques_counted", models.BigIntegerField()),
                ("cheques_booked", models.BigIntegerField()),
                ("explanation", models.CharField(blank=True, max_length=300)),
                ("cause", caisse.kernel.fields.Id16Field(unique=True)),
            ],
        ),
        migrations.AddField(
            model_name="return",
            name="undone_reason",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
    ]
