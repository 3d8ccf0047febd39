import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accelerator.accounts.models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0002_numbers_of_applications"),
        ("community", "0016_lists_of_organisations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("given", "À lire"),
                            ("done", "Avis rendu"),
                            ("declined", "Déport"),
                            ("taken_back", "Repris"),
                        ],
                        default="given",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("why", models.JSONField(default=dict)),
                ("given_at", models.DateTimeField()),
                ("due_on", models.DateField(verbose_name="attendu le")),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="calls.application"
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Commission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=accelerator.accounts.models.new_public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="nom")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "En préparation"),
                            ("convened", "Convoquée"),
                            ("held", "En séance"),
                            ("closed", "Close"),
                            ("adjourned", "Sans quorum"),
                            ("cancelled", "Annulée"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("held_at", models.DateTimeField(verbose_name="séance du")),
                ("where", models.CharField(max_length=300, verbose_name="lieu ou lien")),
                ("convened_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("rules", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="commissions", to="calls.call"
                    ),
                ),
                (
                    "second_of",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="second",
                        to="calls.commission",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.wave"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CommissionItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "proposal",
                    models.CharField(
                        choices=[
                            ("retained", "Retenu à l’appel"),
                            ("deepen", "À approfondir"),
                            ("rejected", "Non retenu"),
                            ("inadmissible", "Irrecevable"),
                        ],
                        max_length=12,
                        verbose_name="proposition",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("retained", "Retenu à l’appel"),
                            ("deepen", "À approfondir"),
                            ("rejected", "Non retenu"),
                            ("inadmissible", "Irrecevable"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="conclusion",
                    ),
                ),
                ("words", models.TextField(default="", verbose_name="motifs")),
                ("concluded_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="calls.application"
                    ),
                ),
                (
                    "commission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="calls.commission"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CommissionMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "quality",
                    models.CharField(
                        choices=[
                            ("chair", "Président"),
                            ("member", "Membre"),
                            ("reporter", "Rapporteur"),
                            ("observer", "Observateur"),
                        ],
                        default="member",
                        max_length=10,
                        verbose_name="qualité",
                    ),
                ),
                ("title", models.CharField(default="", max_length=160, verbose_name="au titre de")),
                ("voting", models.BooleanField(default=True, verbose_name="prend part au vote")),
                ("present", models.BooleanField(null=True)),
                (
                    "commission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="calls.commission"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("recused", "Déport"), ("dismissed", "Lien écarté")],
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("hints", models.JSONField(default=list)),
                ("reason", models.TextField(verbose_name="motif")),
                ("decided_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conflicts", to="calls.application"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Jury",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=accelerator.accounts.models.new_public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nom")),
                ("made_at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="juries", to="calls.call"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="JuryMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("joined_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "jury",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="calls.jury"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("money", "Financement"),
                            ("hacker", "Hacker public"),
                            ("evaluation", "Évaluation"),
                            ("partners", "Partenaires"),
                            ("sponsor", "Parrain"),
                            ("other", "Autre"),
                        ],
                        max_length=12,
                        verbose_name="sorte",
                    ),
                ),
                ("what", models.CharField(max_length=300, verbose_name="promesse")),
                ("owner", models.CharField(max_length=200, verbose_name="tenue par")),
                ("due_on", models.DateField(verbose_name="pour le")),
                ("made_at", models.DateTimeField()),
                ("kept_on", models.DateField(null=True, verbose_name="tenue le")),
                ("broken_on", models.DateField(null=True, verbose_name="rompue le")),
                ("words", models.TextField(default="")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promises", to="calls.application"
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
            ],
        ),
        migrations.CreateModel(
            name="Recusal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(verbose_name="motif")),
                ("left_at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recusals", to="calls.commissionitem"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recusals",
                        to="calls.commissionmember",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scores", models.JSONField(default=dict)),
                ("for_applicant", models.TextField(default="", verbose_name="pour le candidat")),
                ("for_service", models.TextField(default="", verbose_name="pour le service seulement")),
                ("mean", models.FloatField(null=True, verbose_name="note")),
                ("saved_at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=0)),
                (
                    "assignment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="review", to="calls.assignment"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reviewer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "themes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3), default=list, size=None
                    ),
                ),
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
                ("most", models.PositiveSmallIntegerField(default=10, verbose_name="dossiers au plus")),
                ("absences", models.JSONField(default=list)),
                ("appointed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_because", models.TextField(default="")),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviewers", to="calls.call"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="assignment",
            name="reviewer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="calls.reviewer"
            ),
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=accelerator.accounts.models.new_public_id, editable=False, max_length=12, unique=True
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="début")),
                ("ends_at", models.DateTimeField(verbose_name="fin")),
                ("where", models.CharField(max_length=300, verbose_name="lieu ou lien")),
                ("revision", models.PositiveIntegerField(default=0)),
                (
                    "opinion",
                    models.CharField(
                        choices=[("favourable", "Favorable"), ("reserved", "Réservé"), ("unfavourable", "Défavorable")],
                        default="",
                        max_length=12,
                        verbose_name="avis du jury",
                    ),
                ),
                ("words", models.TextField(default="", verbose_name="ce que le jury en dit")),
                ("heard_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slot", to="calls.application"
                    ),
                ),
                (
                    "jury",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slots", to="calls.jury"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ballot",
                    models.CharField(
                        choices=[("for", "Pour"), ("against", "Contre"), ("abstain", "Abstention")],
                        max_length=8,
                        verbose_name="vote",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="votes", to="calls.commissionitem"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="votes", to="calls.commissionmember"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="commission",
            index=models.Index(fields=["call", "held_at"], name="commission_of_call"),
        ),
        migrations.AddConstraint(
            model_name="commission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("convened_at__isnull", True), ("opened_at__isnull", True), ("state", "draft")),
                    models.Q(("convened_at__isnull", False), ("opened_at__isnull", True), ("state", "convened")),
                    models.Q(("convened_at__isnull", False), ("opened_at__isnull", True), ("state", "adjourned")),
                    models.Q(("opened_at__isnull", True), ("state", "cancelled")),
                    models.Q(("closed_at__isnull", True), ("opened_at__isnull", False), ("state", "held")),
                    models.Q(("closed_at__isnull", False), ("opened_at__isnull", False), ("state", "closed")),
                    _connector="OR",
                ),
                name="commission_dates_follow_its_state",
                violation_error_message="Une commission est convoquée, puis ouverte, puis close.",
            ),
        ),
        migrations.AddIndex(
            model_name="commissionitem",
            index=models.Index(fields=["application"], name="commission_item_application"),
        ),
        migrations.AddConstraint(
            model_name="commissionitem",
            constraint=models.UniqueConstraint(
                fields=("commission", "application"),
                name="commission_item_once",
                violation_error_message="Ce dossier est déjà à l’ordre du jour.",
            ),
        ),
        migrations.AddConstraint(
            model_name="commissionitem",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("commission", "position"),
                name="commission_item_position",
                violation_error_message="Deux dossiers ont le même rang.",
            ),
        ),
        migrations.AddConstraint(
            model_name="commissionitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("concluded_at__isnull", True), ("outcome", "")),
                    models.Q(
                        models.Q(("outcome", ""), _negated=True),
                        models.Q(("words", ""), _negated=True),
                        ("concluded_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="commission_concludes_with_reasons",
                violation_error_message="Une conclusion est motivée.",
            ),
        ),
        migrations.AddIndex(
            model_name="commissionmember",
            index=models.Index(fields=["person"], name="commission_member_person"),
        ),
        migrations.AddConstraint(
            model_name="commissionmember",
            constraint=models.UniqueConstraint(
                fields=("commission", "person"),
                name="commission_member_once",
                violation_error_message="Cette personne est déjà membre de cette commission.",
            ),
        ),
        migrations.AddConstraint(
            model_name="commissionmember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("quality", "chair")),
                fields=("commission",),
                name="commission_has_one_chair",
                violation_error_message="Une commission a un seul président.",
            ),
        ),
        migrations.AddIndex(
            model_name="conflict",
            index=models.Index(fields=["person"], name="conflict_person"),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.UniqueConstraint(
                fields=("application", "person"),
                name="conflict_once",
                violation_error_message="Ce lien a déjà été examiné.",
            ),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="conflict_decided_with_a_reason",
                violation_error_message="Un déport, comme un lien écarté, est motivé.",
            ),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "recused"), models.Q(("decided_by", models.F("person")), _negated=True), _connector="OR"
                ),
                name="conflict_dismissed_by_another",
                violation_error_message="On n’écarte pas un lien qui vous concerne.",
            ),
        ),
        migrations.AddConstraint(
            model_name="jury",
            constraint=models.UniqueConstraint(
                fields=("call", "name"), name="jury_named_once", violation_error_message="Un jury porte déjà ce nom."
            ),
        ),
        migrations.AddIndex(
            model_name="jurymember",
            index=models.Index(fields=["person"], name="jury_member_person"),
        ),
        migrations.AddConstraint(
            model_name="jurymember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at__isnull", True)),
                fields=("jury", "person"),
                name="jury_member_once",
                violation_error_message="Cette personne est déjà membre de ce jury.",
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("broken_on__isnull", True), ("kept_on__isnull", True)),
                fields=["due_on"],
                name="promise_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("broken_on__isnull", True), ("kept_on__isnull", True), ("words", "")),
                    models.Q(
                        ("broken_on__isnull", True), ("kept_on__isnull", False), models.Q(("words", ""), _negated=True)
                    ),
                    models.Q(
                        ("broken_on__isnull", False), ("kept_on__isnull", True), models.Q(("words", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="promise_kept_or_broken",
                violation_error_message="Une promesse est tenue, ou rompue, et l’on dit comment ou pourquoi.",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.UniqueConstraint(
                fields=("application", "kind", "what"),
                name="promise_once",
                violation_error_message="Cette promesse est déjà inscrite.",
            ),
        ),
        migrations.AddConstraint(
            model_name="recusal",
            constraint=models.UniqueConstraint(
                fields=("item", "member"),
                name="recusal_once",
                violation_error_message="Ce membre s’est déjà déporté pour ce dossier.",
            ),
        ),
        migrations.AddConstraint(
            model_name="recusal",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="recusal_with_a_reason",
                violation_error_message="Un déport est motivé.",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewer",
            index=models.Index(fields=["person"], name="reviewer_person"),
        ),
        migrations.AddConstraint(
            model_name="reviewer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("call", "person"),
                name="reviewer_once",
                violation_error_message="Cette personne est déjà experte de cet appel.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewer",
            constraint=models.CheckConstraint(
                condition=models.Q(("most__gte", 1), ("most__lte", 500)),
                name="reviewer_takes_files",
                violation_error_message="Un expert prend de 1 à 500 dossiers.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ended_because", "")),
                    models.Q(("ended_at__isnull", False), models.Q(("ended_because", ""), _negated=True)),
                    _connector="OR",
                ),
                name="reviewer_ended_with_a_reason",
                violation_error_message="Un expert cesse de l’être à une date, pour un motif.",
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["application", "state"], name="assignment_of_application"),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["reviewer", "state", "due_on"], name="assignment_of_reviewer"),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["given", "done"])),
                fields=("reviewer", "application"),
                name="assignment_once",
                violation_error_message="Ce dossier est déjà confié à cet expert.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state", "given")),
                    models.Q(models.Q(("state", "given"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="assignment_ended_at_a_moment",
                violation_error_message="Un dossier rendu ou repris l’est à une date.",
            ),
        ),
        migrations.AddIndex(
            model_name="slot",
            index=models.Index(fields=["jury", "starts_at"], name="slot_of_jury"),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="slot_ends_after_start",
                violation_error_message="Une audition finit après avoir commencé.",
            ),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("jury"),
                            models.F("jury"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(),
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("starts_at"),
                            models.F("ends_at"),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="jury_hears_one_at_a_time",
                violation_error_message="Ce jury entend déjà quelqu’un à ce moment-là.",
            ),
        ),
        migrations.AddConstraint(
            model_name="slot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("heard_at__isnull", True), ("opinion", "")),
                    models.Q(
                        models.Q(("opinion", ""), _negated=True),
                        models.Q(("words", ""), _negated=True),
                        ("heard_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="jury_opinion_with_words",
                violation_error_message="L’avis d’un jury est motivé, après l’audition.",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(
                fields=("item", "member"), name="vote_once", violation_error_message="Ce membre a déjà voté."
            ),
        ),
    ]
