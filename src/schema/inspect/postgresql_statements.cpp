// Raw, so that it can be read, and run by hand.
#include "postgresql_statements.hpp"

#include "reading.hpp"

namespace kin::schema {

namespace {

constexpr std::string_view shown_schema = "CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname::text END";
/// As statements name it: c is the relation, n its namespace.
constexpr std::string_view written_table =
    "CASE WHEN n.nspname = current_schema() THEN quote_ident(c.relname) ELSE format('%I.%I', n.nspname, c.relname) END";

/// `$schema`, `$table` and `$in` stand for what is above, and for the condition on the namespace.
std::string filled_in(std::string_view sql, const std::string& in_schemas) {
    std::string out;
    while (!sql.empty()) {
        const std::size_t at = sql.find('$');
        out += sql.substr(0, at);
        if (at == std::string_view::npos) break;
        sql.remove_prefix(at);
        const auto put = [&](std::string_view what, std::string_view text) {
            if (!sql.starts_with(what)) return false;
            out += text;
            sql.remove_prefix(what.size());
            return true;
        };
        if (put("$schema", shown_schema) || put("$table", written_table) || put("$in", in_schemas)) continue;
        out += '$';
        sql.remove_prefix(1);
    }
    return out;
}

}  // namespace

postgresql_statements::postgresql_statements(const std::vector<std::string>& schemas) {
    in_schemas_ = "n.nspname = current_schema()";
    if (schemas.empty()) return;
    std::string list;
    for (const std::string& s : schemas) list += (list.empty() ? "" : ", ") + in_quotes(s, '\'');
    in_schemas_ = "n.nspname IN (" + list + ")";
}

std::string postgresql_statements::relations() const {
    // Tables that others inherit from, or are partitions of, come before those.
    return filled_in(R"(
SELECT c.oid::int8, $schema, c.relname::text, c.relkind::text, obj_description(c.oid, 'pg_class'),
       concat_ws(' ',
           (SELECT 'INHERITS (' || string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) || ')'
            FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid AND NOT c.relispartition),
           CASE WHEN c.relkind = 'p' THEN 'PARTITION BY ' || pg_get_partkeydef(c.oid) END,
           CASE WHEN c.reloptions IS NOT NULL THEN 'WITH (' || array_to_string(c.reloptions, ', ') || ')' END),
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE $in AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY (
    WITH RECURSIVE above AS (
        SELECT i.inhparent, 1 AS height FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid
        UNION ALL
        SELECT i.inhparent, height + 1 FROM above JOIN pg_catalog.pg_inherits i ON i.inhrelid = above.inhparent)
    SELECT coalesce(max(height), 0) FROM above),
    n.nspname, CASE WHEN c.relkind IN ('v', 'm') THEN c.oid::int8 ELSE 0 END, c.relname)",
                     in_schemas_);
}

std::string postgresql_statements::columns() const {
    // A serial column has the default of its own sequence, which is named after it and as CREATE TABLE would make it.
    return filled_in(R"(
SELECT c.oid::int8, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::int, a.attidentity::text,
       a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid),
       CASE WHEN a.attcollation <> t.typcollation THEN o.collname::text END, col_description(c.oid, a.attnum),
       EXISTS (SELECT 1 FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_class s ON s.oid = p.objid
               JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
               WHERE p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass AND p.refobjid = c.oid
               AND p.refobjsubid = a.attnum AND p.deptype = 'a' AND s.relnamespace = c.relnamespace
               AND s.relname = c.relname || '_' || a.attname || '_seq' AND q.seqtypid = a.atttypid AND q.seqstart = 1
               AND q.seqincrement = 1 AND q.seqcache = 1 AND NOT q.seqcycle AND EXISTS (
                   SELECT 1 FROM pg_catalog.pg_depend u WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid
                   AND u.refobjid = s.oid))::int
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation
WHERE $in AND c.relkind IN ('r', 'p', 'v', 'm')
ORDER BY c.oid, a.attnum)",
                     in_schemas_);
}

