"""What follows an award: reminders, letters, appeals, the search of the register, the numbers of labels."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accelerator.accounts.models


class Migration(migrations.Migration):
    dependencies = [
        ("geography", "0003_points_are_indexed"),
        ("labels", "0002_texts_not_saved_yet"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="retrait_law",
            field=models.CharField(
                default="code des relations entre le public et l’administration, article L242-1",
                max_length=200,
                verbose_name="texte",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="retrait_months",
            field=models.PositiveSmallIntegerField(default=4, null=True, verbose_name="mois pour retirer"),
        ),
        migrations.AddField(
            model_name="label",
            name="awarded_on",
            field=models.DateField(null=True, verbose_name="décidé le"),
        ),
        migrations.AddField(
            model_name="label",
            name="seat",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="geography.place"
            ),
        ),
        migrations.AddField(
            model_name="label",
            name="since_precision",
            field=models.CharField(
                choices=[("day", "Le jour"), ("month", "Le mois seulement")], default="day", max_length=5
            ),
        ),
        migrations.AddField(
            model_name="proceeding",
            name="ended_before",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="proceeding",
            name="letter",
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name="LabelDocument",
            fields=[
                ("tsv", django.contrib.postgres.search.SearchVectorField()),
                ("prominence", models.FloatField(default=0)),
                ("packed_0", models.BigIntegerField(default=0)),
                ("packed_1", models.BigIntegerField(default=0)),
                ("sort_name", models.TextField(db_collation="C", default="")),
                ("dated_at", models.DateTimeField(null=True)),
                ("shelf", models.SmallIntegerField(db_default=6, default=6)),
                (
                    "label",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="labels.label",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["tsv"], name="labeldocument_tsv"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("shelf", 1)), fastupdate=False, fields=["tsv"], name="labeldocument_shelf_1"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("shelf", 2)), fastupdate=False, fields=["tsv"], name="labeldocument_shelf_2"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("shelf", 3)), fastupdate=False, fields=["tsv"], name="labeldocument_shelf_3"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("shelf", 4)), fastupdate=False, fields=["tsv"], name="labeldocument_shelf_4"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("shelf", 5)), fastupdate=False, fields=["tsv"], name="labeldocument_shelf_5"
                    ),
                    models.Index(models.OrderBy(models.F("prominence"), descending=True), name="labeldocument_rank"),
                    models.Index(fields=["sort_name"], name="labeldocument_name"),
                    models.Index(
                        models.OrderBy(models.F("dated_at"), descending=True, nulls_last=True),
                        name="labeldocument_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LabelAppeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("gracieux", "Recours gracieux"),
                            ("hierarchique", "Recours hiérarchique"),
                            ("contentieux", "Recours contentieux"),
                        ],
                        max_length=12,
                        verbose_name="sorte",
                    ),
                ),
                ("grounds", models.TextField(verbose_name="ce qui est contesté")),
                ("filed_on", models.DateField(verbose_name="formé le")),
                ("recorded_at", models.DateTimeField()),
                (
                    "result",
                    models.CharField(
                        choices=[("upheld", "Mesure maintenue"), ("undone", "Mesure annulée")],
                        default="",
                        max_length=10,
                        verbose_name="issue",
                    ),
                ),
                ("answer", models.TextField(default="", verbose_name="réponse")),
                ("reason", models.TextField(default="", verbose_name="motif public")),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proceeding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appeals", to="labels.proceeding"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("proceeding", "kind"),
                        name="one_label_appeal_of_a_kind",
                        violation_error_message="Un recours de cette sorte est déjà en cours.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True), ("reason", ""), ("result", "")),
                            models.Q(
                                ("answered_at__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                                models.Q(("result", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="label_appeal_answered_with_reasons",
                        violation_error_message="Un recours reçoit une réponse motivée, à une date.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProceedingFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=accelerator.accounts.models.new_public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("file", models.FileField(max_length=200, upload_to="labels/reponses")),
                ("size", models.PositiveBigIntegerField()),
                ("kind", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "proceeding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="labels.proceeding"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("proceeding", "digest"),
                        name="proceeding_file_once",
                        violation_error_message="Ce fichier est déjà joint.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("months", models.PositiveSmallIntegerField()),
                ("sent_at", models.DateTimeField()),
                (
                    "label",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="labels.label"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("label", "months"),
                        name="reminded_once",
                        violation_error_message="Ce rappel est déjà parti.",
                    )
                ],
            },
        ),
    ]
