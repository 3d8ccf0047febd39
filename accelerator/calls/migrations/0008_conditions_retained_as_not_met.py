from django.db import migrations, models


class Migration(migrations.Migration):
    """An inadmissible file says which conditions are retained as not met, and no others."""

    dependencies = [("calls", "0007_silence_on_appeals")]

    operations = [
        migrations.AddField(model_name="decision", name="failed", field=models.JSONField(default=list)),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("failed", []), ("outcome", "inadmissible"), _connector="OR"),
                name="only_inadmissible_for_a_condition",
                violation_error_message="Seule une irrecevabilité retient des conditions non remplies.",
            ),
        ),
    ]
