"""No question asks the territories of action by themselves: each also asks the seat, which no index of theirs answers."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("community", "0017_shelf_after_shelf")]

    operations = [
        migrations.RemoveIndex(model_name="organisation", name="organisation_acts_on"),
        migrations.RemoveIndex(model_name="organisation", name="organisation_territories"),
    ]
