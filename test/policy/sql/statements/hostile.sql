-- One attack a paragraph, under its name. None may be allowed to a role that may select from analytics.* and sales.orders.
-- The names say what the attack is after, and where it was found in the field.

-- a function called as an attribute of a constant
SELECT (10::float8).pg_sleep

-- a file read by a function called as an attribute
SELECT ('/etc/passwd'::text).pg_read_file

-- a statement run by a function called as an attribute
SELECT ('SELECT body::tsvector FROM secret.mail'::text).ts_stat

-- the same by a constant without a type
SELECT ('SELECT body::tsvector FROM secret.mail').ts_stat

-- a table asked for by a cast written as an attribute
SELECT ('secret.users'::text).regclass

-- a cast to an array of names written as an attribute
SELECT ('{secret.users}'::text)._regclass

-- a cast written as an attribute of an alias
SELECT u.regclass FROM unnest(ARRAY['secret.users']) u

-- a function called as an attribute of the alias of a function
SELECT g.pg_sleep FROM generate_series(1, 1000) g

-- a function called as an attribute of a column
SELECT (note).to_regclass FROM sales.orders

-- a function called as an attribute of a whole row
SELECT o.pg_typeof FROM sales.orders o

-- a function called as an attribute of a table that is named with its schema
SELECT sales.orders.pg_typeof FROM sales.orders

-- a function called as an attribute of a parameter
SELECT ($1).pg_read_file

-- a function called as an attribute of an element
SELECT (ARRAY['secret.users'])[1].regclass

-- a function called as an attribute of a subselect
SELECT (SELECT '/etc'::text).pg_ls_dir

-- a function called as an attribute of a choice
SELECT (CASE WHEN true THEN 'secret.users'::text END).to_regclass

-- a function called as an attribute, with escapes in its name
SELECT ('x'::text).U&"pg_\0072ead_file"

-- a function called as an attribute below an attribute
SELECT ((ROW('x'::text)).f1).pg_read_file

-- a chain of attributes
SELECT (o).note.pg_read_file FROM sales.orders o

-- an attribute in WHERE
SELECT 1 FROM sales.orders o WHERE (o.amount::float8).pg_sleep IS NULL

-- an attribute in an aggregate's filter
SELECT count(*) FILTER (WHERE ('1'::text).nextval > 0) FROM sales.orders

-- a sequence moved by an attribute
SELECT ('sales.orders_id_seq'::text).nextval

-- the input function of a type called as an attribute
SELECT ('secret.users').regclassin

-- the output function of a type called as an attribute
SELECT ('secret.users').regclassout

-- a role looked for by an access list
SELECT ('{admin=r/admin}'::text)._aclitem

-- a setting read by an attribute
SELECT ('data_directory'::text).current_setting

-- a lock taken by an attribute
SELECT (1::int8).pg_advisory_lock

-- a session ended by an attribute
SELECT pid.pg_terminate_backend FROM generate_series(1, 4000000) AS pid

-- a large object read by an attribute
SELECT ('16400').lo_get

-- a large object made by an attribute
SELECT (0).lo_create

-- a document parsed by an attribute
SELECT ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'::text).xml

-- the random numbers of the session set by an attribute
SELECT (0.5::float8).setseed

-- rows of others counted by the places of one's own
SELECT ctid FROM sales.orders

-- the places of rows by a qualified name
SELECT max(o.ctid) FROM sales.orders o

-- the places of rows by an attribute of the row
SELECT (o).ctid FROM sales.orders o

-- the places of rows in a condition alone
SELECT count(*) FROM sales.orders WHERE ctid < '(100,0)'

-- the transactions of everybody counted by the age of one's own rows
SELECT age(xmin) FROM sales.orders

-- the partition, and so the tenant, that a row is in
SELECT DISTINCT tableoid FROM sales.orders

-- the commands of other transactions
SELECT cmin, cmax, xmax FROM sales.orders

-- the places of rows in the order
SELECT id FROM sales.orders ORDER BY ctid

-- a place by its name in quotes
SELECT "ctid" FROM sales.orders

