from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_kept_figures")]

    operations = [migrations.DeleteModel(name="KeptFigures")]
