"""Saved searches and exports say what is searched; what an alert finds is known by its number, whatever it is."""

from django.db import migrations, models

_THINGS = models.CharField(default="organisations", max_length=20)


class Migration(migrations.Migration):
    dependencies = [("community", "0018_drop_the_indexes_of_territories")]

    operations = [
        migrations.AddField("savedsearch", "things", _THINGS),
        migrations.AddField("export", "things", _THINGS),
        migrations.RemoveConstraint("savedsearch", "search_saved_once"),
        migrations.AddConstraint(
            "savedsearch",
            models.UniqueConstraint(
                fields=("person", "things", "query"),
                name="search_saved_once",
                violation_error_message="Vous avez déjà enregistré cette recherche.",
            ),
        ),
        migrations.RemoveConstraint("finding", "found_once"),
        migrations.RenameField("finding", "organisation", "thing"),
        migrations.AlterField("finding", "thing", models.BigIntegerField()),
        migrations.AddConstraint(
            "finding",
            models.UniqueConstraint(
                fields=("search", "thing"),
                name="found_once",
                violation_error_message="Ceci a déjà été trouvé par cette recherche.",
            ),
        ),
    ]
