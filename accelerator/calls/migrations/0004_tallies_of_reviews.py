import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What the reviews of a file say together has a place of its own."""

    dependencies = [("calls", "0003_reviewers_juries_and_commissions")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="tally",
                        serialize=False,
                        to="calls.application",
                    ),
                ),
                ("mean", models.FloatField(null=True, verbose_name="note")),
                ("low", models.FloatField(null=True, verbose_name="note la plus basse")),
                ("high", models.FloatField(null=True, verbose_name="note la plus haute")),
                ("read", models.PositiveIntegerField(default=0, verbose_name="avis rendus")),
                ("awaited", models.PositiveIntegerField(default=0, verbose_name="avis attendus")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("high__isnull", True), ("low__isnull", True), ("mean__isnull", True), ("read", 0)
                            ),
                            models.Q(
                                ("high__isnull", False),
                                ("low__isnull", False),
                                ("low__lte", models.F("high")),
                                ("mean__isnull", False),
                                ("read__gt", 0),
                            ),
                            _connector="OR",
                        ),
                        name="tally_has_scores_once_read",
                        violation_error_message="Un dossier a une note dès son premier avis, et pas avant.",
                    )
                ],
            },
        ),
    ]
