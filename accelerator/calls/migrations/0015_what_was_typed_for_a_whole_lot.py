"""Two more acts of a lot say something of all its files: what a service is asked, what every letter says."""

from django.db import migrations, models

# The version before cannot carry them, nor say what they are: the journal still tells what was done by them.
_FORGET = """
SET CONSTRAINTS ALL IMMEDIATE;
DELETE FROM calls_lotfile WHERE lot_id IN (SELECT id FROM calls_lot WHERE act IN ('avis', 'preparation'));
DELETE FROM calls_lot WHERE act IN ('avis', 'preparation');
"""
_DESK = ["prendre", "recevables", "instruction", "avis"]
_LETTERS = ["preparation", "signature", "notification"]


class Migration(migrations.Migration):
    dependencies = [("calls", "0014_what_the_desk_counts")]

    operations = [
        migrations.AddField(model_name="lot", name="said", field=models.JSONField(default=dict)),
        migrations.AlterField(
            model_name="lot",
            name="act",
            field=models.CharField(
                choices=[
                    ("prendre", "Prendre ces dossiers"),
                    ("recevables", "Déclarer recevables"),
                    ("instruction", "Ouvrir l’instruction"),
                    ("avis", "Demander un avis"),
                    ("preparation", "Préparer des décisions"),
                    ("signature", "Signer des courriers"),
                    ("notification", "Notifier des décisions"),
                ],
                max_length=12,
                verbose_name="acte",
            ),
        ),
        migrations.RemoveConstraint(model_name="lot", name="lot_of_letters_is_of_a_call"),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act__in", _LETTERS), ("call__isnull", False)),
                    models.Q(("act__in", _DESK), ("call__isnull", True)),
                    _connector="OR",
                ),
                name="lot_of_letters_is_of_a_call",
                violation_error_message="Des courriers sont ceux d’un appel.",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(models.Q(("act__in", ["avis", "preparation"]), _negated=True), ("said", {})),
                    models.Q(("act", "preparation"), ("said__has_key", "outcome")),
                    models.Q(
                        ("act", "avis"),
                        ("said__has_keys", ["who", "question", "due_on"]),
                        models.Q(("said__has_key", "email"), ("ended_at__isnull", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="lot_says_what_was_typed_for_all",
                violation_error_message="Un lot dit ce qui est demandé de tous ses dossiers, quand il faut le dire.",
            ),
        ),
        # On the way back, before anything else.
        migrations.RunSQL(migrations.RunSQL.noop, _FORGET),
    ]
