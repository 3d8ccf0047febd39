"""A measure waits for the last day to answer, whatever was answered before: what the rule says, the database holds.

What was pronounced earlier, under the former rule, stays: the constraint is for what comes.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("labels", "0011_days_to_answer_and_hearings")]

    operations = [
        migrations.RemoveConstraint(model_name="proceeding", name="nothing_pronounced_before_the_answer"),
        AddConstraintNotValid(
            model_name="proceeding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "pronounced"), _negated=True),
                    ("decided_at__date__gt", models.F("answer_until")),
                    _connector="OR",
                ),
                name="nothing_pronounced_before_the_answer",
                violation_error_message="Rien n’est prononcé avant que le délai pour répondre soit passé.",
            ),
        ),
    ]
