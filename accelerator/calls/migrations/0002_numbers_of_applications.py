from django.db import migrations


class Migration(migrations.Migration):
    """Applications are numbered by the database: three hundred in the last minute do not wait for one another."""

    dependencies = [("calls", "0001_calls_and_applications")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE calls_application_number",
            reverse_sql="DROP SEQUENCE calls_application_number",
        ),
    ]
