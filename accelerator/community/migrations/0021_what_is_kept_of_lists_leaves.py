"""The sources of lists are of the subject `imports` from now on: no table changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("community", "0020_what_is_kept_of_the_directory_leaves")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel("ListSource"),
            ]
        )
    ]