std::string postgresql_statements::constraints() const {
    // Left out are the ones that a key to a partitioned table has for each of its partitions.
    return filled_in(R"(
SELECT k.oid::int8, k.conrelid::int8, k.conname::text, k.contype::text,
       CASE WHEN NOT k.condeferrable THEN 0 WHEN k.condeferred THEN 2 ELSE 1 END, k.convalidated::int,
       pg_get_constraintdef(k.oid), pg_get_expr(k.conbin, k.conrelid),
       CASE WHEN tn.nspname = current_schema() THEN '' ELSE tn.nspname::text END, tc.relname::text,
       k.confdeltype::text, k.confupdtype::text, a.attname::text, ta.attname::text, quote_ident(a.attname)
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class tc ON tc.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = tc.relnamespace
LEFT JOIN LATERAL generate_subscripts(k.conkey, 1) AS at ON true
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[at]
LEFT JOIN pg_catalog.pg_attribute ta ON ta.attrelid = k.confrelid AND ta.attnum = k.confkey[at]
WHERE $in AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)
ORDER BY k.oid, at)",
                     in_schemas_);
}

std::string postgresql_statements::indexes() const {
    // What an older version does not have yet is asked of the row as JSON.
    return filled_in(R"(
SELECT i.indexrelid::int8, i.indrelid::int8, x.relname::text, i.indisunique::int,
       (coalesce(to_jsonb(i) ->> 'indnullsnotdistinct', 'false') = 'false')::int, m.amname::text,
       array_to_string(x.reloptions, ', '), pg_get_expr(i.indpred, i.indrelid), obj_description(i.indexrelid, 'pg_class'),
       i.indisvalid::int, pg_get_indexdef(i.indexrelid), (at <= i.indnkeyatts)::int, a.attname::text,
       CASE WHEN i.indkey[at - 1] = 0 THEN pg_get_indexdef(i.indexrelid, at, false) END,
       CASE WHEN at <= i.indnkeyatts THEN i.indoption[at - 1] & 1 ELSE 0 END,
       CASE WHEN at <= i.indnkeyatts THEN (i.indoption[at - 1] & 2) / 2 ELSE 0 END,
       CASE WHEN at <= i.indnkeyatts AND i.indcollation[at - 1] <> 0
            AND i.indcollation[at - 1] <> coalesce(a.attcollation, t.typcollation) AND (a.attname IS NOT NULL OR
                strpos(pg_get_indexdef(i.indexrelid), pg_get_indexdef(i.indexrelid, at, false) || ' COLLATE ') > 0)
            THEN l.collname::text END,
       CASE WHEN at <= i.indnkeyatts AND (NOT o.opcdefault OR xa.attoptions IS NOT NULL) THEN
            CASE WHEN pg_opclass_is_visible(o.oid) THEN quote_ident(o.opcname)
                 ELSE format('%I.%I', s.nspname, o.opcname) END
            || coalesce(' (' || array_to_string(xa.attoptions, ', ') || ')', '') END
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am m ON m.oid = x.relam
CROSS JOIN LATERAL generate_series(1, i.indnatts) AS at
JOIN pg_catalog.pg_attribute xa ON xa.attrelid = i.indexrelid AND xa.attnum = at
JOIN pg_catalog.pg_type t ON t.oid = xa.atttypid
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[at - 1] AND a.attnum > 0
LEFT JOIN pg_catalog.pg_opclass o ON at <= i.indnkeyatts AND o.oid = i.indclass[at - 1]
LEFT JOIN pg_catalog.pg_namespace s ON s.oid = o.opcnamespace
LEFT JOIN pg_catalog.pg_collation l ON at <= i.indnkeyatts AND l.oid = i.indcollation[at - 1]
WHERE $in AND c.relkind IN ('r', 'p', 'm') AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY x.relname, i.indexrelid, at)",
                     in_schemas_);
}

std::string postgresql_statements::enums() const {
    return filled_in(R"(
SELECT $schema, t.typname::text, obj_description(t.oid, 'pg_type'), e.enumlabel::text
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
WHERE $in AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
ORDER BY n.nspname, t.typname, e.enumsortorder)",
                     in_schemas_);
}