-- a place by its name with escapes
SELECT U&"\0063tid" FROM sales.orders

-- a DELETE three common table expressions deep
WITH a AS (WITH b AS (WITH c AS (DELETE FROM sales.orders RETURNING 1) SELECT 1) SELECT 1) SELECT 1

-- a DELETE in a common table expression that nobody reads
WITH ignored AS (DELETE FROM sales.orders) SELECT 'ok'

-- a DELETE in a common table expression of a subselect
SELECT * FROM (WITH d AS (DELETE FROM sales.orders RETURNING *) SELECT * FROM d) s

-- an UPDATE in a common table expression of VALUES
WITH u AS (UPDATE sales.orders SET amount = 0) VALUES (1)

-- a MERGE in a common table expression, which only PostgreSQL 17 reads
WITH m AS (MERGE INTO sales.orders o USING (VALUES (1)) v(id) ON o.id = v.id WHEN MATCHED THEN DELETE RETURNING merge_action()) SELECT * FROM m

-- an upsert that changes rows
INSERT INTO sales.orders (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET amount = 0

-- an UPDATE that gives back what was there, as PostgreSQL 18 can
UPDATE sales.orders SET amount = 0 RETURNING WITH (OLD AS before) before.amount

-- a DELETE that gives back rows, by the alias of PostgreSQL 18
DELETE FROM sales.orders RETURNING old.*

-- a MERGE of rows that only the target has
MERGE INTO sales.orders o USING analytics.events e ON o.id = e.id WHEN NOT MATCHED BY SOURCE THEN DELETE

-- rows copied into a new table with a set operation
SELECT id INTO sales.copy FROM sales.orders UNION SELECT id FROM analytics.events

-- rows copied into a temporary table
SELECT * INTO TEMPORARY TABLE t FROM sales.orders

-- a lock of rows in a common table expression
WITH l AS (SELECT id FROM sales.orders FOR UPDATE) SELECT count(*) FROM l

-- a lock of rows in a condition
SELECT 1 WHERE EXISTS (SELECT 1 FROM sales.orders FOR NO KEY UPDATE)

-- a COPY of a query to a program
COPY (SELECT 1) TO PROGRAM 'sh -c "id > /tmp/x"'

-- a COPY of a query to the client
COPY (SELECT * FROM secret.users) TO STDOUT (FORMAT csv)

-- a COPY into a table from a file
COPY sales.orders FROM '/etc/passwd' (FORMAT text)

-- a COPY into a table from a program
COPY sales.orders (note) FROM PROGRAM 'cat /etc/passwd'

-- EXPLAIN that runs what it explains, behind other options
EXPLAIN (COSTS OFF, TIMING OFF, ANALYZE) DELETE FROM sales.orders

-- EXPLAIN that runs what it explains, by the word true
EXPLAIN (COSTS OFF, ANALYZE true) SELECT 1

-- EXPLAIN that runs and serializes, as PostgreSQL 17 can
EXPLAIN (COSTS OFF, ANALYZE, SERIALIZE TEXT) SELECT * FROM sales.orders

-- EXPLAIN of CREATE TABLE AS
EXPLAIN (COSTS OFF) CREATE TABLE sales.copy AS SELECT * FROM sales.orders

-- EXPLAIN of a prepared statement
EXPLAIN (COSTS OFF) EXECUTE evil(1)

-- EXPLAIN of a cursor
EXPLAIN (COSTS OFF) DECLARE c CURSOR FOR SELECT * FROM secret.users

-- EXPLAIN that counts the memory of the server
EXPLAIN (COSTS OFF, MEMORY) SELECT 1

-- EXPLAIN of EXPLAIN is no statement
EXPLAIN EXPLAIN SELECT 1

-- EXPLAIN of a call by an attribute
EXPLAIN (COSTS OFF) SELECT ('x'::text).pg_read_file

-- a prepared DELETE
PREPARE p (int) AS DELETE FROM sales.orders WHERE id = $1

-- a prepared statement run
EXECUTE p (1)

-- a cursor opened
DECLARE c NO SCROLL CURSOR WITHOUT HOLD FOR SELECT * FROM sales.orders

-- a cursor moved
MOVE FORWARD ALL IN c

-- a block run
DO LANGUAGE plpgsql 'BEGIN EXECUTE ''DROP TABLE sales.orders''; END'

-- a procedure called
CALL sales.purge(1, 2)

-- a setting changed for the session
SET SESSION statement_timeout = 0

-- row-level security switched off
SET row_security = off

-- a setting changed for the transaction
SET LOCAL ROLE admin

-- the session made another's
SET SESSION AUTHORIZATION 'admin'

-- the transaction made writable
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE

-- the time zone changed
SET TIME ZONE 'UTC'

-- a setting of the tenant changed, which policies by setting believe
SET app.current_tenant = 'other'

-- the tenant changed by a function
SELECT set_config('app.current_tenant', 'other', false)

-- a setting reset
RESET SESSION AUTHORIZATION

-- the temporary tables dropped
DISCARD TEMPORARY

-- a setting shown
SHOW search_path

-- a read-only transaction left for another statement (GHSA-65hm-pwj5-73pw)
COMMIT; BEGIN; DELETE FROM sales.orders

-- a read-only transaction left by a prefix that a scan takes for harmless
SELECT 1; ROLLBACK; DROP TABLE sales.orders; BEGIN

-- a transaction ended and chained
COMMIT AND CHAIN

-- a transaction prepared for later
PREPARE TRANSACTION 'x'

-- a prepared transaction committed
COMMIT PREPARED 'x'

-- a savepoint released
RELEASE SAVEPOINT a

-- a lock of a table
LOCK TABLE sales.orders IN SHARE MODE NOWAIT

-- a message to other sessions
NOTIFY tenants, 'secret'

-- a message to other sessions by a function
SELECT pg_notify('tenants', note) FROM sales.orders

-- messages of other sessions
SELECT * FROM pg_listening_channels()

-- a whole schema as a document
SELECT schema_to_xml('secret', true, false, '')

-- a whole schema as a document with its types
SELECT schema_to_xml_and_xmlschema('secret', true, false, '')

-- a table's description as a document
SELECT table_to_xmlschema('secret.users', true, false, '')

-- a statement's description as a document
SELECT query_to_xmlschema('SELECT * FROM secret.users', true, false, '')

-- the whole database as a document
SELECT database_to_xml_and_xmlschema(true, false, '')

-- the description of the database
SELECT database_to_xmlschema(true, false, ''), schema_to_xmlschema('secret', true, false, ''), table_to_xml_and_xmlschema('secret.users', true, false, '')

-- a statement in a rewriting of text search
SELECT ts_rewrite(to_tsquery('a'), 'SELECT target, replacement FROM secret.aliases')

-- a statement in the statistics of text search
SELECT word, ndoc FROM ts_stat('SELECT to_tsvector(password) FROM secret.users', 'ab')

-- a cursor as a document
SELECT cursor_to_xmlschema('c', true, false, '')

-- a row of another table filled from JSON
SELECT * FROM jsonb_populate_recordset(NULL::secret.users, '[{}]')

-- a table looked for by has_table_privilege
SELECT has_table_privilege('other', 'secret.users', 'SELECT')

-- a column looked for by has_column_privilege
SELECT has_column_privilege('secret.users', 'password', 'SELECT')

-- a schema, a database, a function and a role looked for by their privileges
SELECT has_schema_privilege('secret', 'USAGE'), has_database_privilege('other', 'CONNECT'), has_function_privilege('secret.f()', 'EXECUTE'), pg_has_role('admin', 'MEMBER')

-- row-level security asked about
SELECT row_security_active('secret.users')

-- a comment read
SELECT obj_description(1259, 'pg_class'), col_description(1259, 1), shobj_description(1, 'pg_database')

-- the size of a table, and so of every tenant's rows
SELECT pg_relation_size('sales.orders'), pg_table_size('sales.orders'), pg_total_relation_size('sales.orders'), pg_indexes_size('sales.orders')

-- the size of a database and of a tablespace
SELECT pg_database_size('other'), pg_tablespace_size('pg_default')

-- the text of a view, a rule, an index, a constraint and a trigger
SELECT pg_get_viewdef('secret.v'), pg_get_ruledef(1), pg_get_indexdef(1), pg_get_constraintdef(1), pg_get_triggerdef(1)

-- the body of a function
SELECT pg_get_functiondef(1), pg_get_function_sqlbody(1), pg_get_function_arguments(1), pg_get_expr('x', 1)

-- names by numbers
SELECT format_type(1, 1), pg_describe_object(1259, 1, 0), pg_get_userbyid(10), pg_encoding_to_char(6)

-- an object identified by its number
SELECT * FROM pg_identify_object(1259, 16384, 0)

-- a number found by the name of an object
SELECT * FROM pg_get_object_address('table', '{secret,users}', '{}')

-- a relation's place in the file system
SELECT pg_relation_filepath('secret.users'), pg_relation_filenode('secret.users'), pg_filenode_relation(0, 1)

-- a name tried as the input of a type
SELECT pg_input_is_valid('secret.users', 'regclass')

-- a name tried as the input of a type, with the message of the error
SELECT * FROM pg_input_error_info('secret.users', 'regclass')

-- names looked up by functions
SELECT to_regclass('secret.users'), to_regproc('evil'), to_regprocedure('evil()'), to_regtype('secret.users'), to_regrole('admin'), to_regnamespace('secret'), to_regoper('+'), to_regoperator('+(int,int)'), to_regcollation('C')

-- a name looked up by a cast in every place of a cast
SELECT CAST('secret.users' AS regclass), 'secret.users'::regclass::oid, regclass 'secret.users', NULL::regclass = 'secret.users'

-- names looked up by casts to each kind of name
SELECT 'admin'::regrole, 'secret'::regnamespace, 'evil'::regproc, 'evil()'::regprocedure, '+'::regoper, '+(int4,int4)'::regoperator, 'text'::regtype, 'simple'::regdictionary

-- a name looked up by a configuration that PostgreSQL does not have
SELECT 'secret.config'::pg_catalog.regconfig

-- a name looked up by the configuration of a JSON document
SELECT jsonb_to_tsvector('secret.config', '{}', '"all"')

-- a name looked up by a parameter as a configuration
SELECT to_tsvector($1::regconfig, note) FROM sales.orders

-- a name looked up by a configuration that is computed
SELECT to_tsvector(('secret.' || 'config')::regconfig, note) FROM sales.orders

-- a name looked up by an array of configurations
SELECT '{secret.config}'::regconfig[]

-- a name that only begins like a configuration
SELECT to_tsvector('pg_catalog.secret', note), to_tsvector('secret.english', note) FROM sales.orders

-- the words of a dictionary
SELECT ts_lexize('secret.words', 'a')

-- the parsers of text search
SELECT * FROM ts_parse('default', 'a'), ts_token_type('default'), ts_debug('a')

-- a file listed, measured and read
SELECT pg_ls_dir('/'), pg_stat_file('/etc/passwd'), pg_read_binary_file('/etc/passwd'), pg_ls_waldir(), pg_ls_tmpdir(), pg_ls_archive_statusdir()

-- the configuration files of the server
SELECT * FROM pg_hba_file_rules(), pg_show_all_file_settings(), pg_show_all_settings(), pg_config()

-- large objects in every form
SELECT lo_creat(-1), lo_create(0), lo_open(1, 262144), loread(0, 100), lowrite(0, 'x'), lo_lseek(0, 0, 0), lo_put(1, 0, 'x'), lo_unlink(1), lo_truncate(0, 0)

-- another server asked by dblink
SELECT * FROM dblink_send_query('c', 'SELECT 1'), dblink_connect('host=169.254.169.254'), dblink_get_result('c') AS t(a int)

-- another server asked by a foreign data wrapper
SELECT postgres_fdw_get_connections(), postgres_fdw_disconnect_all()

-- time passed by a function
SELECT pg_sleep_for('1 hour'), pg_sleep_until('tomorrow')

-- locks taken by functions
SELECT pg_try_advisory_lock(1), pg_advisory_xact_lock(1), pg_advisory_lock_shared(1), pg_advisory_unlock_all()

-- sessions of others ended
SELECT pg_terminate_backend(1, 1000), pg_cancel_backend(2), pg_log_backend_memory_contexts(3)

-- sessions of others watched
SELECT * FROM pg_stat_get_activity(NULL), pg_lock_status(), pg_prepared_statement(), pg_cursor()

-- blocking sessions found
SELECT pg_blocking_pids(1), pg_safe_snapshot_blocking_pids(1), pg_isolation_test_session_is_blocked(1, '{}')

-- transactions counted
SELECT txid_current(), pg_current_xact_id(), pg_current_snapshot(), txid_current_if_assigned(), pg_xact_commit_timestamp('1'), txid_status(1)

-- a snapshot given away
SELECT pg_export_snapshot()

-- the write-ahead log
SELECT pg_current_wal_lsn(), pg_walfile_name('0/0'), pg_logical_emit_message(false, 'a', 'b'), pg_create_restore_point('x'), pg_switch_wal()

-- replication
SELECT pg_create_physical_replication_slot('a'), pg_drop_replication_slot('a'), pg_logical_slot_get_changes('a', NULL, NULL), pg_replication_origin_create('a')

-- the server told what to do
SELECT pg_reload_conf(), pg_rotate_logfile(), pg_promote(), pg_backup_start('x'), pg_stat_reset(), pg_stat_reset_shared('bgwriter')

-- statistics of tables, which count the rows of every tenant
SELECT pg_stat_get_live_tuples(1), pg_stat_get_numscans(1), pg_stat_get_tuples_inserted(1)

-- statistics changed, as PostgreSQL 18 can
SELECT pg_restore_relation_stats('schemaname', 'sales', 'relname', 'orders'), pg_clear_attribute_stats('sales', 'orders', 'id', false)

-- who and where the server is
SELECT inet_server_addr(), inet_server_port(), inet_client_addr(), version(), pg_postmaster_start_time(), pg_backend_pid(), pg_conf_load_time()

-- which database, schema and role this is
SELECT current_database(), current_schema(), current_schemas(true), current_query(), pg_my_temp_schema(), USER, CURRENT_ROLE

-- statistics and extension internals by their own schemas
SELECT * FROM pg_catalog.pg_stats, pg_catalog.pg_statistic, pg_catalog.pg_stat_activity

-- every catalog by its bare name
SELECT * FROM pg_class, pg_attribute, pg_namespace, pg_authid, pg_proc, pg_settings, pg_tables, pg_views, pg_user

-- the information schema by every name
SELECT * FROM information_schema.columns, information_schema.table_privileges, "information_schema"."tables"

-- the catalogs by escapes
SELECT * FROM U&"pg_c\0061talog".pg_authid

-- the catalogs of another database
SELECT * FROM postgres.pg_catalog.pg_authid

-- a TOAST table
SELECT * FROM pg_toast.pg_toast_16384

-- a temporary table of another session
SELECT * FROM pg_temp_7.orders

-- a catalog behind the name of an expression of another query
SELECT * FROM (WITH pg_authid AS (SELECT 1) SELECT * FROM pg_authid) a, pg_authid

-- a catalog in the first part of an expression with its own name
WITH pg_authid AS (SELECT * FROM pg_authid) SELECT * FROM pg_authid

-- a table named like a schema and a table
SELECT * FROM "analytics.events"

-- a table with a letter that only looks like another
SELECT * FROM аnalytics.events

-- a schema in capital letters
SELECT * FROM "ANALYTICS".events

-- a schema with a space at its end
SELECT * FROM "analytics ".events

-- a listed name with a quote in it
SELECT * FROM sales."orders"";--"

-- a table of a schema whose name has a listed one before it
SELECT * FROM analytics_private.users

-- a table behind TABLE in a subselect
SELECT * FROM (TABLE secret.users) s

-- a table in an array, a row and a CASE at once
SELECT ROW(ARRAY(TABLE secret.users)), CASE (SELECT 1 FROM secret.users) WHEN 1 THEN 1 END

-- a table in the frame of a window
SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN (SELECT 1 FROM secret.users) PRECEDING AND CURRENT ROW) FROM sales.orders

