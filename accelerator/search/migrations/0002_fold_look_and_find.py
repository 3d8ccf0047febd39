"""Fold and stem, look words up, find: what search asks of the database, in few questions."""

from django.db import migrations

# Latin letters with their accents, capitals included: the server's collation may know nothing of them (decision 16).
ACCENTED = (
    "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöøùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢ"
    "ģĤĥĨĩĪīĬĭĮįİĴĵĶķĹĺĻļĽľŁłŃńŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžſƠơƯưǍǎǏǐǑǒǓǔ"
    "ǕǖǗǘǙǚǛǜǞǟǠǡǦǧǨǩǪǫǬǭǰǴǵǸǹǺǻǾǿȀȁȂȃȄȅȆȇȈȉȊȋȌȍȎȏȐȑȒȓȔȕȖȗȘșȚțȞȟȦȧȨȩȪȫȬȭȮȯȰȱȲȳḀḁḂḃḄḅḆḇḈḉḊḋḌḍḎḏḐ"
    "ḑḒḓḔḕḖḗḘḙḚḛḜḝḞḟḠḡḢḣḤḥḦḧḨḩḪḫḬḭḮḯḰḱḲḳḴḵḶḷḸḹḺḻḼḽḾḿṀṁṂṃṄṅṆṇṈṉṊṋṌṍṎṏṐṑṒṓṔṕṖṗṘṙṚṛṜṝṞṟṠṡṢṣṤṥṦṧṨṩṪ"
    "ṫṬṭṮṯṰṱṲṳṴṵṶṷṸṹṺṻṼṽṾṿẀẁẂẃẄẅẆẇẈẉẊẋẌẍẎẏẐẑẒẓẔẕẖẗẘẙẛẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉ"
    "ỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹ"
)
BARE = (
    "aaaaaaceeeeiiiinoooooouuuuyaaaaaaceeeeiiiinoooooouuuuyyaaaaaaccccccccddddeeeeeeeeeeggggggg"
    "ghhiiiiiiiiijjkkllllllllnnnnnnoooooorrrrrrssssssssttttuuuuuuuuuuuuwwyyyzzzzzzsoouuaaiioouu"
    "uuuuuuuuaaaaggkkoooojggnnaaooaaaaeeeeiiiioooorrrruuuusstthhaaeeooooooooyyaabbbbbbccddddddd"
    "dddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrsssssssssst"
    "tttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwysaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeii"
    "iioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy"
)

FOLD = f"""
    CREATE FUNCTION search_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT translate(lower(replace(replace(replace(replace(replace(
            $1, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss')), '{ACCENTED}', '{BARE}')
    $$
"""

# NULL for a stop word.
STEM = """
    CREATE FUNCTION search_stem(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT search_fold((ts_lexize('french_stem', $1))[1])
    $$
"""

