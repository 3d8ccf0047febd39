import django.db.models.deletion
from django.db import migrations, models

# A number is looked for whole. The second index that Django makes of each unique text, for questions by its first
# letters, is asked by nobody and costs a third of the time of a bulk load (docs/decisions/0034-registers-in-bulk.md).
DROP = """
    DO $$
    DECLARE name text;
    BEGIN
        FOR name IN
            SELECT indexname FROM pg_indexes
            WHERE schemaname = current_schema() AND indexname LIKE '%\\_like'
                AND tablename IN ('community_organisation', 'registers_unit', 'registers_association')
        LOOP
            EXECUTE format('DROP INDEX %I', name);
        END LOOP;
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0013_handovers_and_yearly_checks"),
        ("geography", "0003_points_are_indexed"),
        ("registers", "0001_what_the_files_say"),
    ]

    operations = [
        migrations.AlterField(
            model_name="organisation",
            name="seat",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="geography.place",
            ),
        ),
        migrations.RunSQL(DROP, migrations.RunSQL.noop),
    ]