-- a table in GROUPING SETS
SELECT 1 FROM sales.orders GROUP BY GROUPING SETS ((id), ((SELECT 1 FROM secret.users)))

-- a table in the condition of a join
SELECT 1 FROM sales.orders a JOIN sales.orders b ON EXISTS (SELECT FROM secret.users)

-- a table in a function of FROM
SELECT * FROM unnest(ARRAY(SELECT password FROM secret.users)) u

-- a table in the subscript of an array
SELECT (ARRAY[1, 2])[(SELECT 1 FROM secret.users)]

-- a table in a slice of an array
SELECT (ARRAY[1, 2])[(SELECT 1 FROM secret.users):2]

-- a table in the arguments of a JSON path
SELECT JSON_QUERY('{}', '$' PASSING (SELECT password FROM secret.users) AS p)

-- a table in JSON_TABLE
SELECT * FROM JSON_TABLE((SELECT to_jsonb(u) FROM secret.users u LIMIT 1), '$' COLUMNS (a text PATH '$.password'))

-- a table in the default of JSON_TABLE
SELECT * FROM JSON_TABLE('{}'::jsonb, '$' COLUMNS (a text PATH '$.a' DEFAULT (SELECT password FROM secret.users) ON EMPTY))

-- a cast in a column of JSON_TABLE
SELECT * FROM JSON_TABLE('["secret.users"]'::jsonb, '$[*]' COLUMNS (a regclass PATH '$'))

