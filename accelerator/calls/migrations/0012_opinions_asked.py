import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accelerator.accounts.models


class Migration(migrations.Migration):
    """Services are asked what they think of a file, and answer by a link."""

    dependencies = [
        ("calls", "0011_files_to_take_up"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=accelerator.accounts.models.new_public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                ("who", models.CharField(max_length=200, verbose_name="service consulté")),
                ("email", models.EmailField(max_length=254, verbose_name="adresse électronique")),
                ("question", models.TextField(verbose_name="question")),
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField(verbose_name="attendu le")),
                ("remind_on", models.DateField()),
                ("reminded_at", models.DateTimeField(null=True)),
                ("late_told_at", models.DateTimeField(null=True)),
                (
                    "sense",
                    models.CharField(
                        choices=[
                            ("favourable", "Favorable"),
                            ("reserved", "Favorable avec réserves"),
                            ("unfavourable", "Défavorable"),
                            ("none", "Ne se prononce pas"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="sens",
                    ),
                ),
                ("words", models.TextField(default="", verbose_name="avis")),
                ("author", models.CharField(default="", max_length=200, verbose_name="signataire de l’avis")),
                ("given_on", models.DateField(null=True, verbose_name="rendu le")),
                ("answered_at", models.DateTimeField(null=True)),
                ("file", models.FileField(default="", max_length=200, upload_to="opinions")),
                ("file_name", models.CharField(default="", max_length=120)),
                ("file_kind", models.CharField(default="", max_length=100)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_because", models.TextField(default="")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="opinions", to="calls.application"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at__isnull", True), ("withdrawn_at__isnull", True)),
                        fields=["due_on"],
                        name="opinion_awaited",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", True),
                                ("given_on__isnull", True),
                                ("recorded_by__isnull", True),
                                ("author", ""),
                                ("file", ""),
                                ("sense", ""),
                                ("words", ""),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("given_on__isnull", False),
                                models.Q(("sense", ""), _negated=True),
                                models.Q(("author", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="opinion_is_answered_whole",
                        violation_error_message="Un avis rendu a un sens, un jour, et quelqu’un qui en répond.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_because", "")),
                            models.Q(
                                ("answered_at__isnull", True),
                                ("withdrawn_at__isnull", False),
                                models.Q(("withdrawn_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="opinion_withdrawn_with_a_reason",
                        violation_error_message="Une demande d’avis se retire avant la réponse, et l’on dit pourquoi.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("remind_on__lte", models.F("due_on"))),
                        name="opinion_reminded_before_its_day",
                        violation_error_message="Un avis se rappelle avant le jour où il est attendu.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True), ("withdrawn_at__isnull", True)),
                        fields=("application", "email"),
                        name="opinion_asked_once",
                        violation_error_message="L’avis de ce service est déjà demandé pour ce dossier.",
                    ),
                ],
            },
        ),
    ]
