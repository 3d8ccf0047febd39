"""The table of Django's database cache: allauth's limits and passing states, shared by every process."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_submissions_and_limits")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS django_cache (
                cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
            );
            CREATE INDEX IF NOT EXISTS django_cache_expires ON django_cache (expires);
            """,
            "DROP TABLE django_cache",
        )
    ]