-- a table in the percentage of a sample
SELECT * FROM analytics.events TABLESAMPLE BERNOULLI ((SELECT 1 FROM secret.users)) REPEATABLE ((SELECT 2 FROM secret.users))

-- a table in the part that recurs
WITH RECURSIVE t(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM t, secret.users WHERE a < 3) SELECT * FROM t

-- a table in LIMIT, OFFSET and FETCH
(SELECT 1 LIMIT (SELECT 1 FROM secret.users)) UNION (SELECT 2 OFFSET (SELECT 1 FROM secret.users))

-- a table compared with a row
SELECT (1, 2) = (SELECT 1, 2 FROM secret.users)

-- a table behind IS NOT DISTINCT FROM
SELECT 1 IS NOT DISTINCT FROM (SELECT 1 FROM secret.users)

-- a table in DISTINCT ON
SELECT DISTINCT ON ((SELECT 1 FROM secret.users)) id FROM sales.orders

-- a table in the order of an aggregate
SELECT array_agg(id ORDER BY (SELECT 1 FROM secret.users)) FROM sales.orders

-- a table in an argument with a name
SELECT make_interval(days => (SELECT 1 FROM secret.users))

-- an operator of another schema
SELECT 1 OPERATOR(secret.+) 2

-- an operator before its only operand
SELECT OPERATOR(secret.!!) 1

