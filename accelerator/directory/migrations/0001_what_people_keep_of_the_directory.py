"""Saved searches, findings and exports come from `community` with their tables, which bear its name: none changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accelerator.accounts.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("community", "0020_what_is_kept_of_the_directory_leaves"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="SavedSearch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="nom")),
                        ("things", models.CharField(default="organisations", max_length=20)),
                        ("query", models.TextField()),
                        (
                            "rhythm",
                            models.CharField(
                                choices=[
                                    ("never", "Pas d’alerte"),
                                    ("daily", "Chaque matin"),
                                    ("weekly", "Chaque lundi"),
                                ],
                                default="never",
                                max_length=8,
                                verbose_name="alerte",
                            ),
                        ),
                        ("saved_at", models.DateTimeField()),
                        ("watched_since", models.DateTimeField(null=True)),
                        ("digested_on", models.DateField()),
                        ("unnamed", models.PositiveIntegerField(default=0)),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "db_table": "community_savedsearch",
                    },
                ),
                migrations.CreateModel(
                    name="Finding",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("thing", models.BigIntegerField()),
                        ("found_at", models.DateTimeField()),
                        ("told_at", models.DateTimeField(null=True)),
                        (
                            "search",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="findings",
                                to="directory.savedsearch",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "community_finding",
                    },
                ),
                migrations.CreateModel(
                    name="Export",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "token",
                            models.CharField(
                                default=accelerator.accounts.models.new_token,
                                editable=False,
                                max_length=32,
                                unique=True,
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="recherche")),
                        ("things", models.CharField(default="organisations", max_length=20)),
                        ("query", models.TextField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[("csv", "CSV"), ("xlsx", "XLSX")], max_length=4, verbose_name="format"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("written", models.PositiveIntegerField(default=0)),
                        ("size", models.PositiveBigIntegerField(default=0)),
                        ("asked_at", models.DateTimeField()),
                        ("started_at", models.DateTimeField(null=True)),
                        ("ready_at", models.DateTimeField(null=True)),
                        ("failed_at", models.DateTimeField(null=True)),
                        ("expires_at", models.DateTimeField()),
                        (
                            "person",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "db_table": "community_export",
                        "indexes": [
                            models.Index(fields=["person", "-asked_at"], name="export_person"),
                            models.Index(fields=["expires_at"], name="export_expiry"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ready_at__isnull", True), ("failed_at__isnull", True), _connector="OR"
                                ),
                                name="export_ready_or_failed",
                                violation_error_message="Un export est prêt, ou a échoué.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ready_at__isnull", True),
                                    models.Q(("started_at__isnull", False), ("written", models.F("number"))),
                                    _connector="OR",
                                ),
                                name="export_ready_is_whole",
                                violation_error_message="Un export prêt est entier.",
                            ),
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="savedsearch",
                    constraint=models.UniqueConstraint(
                        fields=("person", "things", "query"),
                        name="search_saved_once",
                        violation_error_message="Vous avez déjà enregistré cette recherche.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="savedsearch",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rhythm", "never"), ("watched_since__isnull", True)),
                            models.Q(models.Q(("rhythm", "never"), _negated=True), ("watched_since__isnull", False)),
                            _connector="OR",
                        ),
                        name="alert_since_a_moment",
                        violation_error_message="Une alerte court depuis un moment.",
                    ),
                ),
                migrations.AddIndex(
                    model_name="finding",
                    index=models.Index(
                        condition=models.Q(("told_at__isnull", True)), fields=["search"], name="finding_to_tell"
                    ),
                ),
                migrations.AddIndex(
                    model_name="finding",
                    index=models.Index(fields=["found_at"], name="finding_old"),
                ),
                migrations.AddConstraint(
                    model_name="finding",
                    constraint=models.UniqueConstraint(
                        fields=("search", "thing"),
                        name="found_once",
                        violation_error_message="Ceci a déjà été trouvé par cette recherche.",
                    ),
                ),
            ]
        )
    ]
