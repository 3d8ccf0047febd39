"""The index of the desk holds all that it counts and sorts by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0013_lots_done_by_the_worker")]

    operations = [
        migrations.RemoveIndex(model_name="application", name="application_of_call"),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                fields=["call", "state", "submitted_at"],
                include=("id", "officer", "silence_on", "expected_on", "aside_at"),
                name="application_at_the_desk",
            ),
        ),
    ]