-- an operator of another schema with ANY and a subselect
SELECT 1 OPERATOR(secret.<) ALL (SELECT 1)

-- an operator of another schema in an order
SELECT 1 ORDER BY 1 USING OPERATOR(secret.<)

-- an operator that only an extension has
SELECT note %> 'a', note <<-> 'b' FROM sales.orders

-- a type of another schema
SELECT NULL::secret.users, '(1)'::secret.domain, ARRAY[]::secret.users[]

-- the type of a column
SELECT 1::sales.orders.id%TYPE

-- a set of a type
SELECT 'x'::SETOF text

-- a type in the definition of a record
SELECT * FROM jsonb_to_record('{}') AS r(a secret.domain)

-- a collation of another schema
SELECT note COLLATE secret.c, max(note COLLATE "secret"."c") FROM sales.orders

-- a sample by another method
SELECT * FROM analytics.events TABLESAMPLE secret.spy (1)

-- a sample by the method of an extension
SELECT * FROM analytics.events TABLESAMPLE system_rows (1)

-- the column of another place as a cursor
UPDATE sales.orders SET amount = 0 WHERE CURRENT OF c

-- XMLTABLE with an external document
SELECT * FROM XMLTABLE('/r' PASSING '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>' COLUMNS a text PATH '.')

-- XML in each form
SELECT xmlconcat('<a/>', '<b/>'), xmlforest(note), xmlpi(name a), xmlroot('<a/>', VERSION '1.0'), '<a/>' IS DOCUMENT, xmlexists('/a' PASSING '<a/>') FROM sales.orders

