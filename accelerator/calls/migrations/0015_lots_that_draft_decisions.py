"""A lot may draft decisions: what each of them says is kept with it."""

from django.db import migrations, models

_DESK = ["prendre", "recevables", "instruction"]
_LETTERS = ["preparation", "signature", "notification"]


class Migration(migrations.Migration):
    dependencies = [("calls", "0014_what_the_desk_counts")]

    operations = [
        migrations.RemoveConstraint(model_name="lot", name="lot_of_letters_is_of_a_call"),
        migrations.AddField(model_name="lot", name="draft", field=models.JSONField(default=dict)),
        migrations.AlterField(
            model_name="lot",
            name="act",
            field=models.CharField(
                choices=[
                    ("prendre", "Prendre ces dossiers"),
                    ("recevables", "Déclarer recevables"),
                    ("instruction", "Ouvrir l’instruction"),
                    ("preparation", "Préparer des décisions"),
                    ("signature", "Signer des courriers"),
                    ("notification", "Notifier des décisions"),
                ],
                max_length=12,
                verbose_name="acte",
            ),
        ),
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
                    models.Q(("act", "preparation"), models.Q(("draft", {}), _negated=True)),
                    models.Q(models.Q(("act", "preparation"), _negated=True), ("draft", {})),
                    _connector="OR",
                ),
                name="lot_that_drafts_says_what",
                violation_error_message="Un lot qui prépare des décisions dit lesquelles.",
            ),
        ),
    ]
