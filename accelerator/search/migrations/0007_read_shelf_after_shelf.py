"""Read shelf after shelf and each thing once: what is read tells how many words can be required, and counts the facets.

Before, each step of a long question and each filter in use read whole posting lists again (decision 45).
"""

from importlib import import_module

from django.db import migrations

_FORMER = import_module("accelerator.search.migrations.0002_fold_look_and_find")
ACCENTED, BARE = _FORMER.ACCENTED, _FORMER.BARE

# The documents that have all of these parts, in the order of the table (the most prominent first), at most `_limit`:
# shelf after shelf, then all that is on none.
#   _parts      what every document has: words, keys, any of some keys; each a query of its own
#   _counts     how many documents have each part, or are thought to; `_everything`: how many there are
#   _more       words to look for in the documents themselves: `level` says how many of them, in order, a document has
#   _filters    the same for conditions in no order: `passed` has the bit of each
#   _without_…  the bits of the facets that no document may have
#   _shares     which share of the documents the first shelf holds, the first two, the first three…
# What orders the answers is given for the order asked only.
READ = """
    CREATE FUNCTION search_read(
        _table regclass, _key name, _parts text[], _counts bigint[], _everything bigint, _more text[], _filters text[],
        _sort text, _limit int, _shares float8[], _without_0 bigint DEFAULT 0, _without_1 bigint DEFAULT 0
    ) RETURNS TABLE (
        id bigint, packed_0 bigint, packed_1 bigint, prominence float8, sort_name text, dated_at timestamptz,
        level int, passed int
    ) LANGUAGE plpgsql STABLE
    SET jit = off SET work_mem = '64MB' SET random_page_cost = 1.1 SET max_parallel_workers_per_gather = 0
    SET enable_seqscan = off SET enable_bitmapscan = on
    AS $$
    DECLARE
        fewest bigint := (SELECT min(c) FROM unnest(_counts) AS c);
        -- A list of more than half of the documents takes longer to read than they do: they are looked at instead.
        looked text := (
            SELECT string_agg(p, ' & ') FROM unnest(_parts, _counts) AS x(p, c)
            WHERE c = fewest OR 2 * c <= _everything
        );
        tested text := (
            SELECT string_agg(p, ' & ') FROM unnest(_parts, _counts) AS x(p, c)
            WHERE c > fewest AND 2 * c > _everything
        );
        levels text := (
            SELECT string_agg(format('WHEN NOT tsv @@ %L::tsquery THEN %s', word, n - 1), ' ' ORDER BY n)
            FROM unnest(_more) WITH ORDINALITY AS m(word, n)
        );
        passes text := (
            SELECT string_agg(format('((tsv @@ %L::tsquery)::int << %s)', filter, n - 1), ' + ')
            FROM unnest(_filters) WITH ORDINALITY AS f(filter, n)
        );
        reading text := format('SELECT %I, packed_0, packed_1, ', _key)
            || CASE _sort WHEN 'name' THEN 'NULL::float8, sort_name, NULL::timestamptz, '
                WHEN 'date' THEN 'NULL::float8, NULL, dated_at, ' ELSE 'prominence, NULL, NULL::timestamptz, ' END
            || CASE WHEN levels <> '' THEN format('CASE %s ELSE %s END, ', levels, cardinality(_more)) ELSE '0, ' END
            || coalesce(passes, '0') || format(' FROM %s WHERE tsv @@ %L::tsquery', _table, looked)
            || CASE WHEN tested <> '' THEN format(' AND CASE WHEN tsv @@ %L::tsquery THEN true END', tested)
                ELSE '' END
            || CASE WHEN _without_0 <> 0 THEN format(' AND packed_0 & %s = 0', _without_0) ELSE '' END
            || CASE WHEN _without_1 <> 0 THEN format(' AND packed_1 & %s = 0', _without_1) ELSE '' END;
        expected float8 := fewest;
        found int := 0;
        met int;
        last int := 0;
    BEGIN
        FOR shelf IN 1 .. cardinality(_shares) LOOP
            -- All the shelves would not hold enough: everything is read at once.
            EXIT WHEN expected * _shares[cardinality(_shares)] < _limit;
            RETURN QUERY EXECUTE reading || format(' AND shelf = %s LIMIT %s', shelf, _limit - found);
            GET DIAGNOSTICS met = ROW_COUNT;
            found := found + met;
            last := shelf;
            IF found >= _limit THEN
                RETURN;
            END IF;
            -- What was met tells more than what was counted; a few more, for what chance hides.
            expected := (found + 10) / _shares[shelf];
        END LOOP;
        RETURN QUERY EXECUTE reading || format(' AND shelf > %s LIMIT %s', last, _limit - found);
    END
    $$
"""

