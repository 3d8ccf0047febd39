"""The most prominent organisations are indexed apart: what many answer is read among them."""

import django.contrib.postgres.indexes
from django.db import migrations, models


def _index(name: str, shelf: int) -> migrations.AddIndex:
    return migrations.AddIndex(
        model_name="organisationdocument",
        index=django.contrib.postgres.indexes.GinIndex(
            condition=models.Q(("shelf__lte", shelf)), fastupdate=False, fields=["tsv"], name=name
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("community", "0014_drop_indexes_that_nothing_asks")]

    operations = [
        migrations.AddField(
            model_name="organisationdocument",
            name="shelf",
            field=models.SmallIntegerField(db_default=3, default=3),
        ),
        _index("organisationdocument_first", 1),
        _index("organisationdocument_front", 2),
    ]
