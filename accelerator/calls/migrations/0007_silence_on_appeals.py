from django.db import migrations, models


class Migration(migrations.Migration):
    """What silence decided is contested without stopping the file, and silence on an appeal rejects it.

    Files that such an appeal had taken out of their examination go back to it.
    """

    dependencies = [("calls", "0010_ballots_of_commissions_stay")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE calls_application AS file SET state = 'review' WHERE state IN ('appealed', 'notified') AND EXISTS (
                SELECT 1 FROM calls_decision AS stands WHERE stands.application_id = file.id
                AND stands.kind = 'implicit' AND stands.replaced_by_id IS NULL
            )
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint(model_name="appeal", name="one_appeal_at_a_time"),
        migrations.AddField(model_name="appeal", name="silent_at", field=models.DateTimeField(null=True)),
        migrations.AlterField(
            model_name="appeal",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("upheld", "Décision maintenue"),
                    ("reconsidered", "Dossier repris"),
                    ("replaced", "Décision expresse rendue"),
                    ("withdrawn", "Candidature retirée"),
                ],
                default="",
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", True), ("silent_at__isnull", True)),
                fields=["due_on"],
                name="appeal_in_progress",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at__isnull", True), ("silent_at__isnull", True)),
                fields=("application",),
                name="one_appeal_at_a_time",
                violation_error_message="Un recours est déjà en cours sur cette candidature.",
            ),
        ),
    ]
