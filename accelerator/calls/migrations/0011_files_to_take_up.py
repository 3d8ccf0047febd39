from django.db import migrations, models


class Migration(migrations.Migration):
    """What was to be told of a file, and could not be, is seen by those who examine it, with why."""

    dependencies = [("calls", "0008_conditions_retained_as_not_met")]

    operations = [
        migrations.AddField(model_name="application", name="aside_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="application", name="aside_because", field=models.TextField(default="")),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("aside_at__isnull", True), ("aside_because", ""))
                | models.Q(("aside_at__isnull", False), models.Q(("aside_because", ""), _negated=True)),
                name="left_aside_with_a_reason",
                violation_error_message="Un dossier est laissé de côté à une date, et l’on dit pourquoi.",
            ),
        ),
    ]
