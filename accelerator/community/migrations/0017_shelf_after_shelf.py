"""The shelves of the directory follow each other, and are more.

Until the next rebuild (each night) what the former shelves held stands on the first three: the answers are the same,
and take longer to read.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

SHELVES = range(1, 6)


class Migration(migrations.Migration):
    dependencies = [("community", "0016_lists_of_organisations")]

    operations = [
        migrations.AlterField(
            model_name="organisationdocument",
            name="shelf",
            field=models.SmallIntegerField(db_default=6, default=6),
        ),
        migrations.RemoveIndex(model_name="organisationdocument", name="organisationdocument_first"),
        migrations.RemoveIndex(model_name="organisationdocument", name="organisationdocument_front"),
        *(
            migrations.AddIndex(
                model_name="organisationdocument",
                index=GinIndex(
                    condition=models.Q(("shelf", n)),
                    fastupdate=False,
                    fields=["tsv"],
                    name=f"organisationdocument_shelf_{n}",
                ),
            )
            for n in SHELVES
        ),
    ]
