from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("community", "0010_themes_set_aside")]

    operations = [
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                condition=models.Q(("publishable", True), ("state", "active"), ("themes", [])),
                fields=["id"],
                name="organisation_without_theme",
            ),
        ),
    ]