-- a memory bomb by repeat
SELECT repeat('x', 1000000000)

-- a memory bomb by repeat with a cast
SELECT repeat('x', 1e9::int)

-- a memory bomb by a padding
SELECT lpad('x', 500000000, 'ab'), rpad('x', 500000000)

-- a memory bomb by the width in a format
SELECT format('%1000000000s', 'x')

-- a memory bomb by the width that a format takes from its arguments
SELECT format('%*s', 1000000000, 'x')

-- a memory bomb by an array
SELECT array_fill(0, ARRAY[100000000])

-- a memory bomb by the dimensions of an array
SELECT array_fill(0, ARRAY[10000, 10000])

-- a polygon of too many points
SELECT polygon(10000000, circle(point(0, 0), 1))

-- a series that never ends
SELECT count(*) FROM generate_series(1, 10000000000)

-- a series that never ends, downwards
SELECT count(*) FROM generate_series(1000000000, -1000000000, -1)

-- a series that never ends by its small step
SELECT count(*) FROM generate_series(0, 1000000, 0.01)

-- a thousand brackets around a function
SELECT pg_catalog.pg_sleep(((((((((((((((((((((((1)))))))))))))))))))))))

-- a second statement after a comment that nests
SELECT 1 /* /* */ ; SELECT */ ; DELETE FROM sales.orders