# The documents that answer, in one question.
#   _fixed      what every answer has, whatever the words and filters (places, numbers); `_fixed_counts`
#   _filters    the filters in use, each a query; `_filter_counts`
#   _groups     the words asked, the rarest first, each a query; `_counts`
#   _begin      how many of the words to look for first; `_filtered`: the filters too
#   _expected   how many documents are expected to have the first word, the first two… and to pass the filters
#   _enough     the last words are not required when fewer documents than that have them all
#   kept        how many of the words, from the rarest, every answer has
#   loose       no answer has even those: any of the three rarest is enough
#   answering   how many answer, at most `_cap` + 1
#   ids         the page, when `_size` is not zero
#   packed_…    the facets of those that answer; others_…: of those that would, without each filter
#
# Note [Each thing is read once]
# What is looked for first is expected to have few answers: these are then asked which other words and filters they
# have. When there are at most `_cap` of them, nothing else is read: how many words can be required, what answers, what
# would answer without each filter all come from them. When there are more, the filters are looked for too, then more
# words, until what is read is what answers.
FIND = """
    CREATE FUNCTION search_find(
        _table regclass, _key name, _fixed text[], _fixed_counts bigint[], _filters text[], _filter_counts bigint[],
        _groups text[], _counts bigint[], _weights float8[], _everything bigint, _begin int, _filtered boolean,
        _expected float8[], _name text, _sort text, _first int, _size int, _cap int, _turned int, _ranked int,
        _enough int, _shares float8[],
        OUT kept int, OUT loose boolean, OUT answering int, OUT ids bigint[], OUT packed_0 bytea, OUT packed_1 bytea,
        OUT others_0 bytea[], OUT others_1 bytea[]
    ) LANGUAGE plpgsql STABLE
    SET jit = off SET work_mem = '64MB' SET random_page_cost = 1.1 SET synchronize_seqscans = off
    SET max_parallel_workers_per_gather = 0 SET enable_seqscan = off SET enable_bitmapscan = on SET enable_sort = on
    AS $$
    DECLARE
        words int := cardinality(_groups);
        whole int := (1 << cardinality(_filters)) - 1;
        most int := words;  -- no more words can be required
        filtered boolean := _filtered;
        parts text[];
        counts bigint[];
        all_parts text[];
        all_counts bigint[];
        filters text[];
        read int;
        passing int;
        more int;
        further bigint[];
        found bigint[];
        nearest bigint[];
        best bigint[];
        asked text;
        other_0 bytea;
        other_1 bytea;
    BEGIN
        kept := _begin;
        loose := false;
        answering := _cap + 1;
        WHILE words + cardinality(_filters || _fixed) > 0 LOOP
            parts := _fixed || _groups[1:kept];
            counts := _fixed_counts || _counts[1:kept];
            IF loose THEN
                parts := _fixed || ('(' || array_to_string(_groups[1:3], ' | ') || ')');
                counts := _fixed_counts || (SELECT sum(c)::bigint FROM unnest(_counts[1:3]) AS c);
            END IF;
            filters := CASE WHEN filtered THEN '{}' ELSE _filters END;
            all_parts := parts || CASE WHEN filtered THEN _filters END;
            all_counts := counts || CASE WHEN filtered THEN _filter_counts END;
            IF kept = most AND filters = '{}' THEN
                SELECT count(*),
                    array_agg(d.id ORDER BY d.sort_name COLLATE "C", d.dated_at DESC NULLS LAST, d.prominence DESC,
                              d.id),
                    string_agg(int8send(d.packed_0), ''), string_agg(int8send(d.packed_1), '')
                INTO read, found, packed_0, packed_1
                FROM search_read(
                    _table, _key, all_parts, all_counts, _everything, '{}', '{}', _sort, _cap + 1, _shares) AS d;
                passing := read;
                more := 0;
                further := NULL;
            ELSE
                WITH document AS MATERIALIZED (
                    SELECT d.*, d.passed = CASE WHEN filtered THEN 0 ELSE whole END AS passes FROM search_read(
                        _table, _key, all_parts, all_counts, _everything,
                        CASE WHEN loose THEN '{}' ELSE _groups[kept + 1 : most] END, filters, _sort, _cap + 1, _shares
                    ) AS d
                ), level AS (
                    SELECT d.level, count(*) AS documents FROM document AS d WHERE d.passes GROUP BY 1
                ), required AS (
                    SELECT coalesce(max(n), 0) AS level FROM generate_series(0, most - kept) AS n
                    WHERE (SELECT sum(documents) FROM level WHERE level.level >= n) >= _enough
                ), answer AS (
                    SELECT d.*, d.level > r.level AS further
                    FROM document AS d JOIN required AS r ON d.passes AND d.level >= r.level
                ), other AS (
                    SELECT n, string_agg(int8send(d.packed_0), '') AS packed_0,
                        string_agg(int8send(d.packed_1), '') AS packed_1
                    FROM generate_series(0, cardinality(filters) - 1) AS n CROSS JOIN required AS r
                    LEFT JOIN document AS d ON d.passed | (1 << n) = whole AND d.level >= r.level GROUP BY n
                )
                SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM document AS d WHERE d.passes),
                    (SELECT r.level FROM required AS r),
                    (SELECT array_agg(a.id ORDER BY a.sort_name COLLATE "C", a.dated_at DESC NULLS LAST,
                                      a.prominence DESC, a.id) FROM answer AS a),
                    (SELECT array_agg(a.id) FROM answer AS a WHERE a.further),
                    (SELECT string_agg(int8send(a.packed_0), '') FROM answer AS a),
                    (SELECT string_agg(int8send(a.packed_1), '') FROM answer AS a),
                    (SELECT array_agg(o.packed_0 ORDER BY o.n) FROM other AS o),
                    (SELECT array_agg(o.packed_1 ORDER BY o.n) FROM other AS o)
                INTO read, passing, more, found, further, packed_0, packed_1, others_0, others_1;
            END IF;

            IF read > _cap AND filters <> '{}' THEN
                filtered := true;
            ELSIF words < 2 OR loose OR read > _cap AND kept = most THEN
                EXIT;
            ELSIF read > _cap THEN
                kept := kept + 1;
            ELSIF passing >= _enough THEN
                kept := kept + more;
                parts := _fixed || _groups[1:kept];
                counts := _fixed_counts || _counts[1:kept];
                nearest := coalesce(further, nearest);
                EXIT;
            ELSE
                nearest := found;
                loose := kept = 1;
                most := greatest(1, kept - 1);
                kept := coalesce((SELECT max(n) FROM generate_series(1, most) AS n WHERE _expected[n] >= _enough), 1);
            END IF;
        END LOOP;
        asked := array_to_string(parts || _filters, ' & ');
        IF asked <> '' THEN
            answering := coalesce(cardinality(found), 0);
        END IF;

        IF _size = 0 THEN
            ids := '{}';
        ELSIF asked <> '' AND _sort = 'relevance' AND words > 0 THEN
            EXECUTE format($find$
                WITH candidate AS MATERIALIZED (
                    SELECT unnest($1[1:$2] || $3) AS id
                    UNION (SELECT %2$I FROM %1$s WHERE sort_name = $4 AND tsv @@ $5::tsquery LIMIT $6)
                ), ranked AS (
                    SELECT c.id, d.prominence, (%3$s) * (0.5 + d.prominence)
                        * CASE WHEN d.sort_name = $4 THEN 4 WHEN starts_with(d.sort_name, $4 || ' ') THEN 2 ELSE 1 END
                        AS rank
                    FROM candidate AS c JOIN %1$s AS d ON d.%2$I = c.id
                )
                SELECT array_agg(id ORDER BY rank DESC, prominence DESC, id) FROM ranked
            $find$, _table, _key, (
                SELECT string_agg(
                    format('%s::float8 * ts_rank(''{0.1, 0.2, 0.4, 1}'', d.tsv, %L::tsquery)', weight, word), ' + ')
                FROM unnest(_groups[1:8], _weights[1:8]) AS g(word, weight)
            )) INTO best USING found, _ranked, nearest, _name, asked, _enough;
            IF _first + _size > cardinality(best) THEN
                best := best || array(
                    SELECT f.id FROM unnest(found) WITH ORDINALITY AS f(id, n)
                    WHERE f.id NOT IN (SELECT unnest(best)) ORDER BY f.n
                );
            END IF;
            ids := best[_first + 1 : _first + _size];
        ELSIF answering <= _cap THEN
            ids := found[_first + 1 : _first + _size];
        ELSIF asked <> '' AND _sort = 'relevance' THEN
            ids := found[_first + 1 : least(_first + _size, _turned)];
        ELSE
            -- Beyond the cap, an order that is not relevance is read from its index, so that it is the order of all.
            -- The table itself stands in order of prominence; when nothing is asked, the index tells what was put
            -- since.
            PERFORM set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true);
            EXECUTE format('SELECT array(SELECT %2$I FROM %1$s %4$s ORDER BY %3$s OFFSET $2 LIMIT $3)',
                           _table, _key,
                           CASE _sort WHEN 'name' THEN format('sort_name, %I', _key)
                               WHEN 'date' THEN format('dated_at DESC NULLS LAST, %I', _key) ELSE 'prominence DESC' END,
                           CASE WHEN asked <> '' THEN 'WHERE tsv @@ $1::tsquery' ELSE '' END)
                INTO ids USING asked, _first, least(_size, greatest(0, _turned - _first));
            PERFORM set_config('enable_bitmapscan', 'on', true), set_config('enable_sort', 'on', true);
        END IF;

        FOR n IN 1 .. CASE WHEN filtered THEN cardinality(_filters) ELSE 0 END LOOP
            other_0 := NULL;
            other_1 := NULL;
            IF cardinality(parts || _filters) > 1 THEN
                SELECT string_agg(int8send(d.packed_0), ''), string_agg(int8send(d.packed_1), '') INTO other_0, other_1
                FROM search_read(
                    _table, _key, parts || _filters[: n - 1] || _filters[n + 1 :],
                    counts || _filter_counts[: n - 1] || _filter_counts[n + 1 :],
                    _everything, '{}', '{}', '', _cap, _shares
                ) AS d;
            END IF;
            others_0[n] := other_0;
            others_1[n] := other_1;
        END LOOP;
    END
    $$
"""

