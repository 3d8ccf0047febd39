import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What is being typed in a candidacy is kept for its author until it is saved."""

    dependencies = [
        ("labels", "0001_labels_and_candidacies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UnsavedStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=16)),
                ("values", models.JSONField(default=dict)),
                ("typed_at", models.DateTimeField()),
                (
                    "candidacy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="labels.candidacy"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("candidacy", "person", "step"),
                        name="unsaved_step_once",
                        violation_error_message="Un seul texte non enregistré par personne et par page.",
                    )
                ],
            },
        ),
    ]
