"""Ask the most prominent documents first: what many documents answer is read there, by indexes much smaller.

Each thing asked chooses its shelf by how many documents have it: any of three words, or a question without one of its
filters, finds more.
"""

from django.db import migrations

# How many documents have all of this, counted as far as `_limit`. `_rarest`: in how many stands the rarest thing asked;
# `_shares`: the part of the documents that each shelf holds.
FEW = """
    CREATE FUNCTION search_few(_table regclass, _query text, _limit int, _rarest bigint, _shares float8[]) RETURNS int
    LANGUAGE plpgsql STABLE AS $$
    DECLARE
        hits int := 0;
        counting text := 'SELECT count(*) FROM (SELECT FROM %s WHERE %s tsv @@ $1::tsquery LIMIT $2) AS few';
    BEGIN
        FOR shelf IN 1 .. cardinality(_shares) LOOP
            IF _rarest * _shares[shelf] >= _limit THEN
                EXECUTE format(counting, _table, format('shelf <= %s AND', shelf)) INTO hits USING _query, _limit;
                IF hits >= _limit THEN
                    RETURN hits;
                END IF;
            END IF;
        END LOOP;
        EXECUTE format(counting, _table, '') INTO hits USING _query, _limit;
        RETURN hits;
    END
    $$
"""

# The first documents that have all of this as they stand (the most prominent), at most `_limit`: how many, their
# identifiers in the order asked, their facets.
FIRST = """
    CREATE FUNCTION search_first(
        _table regclass, _key name, _query text, _limit int, _rarest bigint, _shares float8[], _order text,
        OUT hits int, OUT ids bigint[], OUT packed_0 bytea, OUT packed_1 bytea
    ) LANGUAGE plpgsql STABLE AS $$
    DECLARE
        reading text := $first$
            SELECT count(*), array_agg(id ORDER BY %4$s),
                string_agg(int8send(packed_0), ''), string_agg(int8send(packed_1), '')
            FROM (
                SELECT %2$I AS id, packed_0, packed_1, prominence, sort_name, dated_at
                FROM %1$s WHERE %3$s tsv @@ $1::tsquery LIMIT $2
            ) AS first
        $first$;
    BEGIN
        FOR shelf IN 1 .. cardinality(_shares) LOOP
            IF _rarest * _shares[shelf] >= _limit THEN
                EXECUTE format(reading, _table, _key, format('shelf <= %s AND', shelf), _order)
                    INTO hits, ids, packed_0, packed_1 USING _query, _limit;
                IF hits >= _limit THEN
                    RETURN;
                END IF;
            END IF;
        END LOOP;
        EXECUTE format(reading, _table, _key, '', _order) INTO hits, ids, packed_0, packed_1 USING _query, _limit;
    END
    $$
"""

