"""The most prominent are read as they stand in the table; what is near a commune, from the index.

Many documents are as prominent as each other: ordering them again from the index read all of these first.
"""

from django.db import migrations

# The documents that answer, in one question. `_groups` are the words asked, the rarest first, each a query of its own.
#   kept       how many of the words, from the rarest, every answer has
#   loose      no answer has even those: any of the three rarest is enough
#   answering  how many answer, at most `_cap` + 1
#   ids        the page
#   packed_…   the facets of those that answer; others_…: of those that would, without each filter (`_others`)
FIND = """
    CREATE OR REPLACE FUNCTION search_find(
        _table regclass, _key name, _must text, _groups text[], _weights float8[], _name text, _others text[],
        _sort text, _first int, _size int, _cap int, _turned int, _ranked int, _enough int,
        OUT kept int, OUT loose boolean, OUT answering int, OUT ids bigint[], OUT packed_0 bytea, OUT packed_1 bytea,
        OUT others_0 bytea[], OUT others_1 bytea[]
    ) LANGUAGE plpgsql STABLE
    SET jit = off SET work_mem = '64MB' SET random_page_cost = 1.1 SET synchronize_seqscans = off
    SET max_parallel_workers_per_gather = 0 SET enable_seqscan = on SET enable_bitmapscan = on SET enable_sort = on
    AS $$
    DECLARE
        words int := cardinality(_groups);
        low int := 1;
        high int := words - 1;
        middle int;
        hits int;
        asked text;
        nearest text;
        other text;
        sorted_by text;
        other_0 bytea;
        other_1 bytea;
        -- The planner takes each key that it has not counted for half a percent of the documents: many of them (what is
        -- near a commune) would make it read the whole table.
        scan text := CASE WHEN _must LIKE repeat('%|', 8) || '%' THEN 'off' ELSE 'on' END;
        probe text := format('SELECT count(*) FROM (SELECT FROM %s WHERE tsv @@ $1::tsquery LIMIT $2) AS few', _table);
    BEGIN
        PERFORM set_config('enable_seqscan', scan, true);
        kept := words;
        loose := false;
        IF words > 1 THEN
            EXECUTE probe INTO hits USING search_all_of(_must, _groups, words), _enough;
            IF hits < _enough THEN
                WHILE low < high LOOP
                    middle := (low + high + 1) / 2;
                    EXECUTE probe INTO hits USING search_all_of(_must, _groups, middle), _enough;
                    IF hits >= _enough THEN low := middle; ELSE high := middle - 1; END IF;
                END LOOP;
                kept := low;
                nearest := search_all_of(_must, _groups, kept + 1);
                IF kept = 1 THEN
                    EXECUTE probe INTO hits USING search_all_of(_must, _groups, 1), _enough;
                    loose := hits < _enough;
                END IF;
            END IF;
        END IF;
        asked := CASE WHEN loose THEN concat_ws(' & ', nullif(_must, ''),
                                                '(' || array_to_string(_groups[1:3], ' | ') || ')')
                      ELSE search_all_of(_must, _groups, kept) END;
        sorted_by := CASE _sort WHEN 'name' THEN 'sort_name, id' WHEN 'date' THEN 'dated_at DESC NULLS LAST, id'
                         ELSE 'prominence DESC' || CASE WHEN asked <> '' THEN ', id' ELSE '' END END;

        IF asked <> '' AND _sort = 'relevance' AND words > 0 THEN
            EXECUTE format($find$
                WITH m AS MATERIALIZED (
                    SELECT %2$I AS id, packed_0, packed_1, prominence FROM %1$s WHERE tsv @@ $1::tsquery LIMIT $2 + 1
                ), candidate AS MATERIALIZED (
                    (SELECT id FROM m ORDER BY prominence DESC, id LIMIT $3)
                    UNION (SELECT %2$I FROM %1$s WHERE tsv @@ $4::tsquery LIMIT $5)
                    UNION (SELECT %2$I FROM %1$s WHERE sort_name = $6 AND tsv @@ $1::tsquery LIMIT $5)
                ), ranked AS MATERIALIZED (
                    SELECT c.id, d.prominence,
                        (SELECT sum(g.weight * ts_rank('{0.1, 0.2, 0.4, 1}', d.tsv, g.word))
                            FROM unnest($7::tsquery[], $8) AS g(word, weight))
                        * (0.5 + d.prominence)
                        * CASE WHEN d.sort_name = $6 THEN 4 WHEN starts_with(d.sort_name, $6 || ' ') THEN 2 ELSE 1 END
                        AS rank
                    FROM candidate AS c JOIN %1$s AS d ON d.%2$I = c.id
                ), answer AS (
                    SELECT id, prominence, rank FROM ranked
                    UNION ALL SELECT id, prominence, NULL FROM m WHERE NOT EXISTS (SELECT FROM ranked r WHERE r.id = m.id)
                ), page AS (
                    SELECT row_number() OVER (ORDER BY rank DESC NULLS LAST, prominence DESC, id) AS n, id
                    FROM answer ORDER BY n OFFSET $9 LIMIT $10
                )
                SELECT (SELECT count(*) FROM m), (SELECT array_agg(id ORDER BY n) FROM page),
                    (SELECT string_agg(int8send(packed_0), '') FROM m), (SELECT string_agg(int8send(packed_1), '') FROM m)
            $find$, _table, _key) INTO answering, ids, packed_0, packed_1
            USING asked, _cap, _ranked, coalesce(nearest, asked), _enough, _name, _groups[1:8], _weights[1:8],
                _first, _size;
        ELSIF asked <> '' THEN
            EXECUTE format($find$
                WITH m AS MATERIALIZED (
                    SELECT %2$I AS id, packed_0, packed_1, prominence, sort_name, dated_at
                    FROM %1$s WHERE tsv @@ $1::tsquery LIMIT $2 + 1
                ), page AS (
                    SELECT row_number() OVER (ORDER BY %3$s) AS n, id FROM m ORDER BY n OFFSET $3 LIMIT $4
                )
                SELECT (SELECT count(*) FROM m), (SELECT array_agg(id ORDER BY n) FROM page),
                    (SELECT string_agg(int8send(packed_0), '') FROM m), (SELECT string_agg(int8send(packed_1), '') FROM m)
            $find$, _table, _key, sorted_by) INTO answering, ids, packed_0, packed_1 USING asked, _cap, _first, _size;
        ELSE
            answering := _cap + 1;
        END IF;

        -- Beyond the cap, an order that is not prominence is read from its index, so that it is the order of all. The
        -- table itself stands in order of prominence; when nothing is asked, the index tells what was put since.
        IF answering > _cap AND (asked = '' OR _sort <> 'relevance') THEN
            PERFORM set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true),
                set_config('enable_seqscan', 'off', true);
            EXECUTE format('SELECT array(SELECT %2$I AS id FROM %1$s %4$s ORDER BY %3$s OFFSET $2 LIMIT $3)',
                           _table, _key, replace(sorted_by, 'id', format('%I', _key)),
                           CASE WHEN asked <> '' THEN 'WHERE tsv @@ $1::tsquery' ELSE '' END)
                INTO ids USING asked, _first, least(_size, greatest(0, _turned - _first));
            PERFORM set_config('enable_bitmapscan', 'on', true), set_config('enable_sort', 'on', true),
                set_config('enable_seqscan', scan, true);
        END IF;

        FOREACH other IN ARRAY _others LOOP
            other := CASE WHEN loose THEN concat_ws(' & ', nullif(other, ''),
                                                    '(' || array_to_string(_groups[1:3], ' | ') || ')')
                          ELSE search_all_of(other, _groups, kept) END;
            other_0 := NULL;
            other_1 := NULL;
            IF other <> '' THEN
                EXECUTE format('SELECT string_agg(int8send(packed_0), ''''), string_agg(int8send(packed_1), '''')'
                               ' FROM (SELECT packed_0, packed_1 FROM %s WHERE tsv @@ $1::tsquery LIMIT $2) AS few',
                               _table) INTO other_0, other_1 USING other, _cap;
            END IF;
            others_0 := array_append(others_0, other_0);
            others_1 := array_append(others_1, other_1);
        END LOOP;
    END
    $$
"""


class Migration(migrations.Migration):
    dependencies = [("search", "0002_fold_look_and_find")]

    operations = [migrations.RunSQL(FIND, migrations.RunSQL.noop)]
