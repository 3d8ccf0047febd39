"""AMALIA numbers and united records are indexed for those who have one: nearly nobody does (docs/decisions/0044)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0021_what_is_kept_of_lists_leaves"),
        ("geography", "0003_points_are_indexed"),
    ]

    operations = [
        migrations.AlterField(
            model_name="organisation",
            name="amalia",
            field=models.CharField(max_length=20, null=True, verbose_name="AMALIA"),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="merged_into",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="community.organisation",
            ),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="organisation_merged_into",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("amalia__isnull", False)),
                fields=("amalia",),
                name="amalia_once",
                violation_error_message="Ce numéro AMALIA est déjà celui d’une fiche.",
            ),
        ),
    ]
