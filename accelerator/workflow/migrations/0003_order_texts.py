"""The key by which texts are in the order of a dictionary (`workflow.ordering`)."""

from django.db import migrations

ACCENTED = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸàáâãäåçèéêëìíîïñòóôõöùúûüýÿ’«"
BARE = "aaaaaaceeeeiiiinooooouuuuyyaaaaaaceeeeiiiinooooouuuuyy'"  # « has none: it is left out

# Figures are padded to twenty, so that 2 comes before 10.
SORTED = f"""
    CREATE FUNCTION workflow_sorted(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        said text := translate(
            lower(replace(replace(replace(replace(replace(given, '« ', ''), 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae')),
            '{ACCENTED}', '{BARE.replace("'", "''")}'
        );
    BEGIN
        IF said ~ '[0-9]' THEN
            said := regexp_replace(said, '[0-9]+', '0000000000000000000\\&', 'g');
            said := regexp_replace(said, '0*([0-9]{{20}})(?![0-9])', '\\1', 'g');
        END IF;
        RETURN ltrim(said);
    END
    $$
"""


class Migration(migrations.Migration):
    dependencies = [("workflow", "0002_cache_table")]

    operations = [migrations.RunSQL(SORTED, "DROP FUNCTION workflow_sorted(text)")]
