"""A service is asked for its opinion on many files at once: what it is asked is kept until each is done."""

from django.db import migrations, models

_DESK = ["prendre", "recevables", "instruction", "avis"]
_LETTERS = ["signature", "notification"]


class Migration(migrations.Migration):
    dependencies = [("calls", "0014_what_the_desk_counts")]

    operations = [
        migrations.AddField(model_name="lot", name="asking", field=models.JSONField(default=dict)),
        migrations.AlterField(
            model_name="lot",
            name="act",
            field=models.CharField(
                choices=[
                    ("prendre", "Prendre ces dossiers"),
                    ("recevables", "Déclarer recevables"),
                    ("instruction", "Ouvrir l’instruction"),
                    ("avis", "Demander un avis"),
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
                    models.Q(models.Q(("act", "avis"), _negated=True), ("asking", {})),
                    models.Q(
                        ("act", "avis"),
                        ("asking__has_keys", ["who", "question", "due_on"]),
                        models.Q(("asking__has_key", "email"), ("ended_at__isnull", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="lot_of_opinions_says_what_it_asks",
                violation_error_message="Un avis se demande à un service, sur une question, pour un jour.",
            ),
        ),
    ]
