import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who would read what is made by the worker, and kept until someone applies it."""

    dependencies = [
        ("calls", "0006_answers_not_saved_yet"),
    ]

    operations = [
        migrations.CreateModel(
            name="AssignmentProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("failed", models.BooleanField(default=False)),
                ("plan", models.JSONField(default=dict)),
                ("world", models.CharField(default="", max_length=16)),
                ("due_on", models.DateField(null=True)),
                ("applied_at", models.DateTimeField(null=True)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="calls.call"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["call", "asked_at"], name="proposal_of_call")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("due_on__isnull", True), ("ended_at__isnull", True), ("failed", False), ("world", "")
                            ),
                            models.Q(("ended_at__isnull", False), ("failed", True), ("world", "")),
                            models.Q(
                                ("due_on__isnull", False),
                                ("ended_at__isnull", False),
                                ("failed", False),
                                models.Q(("world", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_is_made_or_failed",
                        violation_error_message="Une proposition est en cours, faite, ou n’a pas pu se faire.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("applied_at__isnull", True),
                            models.Q(("ended_at__isnull", False), ("failed", False)),
                            _connector="OR",
                        ),
                        name="proposal_is_made_before_it_is_applied",
                        violation_error_message="Une proposition s’applique une fois faite.",
                    ),
                ],
            },
        ),
    ]
