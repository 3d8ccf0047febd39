"""What many documents of the first shelf answer is read in order of prominence, wherever they stand in the table.

A document written since the last rebuild stands at the end of it: it would not be among the first three thousand that a
word of most documents finds, however prominent (decision 61). What few are expected to answer is read whole anyway.
"""

from importlib import import_module

from django.db import migrations

_FORMER = import_module("accelerator.search.migrations.0007_read_shelf_after_shelf")
_READ = _FORMER.READ.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
_AS_THEY_STAND = "reading || format(' AND shelf = %s LIMIT %s', shelf, _limit - found)"
# Four times what chance would put there: prominent documents say more. The sum keeps the index of prominence, which
# would be read from end to end for what few answer, out of the plan.
_IN_ORDER = """reading || format(' AND shelf = %s%s LIMIT %s', shelf,
                CASE WHEN shelf = 1 AND 4 * expected * _shares[1] >= _limit
                    THEN format(' ORDER BY prominence + 0 DESC, %I', _key) ELSE '' END, _limit - found)"""


class Migration(migrations.Migration):
    dependencies = [("search", "0008_keep_the_plans_of_looking_up")]

    operations = [migrations.RunSQL(_READ.replace(_AS_THEY_STAND, _IN_ORDER), _READ)]
