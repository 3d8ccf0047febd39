"""Generations are drawn: a process that has met another database does not take its words for this one's."""

import django.db.models.expressions
import django.db.models.functions.math
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0005_ask_the_first_shelves_first"),
    ]

    operations = [
        migrations.AlterField(
            model_name="state",
            name="generation",
            field=models.BigIntegerField(
                db_default=django.db.models.functions.math.Floor(
                    django.db.models.expressions.CombinedExpression(
                        django.db.models.functions.math.Random(), "*", models.Value(9007199254740992)
                    )
                )
            ),
        ),
    ]