# Letters without accents, as stems mostly are, have nothing to be looked for in the list of accents.
FOLD = f"""
    CREATE OR REPLACE FUNCTION search_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT CASE WHEN octet_length($1) = char_length($1) THEN lower($1) ELSE
            translate(lower(replace(replace(replace(replace(replace(
                $1, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss')), '{ACCENTED}', '{BARE}')
        END
    $$
"""

FORMER_FEW = "regclass, text, int, bigint, float8[]"
FORMER_FIRST = "regclass, name, text, int, bigint, float8[], text"
FORMER_FIND = (
    "regclass, name, text, text[], float8[], text, text[], text, int, int, int, int, int, int,"
    " bigint[], bigint, bigint[], float8[]"
)
READ_OF = "regclass, name, text[], bigint[], bigint, text[], text[], text, int, float8[], bigint, bigint"
FIND_OF = (
    "regclass, name, text[], bigint[], text[], bigint[], text[], bigint[], float8[], bigint, int, boolean,"
    " float8[], text, text, int, int, int, int, int, int, float8[]"
)


class Migration(migrations.Migration):
    dependencies = [("search", "0006_draw_the_generations")]

    operations = [
        migrations.RunSQL(f"DROP FUNCTION search_find({FORMER_FIND})", migrations.RunSQL.noop),
        migrations.RunSQL(f"DROP FUNCTION search_first({FORMER_FIRST})", migrations.RunSQL.noop),
        migrations.RunSQL(f"DROP FUNCTION search_few({FORMER_FEW})", migrations.RunSQL.noop),
        migrations.RunSQL("DROP FUNCTION search_all_of(text, text[], int)", migrations.RunSQL.noop),
        migrations.RunSQL(FOLD, _FORMER.FOLD.replace("CREATE", "CREATE OR REPLACE")),
        migrations.RunSQL(READ, f"DROP FUNCTION search_read({READ_OF})"),
        migrations.RunSQL(FIND, f"DROP FUNCTION search_find({FIND_OF})"),
    ]