std::string postgresql_statements::statements_of_tables() const {
    return filled_in(R"(
SELECT c.oid::int8, s.kind, s.name, s.sql
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT 0, 'trigger', t.tgname::text, pg_get_triggerdef(t.oid, true) FROM pg_catalog.pg_trigger t
    WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgparentid = 0
    UNION ALL
    SELECT 1, '', t.tgname::text, format('ALTER TABLE %s %s TRIGGER %I', $table, CASE t.tgenabled WHEN 'D' THEN 'DISABLE'
        WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, t.tgname)
    FROM pg_catalog.pg_trigger t
    WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled <> 'O'
    UNION ALL
    SELECT 2, '', '', format('ALTER TABLE %s ATTACH PARTITION %s %s', i.inhparent::regclass, $table,
        pg_get_expr(c.relpartbound, c.oid)) FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid AND c.relispartition
    UNION ALL
    SELECT 3, '', '', format('ALTER TABLE %s SET UNLOGGED', $table) WHERE c.relpersistence = 'u' AND c.relkind <> 'p'
    UNION ALL
    SELECT 4, '', '', format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', $table) WHERE c.relrowsecurity
    UNION ALL
    SELECT 5, '', '', format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', $table) WHERE c.relforcerowsecurity
    UNION ALL
    SELECT 6, '', p.polname::text, format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', p.polname, $table,
        CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
        CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
        ELSE 'ALL' END, (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END, ', ')
        FROM unnest(p.polroles) AS r))
        || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
        || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
    FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid
    UNION ALL
    SELECT 7, '', r.rulename::text, rtrim(pg_get_ruledef(r.oid, true), ';') FROM pg_catalog.pg_rewrite r
    WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN'
    UNION ALL
    SELECT 8, '', x.stxname::text, pg_get_statisticsobjdef(x.oid) FROM pg_catalog.pg_statistic_ext x
    WHERE x.stxrelid = c.oid
    UNION ALL
    SELECT 9, '', '', format('ALTER TABLE %s REPLICA IDENTITY %s', $table,
        CASE c.relreplident WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END) 
    WHERE c.relreplident IN ('f', 'n') AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT 10, '', a.attname::text, format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE %s', $table, a.attname,
        CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END)
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attstorage <> t.typstorage
    AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT 11, '', a.attname::text, format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION %s', $table, a.attname,
        CASE a.attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END)
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attcompression IN ('l', 'p')
    AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT 12, '', a.attname::text, format('ALTER TABLE %s ALTER COLUMN %I SET START WITH %s SET INCREMENT BY %s '
        'SET MINVALUE %s SET MAXVALUE %s SET CACHE %s%s', $table, a.attname, q.seqstart, q.seqincrement, q.seqmin,
        q.seqmax, q.seqcache, CASE WHEN q.seqcycle THEN ' SET CYCLE' ELSE '' END)
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_class'::regclass
        AND d.refobjid = c.oid AND d.refobjsubid = a.attnum AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
    JOIN pg_catalog.pg_sequence q ON q.seqrelid = d.objid
    WHERE a.attrelid = c.oid AND a.attidentity <> '' AND (q.seqstart <> 1 OR q.seqincrement <> 1 OR q.seqmin <> 1
        OR q.seqcache <> 1 OR q.seqcycle OR q.seqmax <> CASE q.seqtypid WHEN 'int2'::regtype THEN 32767
            WHEN 'int4'::regtype THEN 2147483647 ELSE 9223372036854775807 END)
    UNION ALL
    SELECT 13, '', k.conname::text, format('COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname, $table, d.description)
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_description d ON d.objoid = k.oid
        AND d.classoid = 'pg_constraint'::regclass WHERE k.conrelid = c.oid
    UNION ALL
    SELECT 14, 'sequence', a.attname::text, format('ALTER SEQUENCE %s OWNED BY %s.%I', s.oid::regclass, $table, a.attname)
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_class'::regclass
        AND d.refobjid = c.oid AND d.refobjsubid = a.attnum AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
    JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S' WHERE a.attrelid = c.oid
    UNION ALL
    SELECT 15, '', a.attname::text, format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', $table, a.attname,
        pg_get_expr(d.adbin, d.adrelid)) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_attrdef d
        ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = c.oid AND c.relkind = 'v'
) AS s (rank, kind, name, sql)
WHERE $in AND c.relkind IN ('r', 'p', 'v', 'm')
ORDER BY c.oid, s.rank, s.name)",
                     in_schemas_);
}

