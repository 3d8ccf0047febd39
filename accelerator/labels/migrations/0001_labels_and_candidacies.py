import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import accelerator.accounts.models


class Migration(migrations.Migration):
    """Categories with their criteria, candidacies with their members, labels with what suspends or ends them."""

    initial = True

    dependencies = [
        ("calls", "0006_answers_not_saved_yet"),
        ("community", "0018_drop_the_indexes_of_territories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE labels_label_number", reverse_sql="DROP SEQUENCE labels_label_number"),
        migrations.CreateModel(
            name="Candidacy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=accelerator.accounts.models.new_public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("preparing", "En cours"), ("ended", "Close")],
                        default="preparing",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="nom")),
                ("summary", models.CharField(default="", max_length=300, verbose_name="en une phrase")),
                ("presentation", models.TextField(default="", verbose_name="présentation")),
                ("governance", models.TextField(default="", verbose_name="gouvernance")),
                ("ambition", models.TextField(default="", verbose_name="ambition")),
                (
                    "perimeter",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                (
                    "perimeter_cover",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                ("assessment", models.JSONField(default=dict)),
                ("revision", models.PositiveIntegerField(default=0)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CandidacyFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                ("file", models.FileField(upload_to="labels")),
                ("size", models.PositiveIntegerField()),
                ("content_type", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField()),
                (
                    "candidacy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="labels.candidacy"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, unique=True)),
                ("title", models.CharField(max_length=80, verbose_name="titre")),
                ("plural", models.CharField(max_length=80, verbose_name="titre au pluriel")),
                (
                    "holder",
                    models.CharField(
                        choices=[
                            ("collective", "Un collectif et son chef de file"),
                            ("organisation", "Une organisation"),
                        ],
                        max_length=12,
                        verbose_name="qui le tient",
                    ),
                ),
                ("summary", models.CharField(max_length=300, verbose_name="en une phrase")),
                (
                    "brings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                ("decides", models.CharField(default="", max_length=300, verbose_name="qui décide")),
                ("duration_months", models.PositiveSmallIntegerField(null=True, verbose_name="durée, en mois")),
                (
                    "answer_days",
                    models.PositiveSmallIntegerField(default=15, verbose_name="délai pour répondre, en jours"),
                ),
                (
                    "reminders",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), default=list, size=None
                    ),
                ),
                ("opinions", models.JSONField(default=list)),
                ("composition", models.JSONField(default=dict)),
                ("challenges_wanted", models.PositiveSmallIntegerField(default=0, verbose_name="défis attendus")),
                (
                    "defaults",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                ("sources", models.JSONField(default=list)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "call",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.call"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "title"],
            },
        ),
        migrations.AddField(
            model_name="candidacy",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="labels.category"
            ),
        ),
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="rang")),
                (
                    "kind",
                    models.CharField(
                        choices=[("social", "Social"), ("environmental", "Environnemental"), ("civic", "Citoyen")],
                        max_length=14,
                        verbose_name="sorte",
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="défi")),
                ("text", models.TextField(default="", verbose_name="pourquoi c’est une priorité")),
                (
                    "candidacy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="challenges", to="labels.candidacy"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CriteriaSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("criteria", models.JSONField(default=list)),
                ("documents", models.JSONField(default=list)),
                ("since", models.DateField(null=True, verbose_name="à partir du")),
                ("until", models.DateField(null=True, verbose_name="jusqu’au")),
                ("why", models.TextField(default="", verbose_name="ce qui change et pourquoi")),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="criteria_sets", to="labels.category"
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="candidacy",
            name="criteria_set",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="labels.criteriaset"
            ),
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=accelerator.accounts.models.new_public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="numéro")),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("real", "Label délivré ici"),
                            ("demonstration", "Démonstration"),
                            ("historic", "Fait public, historique"),
                        ],
                        default="real",
                        max_length=14,
                        verbose_name="nature",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Actif"),
                            ("suspended", "Suspendu"),
                            ("withdrawn", "Retiré"),
                            ("expired", "Expiré"),
                        ],
                        default="active",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "holder",
                    models.CharField(
                        choices=[
                            ("collective", "Un collectif et son chef de file"),
                            ("organisation", "Une organisation"),
                        ],
                        max_length=12,
                        verbose_name="tenu par",
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="nom")),
                (
                    "perimeter",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                (
                    "perimeter_cover",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField(verbose_name="période")),
                ("suspended_on", models.DateField(null=True, verbose_name="suspendu depuis le")),
                (
                    "withdrawn_as",
                    models.CharField(
                        choices=[("suspension", "Suspension"), ("abrogation", "Abrogation"), ("retrait", "Retrait")],
                        default="",
                        max_length=12,
                    ),
                ),
                ("withdrawn_on", models.DateField(null=True, verbose_name="retiré le")),
                ("sources", models.JSONField(default=list)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "application",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.application"
                    ),
                ),
                (
                    "candidacy",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="labels",
                        to="labels.candidacy",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="labels.category"
                    ),
                ),
                (
                    "criteria_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="labels.criteriaset"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="community.organisation",
                    ),
                ),
                (
                    "renews",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewed_by",
                        to="labels.label",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LabelCondition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300, verbose_name="condition")),
                ("due_on", models.DateField(verbose_name="pour le")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "À remplir"), ("met", "Remplie"), ("failed", "Non remplie")],
                        default="open",
                        max_length=8,
                        verbose_name="état",
                    ),
                ),
                ("closed_on", models.DateField(null=True)),
                ("words", models.TextField(default="")),
                (
                    "label",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conditions", to="labels.label"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("lead", "Chef de file"),
                            ("authority", "Collectivité"),
                            ("support", "Accompagnement"),
                            ("funding", "Financement"),
                            ("enterprise", "Entreprise"),
                            ("knowledge", "Recherche, enseignement, formation"),
                            ("inhabitants", "Habitants et citoyens"),
                            ("other", "Autre rôle"),
                        ],
                        max_length=12,
                        verbose_name="rôle",
                    ),
                ),
                (
                    "belonging",
                    models.CharField(
                        choices=[
                            ("ess", "De l’économie sociale et solidaire"),
                            ("company", "Entreprise hors de l’économie sociale et solidaire"),
                            ("other", "Autre personne morale"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="nature",
                    ),
                ),
                ("share", models.PositiveSmallIntegerField(null=True, verbose_name="part")),
                ("engagement", models.TextField(default="", verbose_name="engagement")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "En attente de sa réponse"),
                            ("confirmed", "A confirmé"),
                            ("refused", "A refusé"),
                            ("left", "S’est retirée"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="réponse",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(default="", verbose_name="motif")),
                (
                    "agreement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="labels.candidacyfile",
                    ),
                ),
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
                    "candidacy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="labels.candidacy"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="community.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Action",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="action")),
                ("due_on", models.DateField(verbose_name="pour le")),
                ("indicator", models.CharField(default="", max_length=160, verbose_name="indicateur")),
                ("unit", models.CharField(default="", max_length=40, verbose_name="unité")),
                (
                    "baseline",
                    models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="valeur de départ"),
                ),
                (
                    "target",
                    models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="valeur visée"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Prévue"),
                            ("under_way", "En cours"),
                            ("done", "Faite"),
                            ("dropped", "Abandonnée"),
                        ],
                        default="planned",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("reason", models.TextField(default="", verbose_name="pourquoi elle est abandonnée")),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="actions", to="labels.challenge"
                    ),
                ),
                (
                    "pilot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="labels.member"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Proceeding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=accelerator.accounts.models.new_public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("suspension", "Suspension"), ("abrogation", "Abrogation"), ("retrait", "Retrait")],
                        max_length=12,
                        verbose_name="sorte",
                    ),
                ),
                ("grounds", models.TextField(verbose_name="griefs")),
                ("legal_basis", models.CharField(max_length=300, verbose_name="fondement")),
                ("notified_at", models.DateTimeField(verbose_name="notifiés le")),
                ("answer_until", models.DateField(verbose_name="réponse jusqu’au")),
                ("answer", models.TextField(default="", verbose_name="réponse")),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("pending", "En cours"), ("pronounced", "Prononcée"), ("dropped", "Abandonnée")],
                        default="pending",
                        max_length=10,
                        verbose_name="issue",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(default="", verbose_name="motif")),
                ("detail", models.TextField(default="", verbose_name="détail")),
                ("from_on", models.DateField(null=True, verbose_name="à compter du")),
                ("until_on", models.DateField(null=True, verbose_name="jusqu’au")),
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
                    "label",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proceedings", to="labels.label"
                    ),
                ),
                (
                    "notified_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signatory",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Proof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("criterion", models.SlugField(max_length=30)),
                ("what", models.CharField(max_length=200, verbose_name="ce que c’est")),
                ("link", models.URLField(default="", max_length=300, verbose_name="lien")),
                ("added_at", models.DateTimeField()),
                (
                    "candidacy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proofs", to="labels.candidacy"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proofs",
                        to="labels.candidacyfile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SteeringMinutes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("held_on", models.DateField(verbose_name="tenu le")),
                ("summary", models.TextField(verbose_name="ce qui a été décidé")),
                ("is_public", models.BooleanField(default=False, verbose_name="public")),
                ("told_at", models.DateTimeField()),
                (
                    "candidacy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="minutes", to="labels.candidacy"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="labels.candidacyfile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ActionNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="le")),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2, max_digits=14, null=True, verbose_name="valeur de l’indicateur"
                    ),
                ),
                ("text", models.TextField(default="", verbose_name="où l’on en est")),
                ("told_at", models.DateTimeField()),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="labels.action"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value__isnull", False), models.Q(("text", ""), _negated=True), _connector="OR"
                        ),
                        name="note_says_something",
                        violation_error_message="Une note donne une valeur, ou dit où l’on en est.",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="candidacyfile",
            constraint=models.UniqueConstraint(
                fields=("candidacy", "digest"),
                name="candidacy_file_once",
                violation_error_message="Ce fichier est déjà dans le dossier.",
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("duration_months__isnull", True), ("duration_months__gte", 1), _connector="OR"),
                name="category_lasts_some_months",
                violation_error_message="Un label dure au moins un mois, ou n’a pas de fin.",
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer_days__gte", 1)),
                name="category_leaves_time_to_answer",
                violation_error_message="Qui reçoit des griefs a au moins un jour pour y répondre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("challenges_wanted__lte", 9)),
                name="category_wants_few_challenges",
                violation_error_message="Neuf défis prioritaires au plus.",
            ),
        ),
        migrations.AddConstraint(
            model_name="challenge",
            constraint=models.UniqueConstraint(
                fields=("candidacy", "position"),
                name="challenge_ranked_once",
                violation_error_message="Un défi a déjà ce rang.",
            ),
        ),
        migrations.AddConstraint(
            model_name="challenge",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1), ("position__lte", 9)),
                name="challenge_ranked_from_one",
                violation_error_message="Les défis sont rangés de 1 à 9.",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.UniqueConstraint(
                fields=("category", "number"),
                name="criteria_set_once",
                violation_error_message="Cette version des critères existe déjà.",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("since__isnull", True)),
                fields=("category",),
                name="one_criteria_set_being_written",
                violation_error_message="Une version des critères est déjà en cours d’écriture.",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("since__isnull", False), ("until__isnull", True)),
                fields=("category",),
                name="one_criteria_set_in_force",
                violation_error_message="Une version des critères est déjà en vigueur.",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_by__isnull", True), ("since__isnull", True), ("until__isnull", True)),
                    models.Q(
                        ("since__isnull", False),
                        models.Q(("why", ""), _negated=True),
                        models.Q(("until__isnull", True), ("until__gt", models.F("since")), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="criteria_set_published_with_why",
                violation_error_message="Des critères valent à partir d’un jour, et disent ce qu’ils changent.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="criteriaset",
            trigger=pgtrigger.compiler.Trigger(
                name="published_criteria_never_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.since IS NOT NULL AND (OLD.until IS NOT NULL OR (OLD.category_id, OLD.number, OLD.criteria, OLD.documents, OLD.since, OLD.published_by_id, OLD.why) IS DISTINCT FROM (NEW.category_id, NEW.number, NEW.criteria, NEW.documents, NEW.since, NEW.published_by_id, NEW.why)))",
                    func="RAISE EXCEPTION 'published criteria never change' USING ERRCODE = 'restrict_violation';",
                    hash="2fb3632b83c0e44396e415ee19aa18bff63d7e70",
                    operation="UPDATE",
                    pgid="pgtrigger_published_criteria_never_change_029d9",
                    table="labels_criteriaset",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="criteriaset",
            trigger=pgtrigger.compiler.Trigger(
                name="published_criteria_are_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."since" IS NOT NULL)',
                    func="RAISE EXCEPTION 'published criteria are kept' USING ERRCODE = 'restrict_violation';",
                    hash="0a475897254cb1fc279dd6a911f1dcf73fabc039",
                    operation="DELETE",
                    pgid="pgtrigger_published_criteria_are_kept_ce479",
                    table="labels_criteriaset",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="candidacy",
            index=models.Index(fields=["organisation"], name="candidacy_organisation"),
        ),
        migrations.AddIndex(
            model_name="candidacy",
            index=django.contrib.postgres.indexes.GinIndex(fields=["perimeter"], name="candidacy_perimeter"),
        ),
        migrations.AddIndex(
            model_name="candidacy",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["perimeter_cover"], name="candidacy_perimeter_cover"
            ),
        ),
        migrations.AddIndex(
            model_name="label",
            index=models.Index(fields=["category", "state"], name="label_category"),
        ),
        migrations.AddIndex(
            model_name="label",
            index=models.Index(fields=["organisation"], name="label_organisation"),
        ),
        migrations.AddIndex(
            model_name="label",
            index=django.contrib.postgres.indexes.GinIndex(fields=["perimeter"], name="label_perimeter"),
        ),
        migrations.AddIndex(
            model_name="label",
            index=django.contrib.postgres.indexes.GinIndex(fields=["perimeter_cover"], name="label_perimeter_cover"),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__isempty", False), ("period__startswith__isnull", False)),
                name="label_has_a_first_day",
                violation_error_message="Un label commence un jour, et finit après.",
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("application__isnull", True),
                        ("candidacy__isnull", True),
                        ("nature", "historic"),
                        models.Q(("sources", []), _negated=True),
                    ),
                    models.Q(
                        models.Q(("nature", "historic"), _negated=True),
                        ("application__isnull", False),
                        ("candidacy__isnull", False),
                        ("organisation__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="label_comes_from_a_candidacy",
                violation_error_message="Un label vient d’une candidature décidée ; un label historique n’en a pas, et a une source.",
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "suspended"), ("suspended_on__isnull", False)),
                    models.Q(models.Q(("state", "suspended"), _negated=True), ("suspended_on__isnull", True)),
                    _connector="OR",
                ),
                name="label_suspended_since_a_day",
                violation_error_message="Un label est suspendu depuis un jour.",
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "withdrawn"),
                        ("withdrawn_as__in", ("abrogation", "retrait")),
                        ("withdrawn_on__isnull", False),
                    ),
                    models.Q(
                        models.Q(("state", "withdrawn"), _negated=True),
                        ("withdrawn_as", ""),
                        ("withdrawn_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="label_withdrawn_in_one_way",
                violation_error_message="Un label est abrogé ou retiré, un jour.",
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "expired"), _negated=True), ("period__endswith__isnull", False), _connector="OR"
                ),
                name="label_expires_at_its_end",
                violation_error_message="Un label sans fin n’expire pas.",
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("renews__isnull", True), models.Q(("renews", models.F("pk")), _negated=True), _connector="OR"
                ),
                name="label_renews_another",
                violation_error_message="Un label en renouvelle un autre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.UniqueConstraint(
                condition=models.Q(("nature", "historic")),
                fields=("category", "title"),
                name="historic_label_once",
                violation_error_message="Ce label historique est déjà inscrit.",
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(models.Q(("withdrawn_as", "retrait"), _negated=True), ("candidacy__isnull", False)),
                expressions=[
                    (
                        models.Func(
                            models.F("candidacy"),
                            models.F("candidacy"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(),
                        ),
                        "&&",
                    ),
                    ("period", "&&"),
                ],
                name="label_of_a_candidacy_never_overlaps_itself",
                violation_error_message="Cette candidature a déjà un label sur cette période.",
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_as", "retrait"), _negated=True),
                    ("holder", "organisation"),
                    ("organisation__isnull", False),
                ),
                expressions=[
                    (
                        models.Func(
                            models.F("category"),
                            models.F("category"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(),
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("organisation"),
                            models.F("organisation"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(),
                        ),
                        "&&",
                    ),
                    ("period", "&&"),
                ],
                name="label_of_an_organisation_never_overlaps_itself",
                violation_error_message="Cette organisation a déjà ce label sur cette période.",
            ),
        ),
        migrations.AddIndex(
            model_name="labelcondition",
            index=models.Index(condition=models.Q(("state", "open")), fields=["due_on"], name="condition_due"),
        ),
        migrations.AddConstraint(
            model_name="labelcondition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on__isnull", True), ("state", "open"), ("words", "")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("closed_on__isnull", False),
                        models.Q(("words", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="condition_closed_with_words",
                violation_error_message="Une condition est remplie, ou non, un jour, et l’on dit comment.",
            ),
        ),
        migrations.AddConstraint(
            model_name="labelcondition",
            constraint=models.UniqueConstraint(
                fields=("label", "text"),
                name="condition_once",
                violation_error_message="Cette condition est déjà inscrite.",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["organisation", "state"], name="member_organisation"),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                fields=("candidacy", "organisation"),
                name="member_once",
                violation_error_message="Cette organisation est déjà nommée dans le collectif.",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role", "lead")),
                fields=("candidacy",),
                name="one_lead",
                violation_error_message="Un collectif a un seul chef de file.",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("share__isnull", True), ("share__lte", 100), _connector="OR"),
                name="member_share_in_points",
                violation_error_message="Une part est un nombre de points sur cent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_at__isnull", True), ("answered_by__isnull", True), ("reason", ""), ("state", "asked")
                    ),
                    models.Q(
                        models.Q(("state", "asked"), _negated=True),
                        ("answered_at__isnull", False),
                        models.Q(
                            models.Q(("state__in", ("refused", "left")), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="member_answers_at_a_moment",
                violation_error_message="Une organisation répond à un moment, et dit pourquoi quand elle refuse.",
            ),
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(fields=["due_on"], name="action_due"),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dropped"), models.Q(("reason", ""), _negated=True)),
                    models.Q(models.Q(("state", "dropped"), _negated=True), ("reason", "")),
                    _connector="OR",
                ),
                name="action_dropped_with_a_reason",
                violation_error_message="Une action abandonnée dit pourquoi.",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("baseline__isnull", True), ("target__isnull", True)),
                    models.Q(("indicator", ""), _negated=True),
                    _connector="OR",
                ),
                name="action_target_has_an_indicator",
                violation_error_message="Une valeur visée est celle d’un indicateur.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "pending")),
                fields=("label",),
                name="one_proceeding_at_a_time",
                violation_error_message="Une procédure est déjà en cours sur ce label.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("grounds", ""), _negated=True), models.Q(("legal_basis", ""), _negated=True)
                ),
                name="grounds_are_told",
                violation_error_message="Une procédure dit ses griefs et son fondement.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer_until__gt", models.F("notified_at__date"))),
                name="proceeding_leaves_time_to_answer",
                violation_error_message="Le délai pour répondre finit après la notification.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at__isnull", True), ("answered_by__isnull", True)),
                    models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="answer_at_a_moment",
                violation_error_message="Une réponse est donnée à un moment.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("from_on__isnull", True), ("outcome", "pending"), ("reason", "")
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("from_on__isnull", True),
                        ("outcome", "dropped"),
                        ("until_on__isnull", True),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("from_on__isnull", False),
                        ("outcome", "pronounced"),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="proceeding_decided_with_a_reason",
                violation_error_message="Une procédure se conclut un jour, pour un motif.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "pronounced"), _negated=True),
                    models.Q(("answered_at__isnull", False), ("decided_at__gte", models.F("answered_at"))),
                    ("decided_at__date__gt", models.F("answer_until")),
                    _connector="OR",
                ),
                name="nothing_pronounced_before_the_answer",
                violation_error_message="Rien n’est prononcé avant que le délai pour répondre soit passé, ou qu’une réponse soit venue.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_on__isnull", True),
                    models.Q(("kind", "suspension"), ("until_on__gte", models.F("from_on"))),
                    _connector="OR",
                ),
                name="only_a_suspension_ends",
                violation_error_message="Seule une suspension a une fin, après son début.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proof",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("file__isnull", False), ("link", "")),
                    models.Q(("file__isnull", True), models.Q(("link", ""), _negated=True)),
                    _connector="OR",
                ),
                name="proof_is_a_file_or_a_link",
                violation_error_message="Une preuve est un fichier, ou un lien.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proof",
            constraint=models.UniqueConstraint(
                condition=models.Q(("file__isnull", False)),
                fields=("candidacy", "criterion", "file"),
                name="file_proves_a_criterion_once",
                violation_error_message="Ce fichier prouve déjà ce critère.",
            ),
        ),
        migrations.AddConstraint(
            model_name="steeringminutes",
            constraint=models.UniqueConstraint(
                fields=("candidacy", "held_on"),
                name="minutes_once_a_day",
                violation_error_message="Le compte rendu de ce jour est déjà dans le dossier.",
            ),
        ),
    ]
