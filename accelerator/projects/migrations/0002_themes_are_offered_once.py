from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_projects_and_those_who_carry_them")]

    operations = [
        migrations.AddField("project", "themes_told", models.BooleanField(default=False)),
    ]