std::string postgresql_statements::others() const {
    return filled_in(R"(
SELECT o.what, $schema, o.name, o.sql
FROM pg_catalog.pg_namespace n CROSS JOIN LATERAL (
    SELECT 0, 'EXTENSION', e.extname::text, format('CREATE EXTENSION IF NOT EXISTS %I', e.extname), 0::oid
    FROM pg_catalog.pg_extension e WHERE e.extnamespace = n.oid
    UNION ALL
    SELECT 1, 'SEQUENCE', s.relname::text, format('CREATE SEQUENCE %s AS %s START WITH %s INCREMENT BY %s MINVALUE %s '
        'MAXVALUE %s CACHE %s%s', s.oid::regclass, format_type(q.seqtypid, NULL), q.seqstart, q.seqincrement, q.seqmin,
        q.seqmax, q.seqcache, CASE WHEN q.seqcycle THEN ' CYCLE' ELSE '' END), s.oid
    FROM pg_catalog.pg_class s JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
    WHERE s.relnamespace = n.oid AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('i', 'e'))
    UNION ALL
    SELECT 2, 'DOMAIN', t.typname::text, format('CREATE DOMAIN %s AS %s', t.oid::regtype,
        format_type(t.typbasetype, t.typtypmod)) || coalesce(' DEFAULT ' || t.typdefault, '')
        || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
        || coalesce((SELECT string_agg(format(' CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), ''
            ORDER BY k.conname) FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), ''), t.oid
    FROM pg_catalog.pg_type t WHERE t.typnamespace = n.oid AND t.typtype = 'd'
    UNION ALL
    SELECT 2, 'TYPE', t.typname::text, format('CREATE TYPE %s AS (%s)', t.oid::regtype,
        (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
         FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)), t.oid
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_class r ON r.oid = t.typrelid AND r.relkind = 'c'
    WHERE t.typnamespace = n.oid
    UNION ALL
    SELECT 2, 'TYPE', t.typname::text, format('CREATE TYPE %s AS RANGE (subtype = %s)', t.oid::regtype,
        format_type(r.rngsubtype, NULL)), t.oid
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid WHERE t.typnamespace = n.oid
    UNION ALL
    SELECT 3, CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.proname::text,
        CASE WHEN n.nspname = current_schema() THEN overlay(pg_get_functiondef(p.oid) PLACING ''
            FROM strpos(pg_get_functiondef(p.oid), quote_ident(n.nspname) || '.') FOR length(quote_ident(n.nspname)) + 1)
        ELSE pg_get_functiondef(p.oid) END, p.oid
    FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid AND p.prokind <> 'a'
    UNION ALL
    SELECT 4, 'AGGREGATE', p.proname::text, format('CREATE AGGREGATE %I (%s) (SFUNC = %s, STYPE = %s%s%s)', p.proname,
        CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END, g.aggtransfn,
        format_type(g.aggtranstype, NULL), CASE WHEN g.aggfinalfn = 0 THEN '' ELSE ', FINALFUNC = ' || g.aggfinalfn::text
        END, coalesce(', INITCOND = ' || quote_literal(g.agginitval), '')), p.oid
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_aggregate g ON g.aggfnoid = p.oid WHERE p.pronamespace = n.oid
    UNION ALL
    SELECT 5, 'FOREIGN TABLE', c.relname::text, format('CREATE FOREIGN TABLE %s (%s) SERVER %I%s', $table,
        (SELECT string_agg(format('%I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END), ', ' ORDER BY a.attnum)
         FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), s.srvname,
        coalesce(' OPTIONS (' || (SELECT string_agg(format('%I %L', x.option_name, x.option_value), ', ')
            FROM pg_options_to_table(f.ftoptions) x) || ')', '')), c.oid
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid
    JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver WHERE c.relnamespace = n.oid
) AS o (rank, what, name, sql, oid)
WHERE $in AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = o.oid AND d.deptype = 'e' AND o.oid <> 0
    AND d.classid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass))
ORDER BY n.nspname, o.rank, o.oid, o.name)",
                     in_schemas_);
}

}  // namespace kin::schema
