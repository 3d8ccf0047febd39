"""A saved search is known by the print of its question: one of many filters is longer than an index can hold."""

from django.db import migrations, models
from django.db.models.functions import MD5


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_what_people_keep_of_the_directory")]

    operations = [
        migrations.RemoveConstraint("savedsearch", "search_saved_once"),
        migrations.AddConstraint(
            "savedsearch",
            models.UniqueConstraint(
                models.F("person"),
                models.F("things"),
                MD5("query"),
                name="search_saved_once",
                violation_error_message="Vous avez déjà enregistré cette recherche.",
            ),
        ),
    ]