-- a second statement behind a dollar quote
SELECT $a$ $b$ $a$; DELETE FROM sales.orders; SELECT $b$ $b$

-- a second statement behind the escape of a quote
SELECT E'\\'; DELETE FROM sales.orders; --'

-- a second statement behind a backslash that escapes nothing
SELECT '\'; DELETE FROM sales.orders; --'

-- a statement behind a leading comment (ericzakariasson/pg-mcp-server#3)
/* SELECT */ DELETE FROM sales.orders

-- a function that only FROM names (crystaldba/postgres-mcp#178)
SELECT * FROM pg_read_file('/etc/passwd') WITH ORDINALITY

-- a function of a list of functions
SELECT * FROM ROWS FROM (generate_series(1, 2), pg_ls_dir('/')) AS t(a, b)

-- a function in WITHIN GROUP
SELECT percentile_cont(pg_backend_pid()::float8) WITHIN GROUP (ORDER BY pg_sleep(1)::text) FROM sales.orders

-- a function as the name of a type for TREAT
SELECT TREAT('x' AS pg_sleep)

-- a function by the name of a schema that is not the catalog
SELECT "pg_catalog.".lower('x'), "Pg_Catalog".lower('x')

-- a function in capital letters between quotes
SELECT "LOWER"('x')

-- a function of three names
SELECT postgres.pg_catalog.lower('x')

-- a byte order mark before a statement
﻿SELECT 1

-- a space that is none
SELECT now()

-- a word of SQL with a letter that only looks like another
SЕLECT 1

-- the type of a value, which a text is compared with as the name of a table
SELECT t = 'secret.users' FROM (SELECT pg_typeof(1) AS t) s

-- the type of a value as a text, with a call in its argument
SELECT pg_typeof(pg_sleep(10))::text

-- the type of a value in an array of texts
SELECT '{secret.users}' = ARRAY[pg_typeof(1)]

-- the type of a value as another type
SELECT pg_typeof(1)::regclass

-- the type of a value by a function of another schema
SELECT secret.pg_typeof(1)::text

-- a role looked for by the input function of an access list
SELECT ('admin=r/admin').hash_aclitem