# The documents that answer, in one question. `_groups` are the words asked, the rarest first, each a query of its own.
#   _counts    how many documents have each of the words
#   _rarest    in how many stands the rarest of `_must`; `_rarests`: of each of `_others`
#   _shares    the part of the documents that each shelf holds
#   kept       how many of the words, from the rarest, every answer has
#   loose      no answer has even those: any of the three rarest is enough
#   answering  how many answer, at most `_cap` + 1
#   ids        the page
#   packed_…   the facets of those that answer; others_…: of those that would, without each filter (`_others`)
# The table itself is never read from end to end: what is asked may stand at its very end.
FIND = """
    CREATE FUNCTION search_find(
        _table regclass, _key name, _must text, _groups text[], _weights float8[], _name text, _others text[],
        _sort text, _first int, _size int, _cap int, _turned int, _ranked int, _enough int,
        _counts bigint[], _rarest bigint, _rarests bigint[], _shares float8[],
        OUT kept int, OUT loose boolean, OUT answering int, OUT ids bigint[], OUT packed_0 bytea, OUT packed_1 bytea,
        OUT others_0 bytea[], OUT others_1 bytea[]
    ) LANGUAGE plpgsql STABLE
    SET jit = off SET work_mem = '64MB' SET random_page_cost = 1.1 SET synchronize_seqscans = off
    SET max_parallel_workers_per_gather = 0 SET enable_seqscan = off SET enable_bitmapscan = on SET enable_sort = on
    AS $$
    DECLARE
        words int := cardinality(_groups);
        low int := 1;
        high int := words - 1;
        middle int;
        asked text;
        nearest text;
        other text;
        sorted_by text;
        found bigint[];
        best bigint[];
        other_0 bytea;
        other_1 bytea;
        rarest bigint := least(_counts[1], _rarest);
        loosely bigint := _counts[1] + coalesce(_counts[2], 0) + coalesce(_counts[3], 0);
    BEGIN
        kept := words;
        loose := false;
        IF words > 1 AND search_few(_table, search_all_of(_must, _groups, words), _enough, rarest, _shares) < _enough THEN
            WHILE low < high LOOP
                middle := (low + high + 1) / 2;
                IF search_few(_table, search_all_of(_must, _groups, middle), _enough, rarest, _shares) >= _enough THEN
                    low := middle;
                ELSE
                    high := middle - 1;
                END IF;
            END LOOP;
            kept := low;
            nearest := search_all_of(_must, _groups, kept + 1);
            loose := kept = 1 AND search_few(_table, search_all_of(_must, _groups, 1), _enough, rarest, _shares) < _enough;
        END IF;
        asked := CASE WHEN loose THEN concat_ws(' & ', nullif(_must, ''),
                                                '(' || array_to_string(_groups[1:3], ' | ') || ')')
                      ELSE search_all_of(_must, _groups, kept) END;
        sorted_by := CASE _sort WHEN 'name' THEN 'sort_name, id' WHEN 'date' THEN 'dated_at DESC NULLS LAST, id'
                         ELSE 'prominence DESC' || CASE WHEN asked <> '' THEN ', id' ELSE '' END END;
        answering := _cap + 1;
        IF asked <> '' THEN
            SELECT f.hits, f.ids, f.packed_0, f.packed_1 INTO answering, found, packed_0, packed_1
            FROM search_first(_table, _key, asked, _cap + 1, CASE WHEN loose THEN least(loosely, _rarest) ELSE rarest END,
                              _shares, sorted_by) AS f;
        END IF;

        IF asked <> '' AND _sort = 'relevance' AND words > 0 THEN
            EXECUTE format($find$
                WITH candidate AS MATERIALIZED (
                    SELECT unnest($1[1:$2]) AS id
                    UNION (SELECT %2$I FROM %1$s WHERE tsv @@ $3::tsquery LIMIT $4)
                    UNION (SELECT %2$I FROM %1$s WHERE sort_name = $5 AND tsv @@ $6::tsquery LIMIT $4)
                ), ranked AS (
                    SELECT c.id, d.prominence,
                        (SELECT sum(g.weight * ts_rank('{0.1, 0.2, 0.4, 1}', d.tsv, g.word))
                            FROM unnest($7::tsquery[], $8) AS g(word, weight))
                        * (0.5 + d.prominence)
                        * CASE WHEN d.sort_name = $5 THEN 4 WHEN starts_with(d.sort_name, $5 || ' ') THEN 2 ELSE 1 END
                        AS rank
                    FROM candidate AS c JOIN %1$s AS d ON d.%2$I = c.id
                )
                SELECT array_agg(id ORDER BY rank DESC, prominence DESC, id) FROM ranked
            $find$, _table, _key) INTO best
            USING found, _ranked, nearest, _enough, _name, asked, _groups[1:8], _weights[1:8];
            IF _first + _size > cardinality(best) THEN
                best := best || array(
                    SELECT f.id FROM unnest(found) WITH ORDINALITY AS f(id, n)
                    WHERE f.id NOT IN (SELECT unnest(best)) ORDER BY f.n
                );
            END IF;
            ids := best[_first + 1 : _first + _size];
        ELSIF answering <= _cap THEN
            ids := found[_first + 1 : _first + _size];
        ELSE
            -- Beyond the cap, an order that is not relevance is read from its index, so that it is the order of all.
            -- The table itself stands in order of prominence; when nothing is asked, the index tells what was put since.
            IF asked <> '' AND _sort = 'relevance' THEN
                ids := found[_first + 1 : least(_first + _size, _turned)];
            ELSE
                PERFORM set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true);
                EXECUTE format('SELECT array(SELECT %2$I AS id FROM %1$s %4$s ORDER BY %3$s OFFSET $2 LIMIT $3)',
                               _table, _key, replace(sorted_by, 'id', format('%I', _key)),
                               CASE WHEN asked <> '' THEN 'WHERE tsv @@ $1::tsquery' ELSE '' END)
                    INTO ids USING asked, _first, least(_size, greatest(0, _turned - _first));
                PERFORM set_config('enable_bitmapscan', 'on', true), set_config('enable_sort', 'on', true);
            END IF;
        END IF;

        FOR n IN 1 .. cardinality(_others) LOOP
            other := _others[n];
            other := CASE WHEN loose THEN concat_ws(' & ', nullif(other, ''),
                                                    '(' || array_to_string(_groups[1:3], ' | ') || ')')
                          ELSE search_all_of(other, _groups, kept) END;
            other_0 := NULL;
            other_1 := NULL;
            IF other <> '' THEN
                SELECT f.packed_0, f.packed_1 INTO other_0, other_1
                FROM search_first(_table, _key, other, _cap, least(CASE WHEN loose THEN loosely ELSE _counts[1] END, _rarests[n]),
                                  _shares, 'id') AS f;
            END IF;
            others_0 := array_append(others_0, other_0);
            others_1 := array_append(others_1, other_1);
        END LOOP;
    END
    $$
"""

BEFORE = "regclass, name, text, text[], float8[], text, text[], text, int, int, int, int, int, int"
AFTER = f"{BEFORE}, bigint[], bigint, bigint[], float8[]"


class Migration(migrations.Migration):
    dependencies = [("search", "0004_what_documents_were")]

    operations = [
        migrations.RunSQL(f"DROP FUNCTION search_find({BEFORE})", migrations.RunSQL.noop),
        migrations.RunSQL(FEW, "DROP FUNCTION search_few"),
        migrations.RunSQL(FIRST, "DROP FUNCTION search_first"),
        migrations.RunSQL(FIND, f"DROP FUNCTION search_find({AFTER})"),
    ]
