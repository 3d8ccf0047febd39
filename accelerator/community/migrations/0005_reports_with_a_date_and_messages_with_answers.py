"""A report has a subject and a promised day; a message can be answered, and complained of."""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accelerator.accounts.models


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0004_one_role_per_organisation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "contactmessage",
            "public_id",
            models.CharField(
                default=accelerator.accounts.models.new_public_id, editable=False, max_length=12, unique=True
            ),
        ),
        migrations.AddField(
            "contactmessage",
            "in_reply_to",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replies",
                to="community.contactmessage",
            ),
        ),
        migrations.AddIndex("contactmessage", models.Index(fields=["sender", "-sent_at"], name="message_sender")),
        migrations.AlterField(
            "errorreport",
            "state",
            models.CharField(
                choices=[("open", "À traiter"), ("corrected", "Corrigée"), ("rejected", "Sans suite")],
                default="open",
                max_length=10,
                verbose_name="état",
            ),
        ),
        migrations.AddField(
            "errorreport",
            "topic",
            models.CharField(
                choices=[
                    ("identity", "Nom, numéro ou forme juridique"),
                    ("place", "Siège ou territoires"),
                    ("content", "Présentation, thèmes ou liens"),
                    ("ceased", "L’organisation a cessé son activité"),
                    ("duplicate", "La fiche existe en double"),
                    ("person", "Une personne est mise en cause ou nommée sans son accord"),
                    ("message", "Un message reçu est abusif"),
                    ("other", "Autre chose"),
                ],
                default="other",
                max_length=10,
                verbose_name="sujet",
            ),
        ),
        migrations.AddField(
            "errorreport",
            "about_message",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="community.contactmessage",
            ),
        ),
        migrations.AddField(
            "errorreport", "due_on", models.DateField(default=datetime.date(2026, 11, 30)), preserve_default=False
        ),
        migrations.AddConstraint(
            "errorreport",
            models.CheckConstraint(
                condition=models.Q(("state", "open"), ("reporter_email", ""), _connector="OR"),
                name="closed_report_forgets_address",
                violation_error_message="L’adresse de qui a signalé est oubliée dès que le signalement est clos.",
            ),
        ),
        migrations.AddIndex("errorreport", models.Index(fields=["state", "due_on"], name="report_desk")),
    ]
