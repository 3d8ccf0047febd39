"""A member has a day to answer; a holder may ask to be heard; what was obtained by fraud is withdrawn at any time."""

from django.conf import settings
from django.db import migrations, models

# Who was asked before was told no day: its delay runs from today.
_GIVEN_A_DAY = """
    UPDATE labels_member AS member
    SET answer_until = current_date + category.member_days
    FROM labels_candidacy AS candidacy JOIN labels_category AS category ON category.id = candidacy.category_id
    WHERE candidacy.id = member.candidacy_id AND member.state = 'asked'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0008_conditions_retained_as_not_met"),
        ("community", "0019_searches_of_other_things"),
        ("labels", "0010_what_follows_an_award"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="fraud_law",
            field=models.CharField(
                default="code des relations entre le public et l’administration, article L241-2",
                max_length=200,
                verbose_name="texte sur la fraude",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="member_days",
            field=models.PositiveSmallIntegerField(
                default=21, verbose_name="délai d’un membre pour répondre, en jours"
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="member_reminder_days",
            field=models.PositiveSmallIntegerField(default=7, verbose_name="rappel au membre, en jours avant"),
        ),
        migrations.AddField(
            model_name="member",
            name="answer_until",
            field=models.DateField(null=True, verbose_name="réponse jusqu’au"),
        ),
        migrations.AddField(
            model_name="member",
            name="reminded_at",
            field=models.DateTimeField(null=True, verbose_name="rappelé le"),
        ),
        migrations.RunSQL(_GIVEN_A_DAY, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="proceeding",
            name="fraud",
            field=models.BooleanField(default=False, verbose_name="obtenu par fraude"),
        ),
        migrations.AddField(
            model_name="proceeding",
            name="hearing",
            field=models.CharField(
                choices=[
                    ("held", "Le titulaire a été entendu"),
                    ("absent", "Le titulaire ne s’est pas présenté"),
                    ("declined", "Demande abusive, refusée"),
                ],
                default="",
                max_length=8,
                verbose_name="issue de l’audition",
            ),
        ),
        migrations.AddField(
            model_name="proceeding",
            name="hearing_account",
            field=models.TextField(default="", verbose_name="compte rendu"),
        ),
        migrations.AddField(
            model_name="proceeding",
            name="hearing_asked_at",
            field=models.DateTimeField(null=True, verbose_name="audition demandée le"),
        ),
        migrations.AddField(
            model_name="proceeding",
            name="hearing_closed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="proceeding",
            name="hearing_on",
            field=models.DateTimeField(null=True, verbose_name="audition fixée au"),
        ),
        migrations.AddField(
            model_name="proceeding",
            name="hearing_where",
            field=models.CharField(default="", max_length=300, verbose_name="lieu"),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(condition=models.Q(("state", "asked")), fields=["answer_until"], name="member_awaited"),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("member_days__gt", models.F("member_reminder_days"))),
                name="category_reminds_members_in_time",
                violation_error_message="Un membre est rappelé pendant son délai pour répondre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "asked"), _negated=True), ("answer_until__isnull", False), _connector="OR"
                ),
                name="member_asked_until_a_day",
                violation_error_message="Une organisation nommée a un jour pour répondre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "pronounced"), _negated=True),
                    ("hearing_asked_at__isnull", True),
                    models.Q(("decided_at__gte", models.F("hearing_closed_at")), ("hearing_closed_at__isnull", False)),
                    _connector="OR",
                ),
                name="nothing_pronounced_before_the_hearing",
                violation_error_message="Rien n’est prononcé avant que le titulaire qui l’a demandé soit entendu.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hearing_on__isnull", True), ("hearing_where", "")),
                    models.Q(
                        ("hearing_asked_at__isnull", False),
                        ("hearing_on__isnull", False),
                        models.Q(("hearing_where", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="hearing_set_once_asked",
                violation_error_message="Une audition demandée est fixée à un moment et dans un lieu.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hearing", ""), ("hearing_account", ""), ("hearing_closed_at__isnull", True)),
                    models.Q(
                        ("hearing_asked_at__isnull", False),
                        ("hearing_closed_at__isnull", False),
                        models.Q(("hearing_account", ""), _negated=True),
                        models.Q(
                            ("hearing", "declined"),
                            models.Q(models.Q(("hearing", ""), _negated=True), ("hearing_on__isnull", False)),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="hearing_closed_with_an_account",
                violation_error_message="Une audition se conclut par ce qui y a été dit, ou par le motif d’un refus.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(("fraud", False), ("kind", "retrait"), _connector="OR"),
                name="fraud_is_withdrawn",
                violation_error_message="La fraude fonde un retrait.",
            ),
        ),
    ]