# What an index knows of some forms of words and of some keys, in one question.
#   stems      {form: [stem, documents]} without the stop words
#   compounds  {form: [stems of its parts]} for forms that documents write with a hyphen
#   keys       {key: documents}
#   totals     {key: documents} of every facet, when asked
#   fresh      the words (as shown) that the caller's lexicon lacks, when a form is unknown
LOOK = """
    CREATE FUNCTION search_look(
        _index text, _forms text[], _keys text[], _totals boolean, _generation bigint, _since bigint,
        OUT generation bigint, OUT positions jsonb, OUT stems jsonb, OUT compounds jsonb, OUT keys jsonb,
        OUT totals jsonb, OUT fresh text[], OUT latest bigint
    ) LANGUAGE plpgsql STABLE AS $$
    DECLARE
        unknown boolean;
    BEGIN
        SELECT s.generation, s.positions INTO generation, positions FROM search_state AS s WHERE s.index = _index;
        SELECT jsonb_object_agg(l.form, jsonb_build_array(l.stem, l.documents)), bool_or(l.documents <= 0)
            INTO stems, unknown
            FROM (
                SELECT f.form, search_stem(f.form) AS stem,
                    (SELECT coalesce(sum(x.documents), 0) FROM search_lexeme AS x
                        WHERE x.index = _index AND x.lexeme = search_stem(f.form)) AS documents
                FROM unnest(_forms) AS f(form)
            ) AS l
            WHERE l.stem IS NOT NULL;
        SELECT jsonb_object_agg(c.form, c.parts) INTO compounds
            FROM (
                SELECT f.form, (SELECT jsonb_agg(search_stem(p)) FROM unnest(string_to_array(w.display, '-')) AS p
                    WHERE search_stem(p) IS NOT NULL) AS parts
                FROM unnest(_forms) AS f(form), LATERAL (
                    SELECT x.display FROM search_word AS x
                    WHERE x.index = _index AND x.word = f.form AND strpos(x.display, '-') > 0 LIMIT 1
                ) AS w
            ) AS c
            WHERE c.parts IS NOT NULL;
        SELECT jsonb_object_agg(k.key, (SELECT coalesce(sum(x.documents), 0) FROM search_lexeme AS x
                WHERE x.index = _index AND x.lexeme = k.key))
            INTO keys FROM unnest(_keys) AS k(key);
        IF _totals THEN
            SELECT jsonb_object_agg(t.lexeme, t.documents) INTO totals FROM (
                SELECT x.lexeme, sum(x.documents) AS documents FROM search_lexeme AS x
                WHERE x.index = _index AND x.lexeme >= '=' AND x.lexeme < '>' GROUP BY 1
            ) AS t;
        END IF;
        IF unknown THEN
            SELECT array_agg(x.display), max(x.id) INTO fresh, latest FROM search_word AS x
            WHERE x.index = _index AND x.id > CASE WHEN _generation = generation THEN _since ELSE 0 END;
        END IF;
    END
    $$
"""

ALL_OF = """
    CREATE FUNCTION search_all_of(_must text, _groups text[], _kept int) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT concat_ws(' & ', nullif(_must, ''), nullif(array_to_string(_groups[1:_kept], ' & '), ''))
    $$
"""

# The documents that answer, in one question. `_groups` are the words asked, the rarest first, each a query of its own.
#   kept       how many of the words, from the rarest, every answer has
#   loose      no answer has even those: any of the three rarest is enough
#   answering  how many answer, at most `_cap` + 1
#   ids        the page
#   packed_…   the facets of those that answer; others_…: of those that would, without each filter (`_others`)
FIND = """
    CREATE FUNCTION search_find(
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
        probe text := format('SELECT count(*) FROM (SELECT FROM %s WHERE tsv @@ $1::tsquery LIMIT $2) AS few', _table);
    BEGIN
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
                         ELSE 'prominence DESC, id' END;

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

        -- Beyond the cap, an order that is not relevance is read from its index, so that it is the order of all.
        IF answering > _cap AND (asked = '' OR words = 0 OR _sort <> 'relevance') THEN
            PERFORM set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true),
                set_config('enable_seqscan', 'off', true);
            EXECUTE format('SELECT array(SELECT %2$I AS id FROM %1$s %4$s ORDER BY %3$s OFFSET $2 LIMIT $3)',
                           _table, _key, replace(sorted_by, 'id', format('%I', _key)),
                           CASE WHEN asked <> '' THEN 'WHERE tsv @@ $1::tsquery' ELSE '' END)
                INTO ids USING asked, _first, least(_size, greatest(0, _turned - _first));
            PERFORM set_config('enable_bitmapscan', 'on', true), set_config('enable_sort', 'on', true),
                set_config('enable_seqscan', 'on', true);
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
    dependencies = [("search", "0001_what_search_remembers")]

    operations = [
        migrations.RunSQL(FOLD, "DROP FUNCTION search_fold"),
        migrations.RunSQL(STEM, "DROP FUNCTION search_stem"),
        migrations.RunSQL(LOOK, "DROP FUNCTION search_look"),
        migrations.RunSQL(ALL_OF, "DROP FUNCTION search_all_of"),
        migrations.RunSQL(FIND, "DROP FUNCTION search_find"),
    ]
