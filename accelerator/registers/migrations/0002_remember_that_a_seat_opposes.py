"""Whether a unit may not be published because of its seat: the file of units alone must not end it.

Of those that were withdrawn before, what opposed was not kept: their seat is taken to oppose until a file of
establishments says otherwise.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_what_the_files_say")]

    operations = [
        migrations.AddField("unit", "seat_opposes", models.BooleanField(default=False)),
        migrations.RunSQL("UPDATE registers_unit SET seat_opposes = true WHERE is_withdrawn", migrations.RunSQL.noop),
    ]
