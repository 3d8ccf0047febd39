"""The sources of lists come from `community` with their table, which bears its name: nothing changes there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("community", "0021_what_is_kept_of_lists_leaves")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="ListSource",
                    fields=[
                        ("code", models.SlugField(max_length=40, primary_key=True, serialize=False)),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="nom")),
                        ("url", models.URLField(default="", max_length=500, verbose_name="adresse")),
                        ("licence", models.CharField(default="", max_length=80, verbose_name="licence")),
                        ("mapping", models.JSONField(default=dict)),
                    ],
                    options={
                        "db_table": "community_listsource",
                    },
                ),
            ]
        )
    ]
