import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accelerator.accounts.models

_DESK = ["prendre", "recevables", "instruction"]
_LETTERS = ["signature", "notification"]


class Migration(migrations.Migration):
    """Many files at once are done by the worker, one after the other: what was asked, and what became of each."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("calls", "0012_opinions_asked"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=accelerator.accounts.models.new_public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("prendre", "Prendre ces dossiers"),
                            ("recevables", "Déclarer recevables"),
                            ("instruction", "Ouvrir l’instruction"),
                            ("signature", "Signer des courriers"),
                            ("notification", "Notifier des décisions"),
                        ],
                        max_length=12,
                        verbose_name="acte",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("digest", models.CharField(max_length=16)),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.call"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["asked_by", "-asked_at"], name="lot_of_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("act__in", _LETTERS), ("call__isnull", False)),
                            models.Q(("act__in", _DESK), ("call__isnull", True)),
                            _connector="OR",
                        ),
                        name="lot_of_letters_is_of_a_call",
                        violation_error_message="Des courriers sont ceux d’un appel.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("started_at__isnull", False), _connector="OR"),
                        name="lot_ends_once_begun",
                        violation_error_message="Un lot prend fin une fois commencé.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("asked_by", "digest"),
                        name="lot_asked_once",
                        violation_error_message="Ce lot est déjà demandé.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LotFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen", models.CharField(max_length=16)),
                ("settled_at", models.DateTimeField(null=True)),
                ("why", models.TextField(default="", verbose_name="motif")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.application"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="calls.decision"
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="calls.lot"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lot", "application"),
                        name="lot_file_once",
                        violation_error_message="Un dossier est une fois dans un lot.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), ("settled_at__isnull", False), _connector="OR"),
                        name="lot_file_aside_at_a_moment",
                        violation_error_message="Un dossier est laissé de côté à un moment.",
                    ),
                ],
            },
        ),
    ]
