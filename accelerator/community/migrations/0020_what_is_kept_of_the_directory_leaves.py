"""Saved searches, findings and exports are of the subject `directory` from now on: no table changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("community", "0019_searches_of_other_things")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("Finding"),
                migrations.DeleteModel("SavedSearch"),
                migrations.DeleteModel("Export"),
            ]
        )
    ]
