from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("community", "0005_reports_with_a_date_and_messages_with_answers")]

    operations = [
        migrations.AddIndex(
            model_name="organisation",
            index=GinIndex(fields=["territories"], name="organisation_acts_on", fastupdate=False),
        ),
    ]
