-- One statement a paragraph, as analysts and their tools write them. Each must be allowed to a role that may select from
-- analytics.* and sales.orders.

SELECT 1

SELECT now()

SELECT CURRENT_DATE, CURRENT_TIMESTAMP, LOCALTIME

VALUES (1, 'one'), (2, 'two')

TABLE analytics.events

SELECT * FROM sales.orders

SELECT * FROM ONLY sales.orders LIMIT 10

SELECT count(*) FROM analytics.events;

-- daily active users
SELECT date_trunc('day', occurred_at) AS day, count(DISTINCT user_id) FROM analytics.events GROUP BY 1 ORDER BY 1

/* a comment first */ SELECT region, sum(amount) FROM sales.orders GROUP BY region HAVING sum(amount) > 1000

SELECT id FROM sales.orders WHERE note = 'please DELETE this'

SELECT id FROM sales.orders WHERE note = ' drop table x '

SELECT $q$; DROP TABLE users; --$q$ AS text

SELECT E'\'; DROP TABLE users; --' AS text

SELECT 'a;b', 'update set', 'insert into'

SELECT "update", "delete" FROM analytics.flags

SELECT "Order ID" FROM analytics.report AS "My Report"

SELECT U&"d\0061ta" FROM analytics.events

SELECT last_update, delete_flag, created_by FROM analytics.audit

SELECT o.* FROM sales.orders o

SELECT o FROM sales.orders o

SELECT (o).amount FROM sales.orders o

SELECT ROW(o.id, o.amount) FROM sales.orders o

SELECT count(o) FROM sales.orders o

SELECT orders.amount FROM sales.orders

SELECT sales.orders.amount FROM sales.orders

SELECT a.id, b.name FROM sales.orders a JOIN analytics.customers b ON a.customer_id = b.id

SELECT * FROM sales.orders LEFT JOIN analytics.customers USING (customer_id)

SELECT * FROM sales.orders NATURAL JOIN analytics.customers

SELECT * FROM sales.orders a FULL OUTER JOIN analytics.refunds b ON a.id = b.order_id WHERE b.id IS NULL

SELECT * FROM sales.orders a CROSS JOIN analytics.days d

SELECT * FROM sales.orders a, analytics.customers b WHERE a.customer_id = b.id

SELECT * FROM (sales.orders a JOIN analytics.customers b ON a.customer_id = b.id) AS j

SELECT * FROM sales.orders JOIN analytics.customers USING (customer_id) AS c

SELECT c.name, r.last FROM analytics.customers c CROSS JOIN LATERAL (SELECT max(created_at) AS last FROM sales.orders o WHERE o.customer_id = c.id) r

SELECT c.name, x.id FROM analytics.customers c LEFT JOIN LATERAL (SELECT id FROM sales.orders o WHERE o.customer_id = c.id ORDER BY created_at DESC LIMIT 3) x ON true

WITH recent AS (SELECT * FROM sales.orders WHERE created_at > now() - interval '7 days') SELECT count(*) FROM recent

WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT * FROM a, b

WITH orders AS (SELECT * FROM sales.orders) SELECT * FROM orders

WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 100) SELECT sum(n) FROM t

WITH RECURSIVE tree AS (SELECT id, parent_id, 1 AS depth FROM analytics.categories WHERE parent_id IS NULL UNION ALL SELECT c.id, c.parent_id, t.depth + 1 FROM analytics.categories c JOIN tree t ON t.id = c.parent_id) SELECT * FROM tree

WITH RECURSIVE tree(id, parent) AS (SELECT id, parent_id FROM analytics.categories UNION ALL SELECT c.id, c.parent_id FROM analytics.categories c, tree t WHERE t.id = c.parent_id) SEARCH DEPTH FIRST BY id SET ordercol SELECT * FROM tree ORDER BY ordercol

WITH RECURSIVE g(a, b) AS (SELECT a, b FROM analytics.edges UNION ALL SELECT e.a, e.b FROM analytics.edges e, g WHERE g.b = e.a) CYCLE a, b SET is_cycle USING path SELECT * FROM g

WITH m AS MATERIALIZED (SELECT * FROM analytics.events) SELECT * FROM m WHERE kind = 'view'

WITH m AS NOT MATERIALIZED (SELECT * FROM analytics.events) SELECT * FROM m

WITH outer_cte AS (SELECT 1 AS x) SELECT * FROM (WITH inner_cte AS (SELECT x FROM outer_cte) SELECT * FROM inner_cte) s

SELECT * FROM (SELECT id FROM sales.orders) s

SELECT * FROM sales.orders WHERE customer_id IN (SELECT id FROM analytics.customers WHERE country = 'NL')

SELECT * FROM sales.orders o WHERE EXISTS (SELECT 1 FROM analytics.refunds r WHERE r.order_id = o.id)

SELECT * FROM sales.orders o WHERE NOT EXISTS (SELECT FROM analytics.refunds r WHERE r.order_id = o.id)

SELECT * FROM sales.orders WHERE amount > ALL (SELECT amount FROM analytics.refunds)

SELECT * FROM sales.orders WHERE amount = ANY (ARRAY[1, 2, 3])

SELECT * FROM sales.orders WHERE id = ANY ($1)

SELECT * FROM sales.orders WHERE created_at >= $1 AND created_at < $2 LIMIT $3

SELECT (SELECT max(amount) FROM sales.orders) - amount FROM sales.orders

SELECT ARRAY(SELECT id FROM sales.orders ORDER BY id LIMIT 5)

SELECT * FROM sales.orders WHERE (customer_id, region) IN (SELECT id, region FROM analytics.customers)

SELECT * FROM sales.orders WHERE (a, b) > (1, 2)

SELECT 1 UNION SELECT 2

SELECT id FROM sales.orders UNION ALL SELECT id FROM analytics.refunds ORDER BY 1

SELECT id FROM sales.orders INTERSECT SELECT order_id FROM analytics.refunds

SELECT id FROM sales.orders EXCEPT SELECT order_id FROM analytics.refunds

(SELECT id FROM sales.orders ORDER BY id LIMIT 1) UNION ALL (SELECT id FROM analytics.refunds ORDER BY id LIMIT 1)

SELECT DISTINCT region FROM sales.orders

SELECT DISTINCT ON (customer_id) customer_id, amount FROM sales.orders ORDER BY customer_id, created_at DESC NULLS LAST

SELECT region, product, sum(amount) FROM sales.orders GROUP BY ROLLUP (region, product)

SELECT region, product, sum(amount) FROM sales.orders GROUP BY CUBE (region, product)

SELECT region, product, grouping(region), sum(amount) FROM sales.orders GROUP BY GROUPING SETS ((region), (product), ())

SELECT region, count(*) FROM sales.orders GROUP BY DISTINCT region

SELECT count(*) FILTER (WHERE amount > 100) AS large FROM sales.orders

SELECT string_agg(name, ', ' ORDER BY name) FROM analytics.customers

SELECT array_agg(DISTINCT region ORDER BY region) FROM sales.orders

SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms) FROM analytics.requests

SELECT percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY duration_ms) FROM analytics.requests

SELECT mode() WITHIN GROUP (ORDER BY region) FROM sales.orders

SELECT rank(5) WITHIN GROUP (ORDER BY amount) FROM sales.orders

SELECT id, row_number() OVER (PARTITION BY region ORDER BY amount DESC) FROM sales.orders

SELECT id, sum(amount) OVER (ORDER BY created_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM sales.orders

SELECT id, avg(amount) OVER w FROM sales.orders WINDOW w AS (PARTITION BY region ORDER BY created_at ROWS 6 PRECEDING)

SELECT id, avg(amount) OVER (ORDER BY created_at RANGE BETWEEN interval '7 days' PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) FROM sales.orders

SELECT lag(amount, 1, 0) OVER (ORDER BY id), lead(amount) OVER (ORDER BY id), first_value(amount) OVER (ORDER BY id) FROM sales.orders

SELECT ntile(4) OVER (ORDER BY amount), cume_dist() OVER (ORDER BY amount), percent_rank() OVER (ORDER BY amount) FROM sales.orders

SELECT stddev_samp(amount), variance(amount), corr(amount, tax), regr_slope(amount, tax) FROM sales.orders

SELECT CASE WHEN amount > 100 THEN 'large' WHEN amount > 10 THEN 'medium' ELSE 'small' END FROM sales.orders

SELECT CASE region WHEN 'EU' THEN 1 ELSE 0 END FROM sales.orders

SELECT coalesce(note, ''), nullif(amount, 0), greatest(1, 2), least(1, 2) FROM sales.orders

SELECT amount::numeric(10, 2), created_at::date, id::text FROM sales.orders

SELECT CAST(amount AS double precision), CAST(id AS bigint), CAST(note AS varchar(20)) FROM sales.orders

SELECT '{1,2,3}'::int[], ARRAY[[1, 2], [3, 4]]

SELECT DATE '2024-01-01' + interval '1 month' - interval '1' DAY

SELECT timestamp '2024-01-01 00:00' AT TIME ZONE 'UTC'

SELECT created_at AT TIME ZONE 'Europe/Amsterdam' FROM sales.orders

SELECT extract(epoch FROM created_at), date_part('year', created_at), to_char(created_at, 'YYYY-MM') FROM sales.orders

SELECT age(now(), created_at), date_bin('15 minutes', created_at, timestamp '2001-01-01') FROM sales.orders

SELECT make_date(2024, 1, 1), to_timestamp(0), to_date('2024-01-01', 'YYYY-MM-DD')

SELECT (date '2024-01-01', date '2024-02-01') OVERLAPS (date '2024-01-15', date '2024-03-01')

SELECT generate_series(1, 10)

SELECT d::date FROM generate_series(date '2024-01-01', date '2024-12-31', interval '1 day') AS g(d)

SELECT d.day, coalesce(sum(o.amount), 0) FROM generate_series(date '2024-01-01', date '2024-01-31', interval '1 day') AS d(day) LEFT JOIN sales.orders o ON o.created_at::date = d.day GROUP BY 1

SELECT * FROM unnest(ARRAY[1, 2, 3]) WITH ORDINALITY AS u(value, position)

SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['a', 'b', 'c'])) AS t(n, s)

SELECT e.id, tag FROM analytics.events e, unnest(e.tags) AS tag

SELECT lower(name), upper(name), initcap(name), length(name), reverse(name) FROM analytics.customers

SELECT trim(BOTH ' ' FROM name), ltrim(name), rtrim(name, 'x'), btrim(name) FROM analytics.customers

SELECT substring(name FROM 1 FOR 3), substring(name FROM '[a-z]+'), position('a' IN name), overlay(name PLACING 'x' FROM 1) FROM analytics.customers

SELECT split_part(email, '@', 2) AS domain, count(*) FROM analytics.customers GROUP BY 1 ORDER BY 2 DESC

SELECT regexp_replace(phone, '[^0-9]', '', 'g'), regexp_matches(note, '(\d+)', 'g') FROM analytics.customers

SELECT left(name, 1) || '.' || right(name, 3), concat_ws(' ', first_name, last_name), format('%s: %s', id, name) FROM analytics.customers

SELECT lpad(id::text, 8, '0'), md5(email), encode(sha256(email::bytea), 'hex') FROM analytics.customers

SELECT name FROM analytics.customers WHERE name LIKE 'A%' OR name ILIKE '%b' OR name NOT LIKE '_c%' ESCAPE '\'

SELECT name FROM analytics.customers WHERE name ~ '^[A-Z]' AND name !~* 'x$' AND name SIMILAR TO '(a|b)%'

SELECT name FROM analytics.customers WHERE name COLLATE "C" < 'b' ORDER BY name COLLATE "POSIX"

SELECT * FROM sales.orders WHERE amount BETWEEN 10 AND 20 AND tax NOT BETWEEN SYMMETRIC 5 AND 1

SELECT * FROM sales.orders WHERE region IN ('EU', 'US') AND status NOT IN (1, 2)

SELECT * FROM sales.orders WHERE note IS NULL OR amount IS NOT NULL OR paid IS TRUE OR shipped IS NOT FALSE OR x IS UNKNOWN

SELECT * FROM sales.orders WHERE a IS DISTINCT FROM b AND c IS NOT DISTINCT FROM d

SELECT NOT true, true AND false OR true, 1 = 1, 1 <> 2, 1 != 2

SELECT 1 + 2 * 3 / 4 % 5 - 6 ^ 2, |/ 4, @ -5, ~ 1, 1 << 2, 5 & 3, 5 | 3, 5 # 3

SELECT round(avg(amount), 2), ceil(1.2), floor(1.8), abs(-1), power(2, 3), sqrt(4), ln(2), log(10), exp(1), mod(5, 2), sign(-1), trunc(1.5) FROM sales.orders

SELECT width_bucket(amount, 0, 100, 10), count(*) FROM sales.orders GROUP BY 1

SELECT random(), gen_random_uuid()

SELECT 0x1F, 1_000_000, 1.5e10, B'101', X'1F'

SELECT payload ->> 'name', payload -> 'a' -> 0, payload #>> '{a,b}', payload @> '{"a": 1}', payload ? 'k' FROM analytics.events

SELECT jsonb_array_elements(payload -> 'items') ->> 'sku' FROM analytics.events

SELECT key, value FROM analytics.events, jsonb_each_text(payload)

SELECT jsonb_path_query(payload, '$.items[*] ? (@.price > 10)') FROM analytics.events

SELECT payload @? '$.a', payload @@ '$.a == 1' FROM analytics.events

SELECT payload['a']['b'], tags[1], tags[1:2] FROM analytics.events

SELECT jsonb_build_object('id', id, 'total', amount), row_to_json(o), to_jsonb(o) FROM sales.orders o

SELECT json_agg(o ORDER BY o.id), jsonb_object_agg(o.id, o.amount) FROM sales.orders o

SELECT x.a, x.b FROM analytics.events, jsonb_to_recordset(payload -> 'items') AS x(a int, b text)

SELECT JSON_VALUE(payload, '$.a' RETURNING int DEFAULT 0 ON EMPTY), JSON_QUERY(payload, '$.b' WITH WRAPPER), JSON_EXISTS(payload, '$.c') FROM analytics.events

SELECT jt.* FROM analytics.events, JSON_TABLE(payload, '$.items[*]' COLUMNS (n FOR ORDINALITY, sku text PATH '$.sku', price numeric PATH '$.price' DEFAULT 0 ON EMPTY, NESTED PATH '$.tags[*]' COLUMNS (tag text PATH '$'))) AS jt

SELECT JSON_OBJECT('a': 1, 'b': 2 ABSENT ON NULL), JSON_ARRAY(1, 2), JSON_ARRAY(SELECT id FROM sales.orders), JSON_OBJECTAGG(id: amount), JSON_ARRAYAGG(id ORDER BY id RETURNING jsonb) FROM sales.orders

SELECT JSON('{}'), JSON_SCALAR(1), JSON_SERIALIZE('{}' RETURNING text), '{}' IS JSON OBJECT

SELECT array_length(tags, 1), cardinality(tags), array_to_string(tags, ','), 'a' = ANY (tags), tags && ARRAY['x'] FROM analytics.events

SELECT int4range(1, 10) @> 5, daterange('2024-01-01', '2024-02-01') && daterange('2024-01-15', '2024-03-01'), lower(int4range(1, 10))

SELECT ip << inet '10.0.0.0/8', host(ip), masklen(ip) FROM analytics.requests

SELECT ts_headline(body, to_tsquery('late'), 'MaxWords=5, MinWords=2'), ts_headline('english', body, to_tsquery('late')) FROM analytics.tickets

SELECT to_tsvector('english', body) @@ plainto_tsquery('english', 'late delivery'), ts_rank(to_tsvector(body), to_tsquery('late')) FROM analytics.tickets

SELECT * FROM analytics.events TABLESAMPLE SYSTEM (1)

SELECT * FROM analytics.events TABLESAMPLE BERNOULLI (5) REPEATABLE (42)

SELECT * FROM sales.orders ORDER BY amount DESC NULLS LAST, id ASC OFFSET 10 LIMIT 20

SELECT * FROM sales.orders ORDER BY amount FETCH FIRST 10 ROWS WITH TIES

SELECT * FROM sales.orders ORDER BY amount USING <

SELECT id AS "from", amount AS "select" FROM sales.orders

SELECT pg_catalog.lower('A'), pg_catalog.count(*) FROM sales.orders

SELECT 1 OPERATOR(pg_catalog.+) 2

SELECT 'x'::pg_catalog.text, 1::pg_catalog.int8

SELECT make_interval(days => 3), make_interval(hours := 2)

SELECT concat(VARIADIC ARRAY['a', 'b'])

EXPLAIN (COSTS OFF) SELECT * FROM sales.orders WHERE id = 1

EXPLAIN (VERBOSE, COSTS false, FORMAT JSON) SELECT count(*) FROM analytics.events

EXPLAIN (COSTS 0, SUMMARY) SELECT 1

SELECT region, sum(amount) AS total, round(100.0 * sum(amount) / sum(sum(amount)) OVER (), 2) AS share FROM sales.orders GROUP BY region ORDER BY total DESC

WITH cohorts AS (SELECT user_id, min(date_trunc('month', occurred_at)) AS cohort FROM analytics.events GROUP BY user_id), activity AS (SELECT e.user_id, c.cohort, (extract(year FROM age(date_trunc('month', e.occurred_at), c.cohort)) * 12 + extract(month FROM age(date_trunc('month', e.occurred_at), c.cohort)))::int AS month_number FROM analytics.events e JOIN cohorts c USING (user_id)) SELECT cohort, month_number, count(DISTINCT user_id) FROM activity GROUP BY 1, 2 ORDER BY 1, 2

WITH funnel AS (SELECT user_id, max((kind = 'view')::int) AS viewed, max((kind = 'cart')::int) AS carted, max((kind = 'buy')::int) AS bought FROM analytics.events GROUP BY user_id) SELECT sum(viewed), sum(carted), sum(bought), round(sum(bought)::numeric / nullif(sum(viewed), 0), 4) FROM funnel

WITH sessions AS (SELECT user_id, occurred_at, sum(CASE WHEN gap > interval '30 minutes' OR gap IS NULL THEN 1 ELSE 0 END) OVER (PARTITION BY user_id ORDER BY occurred_at) AS session FROM (SELECT user_id, occurred_at, occurred_at - lag(occurred_at) OVER (PARTITION BY user_id ORDER BY occurred_at) AS gap FROM analytics.events) g) SELECT user_id, session, count(*), max(occurred_at) - min(occurred_at) FROM sessions GROUP BY user_id, session

SELECT date_trunc('week', created_at) AS week, sum(amount), sum(sum(amount)) OVER (ORDER BY date_trunc('week', created_at)) AS running FROM sales.orders GROUP BY 1

SELECT a.region, a.total - b.total AS change FROM (SELECT region, sum(amount) AS total FROM sales.orders WHERE created_at >= date '2024-02-01' GROUP BY 1) a JOIN (SELECT region, sum(amount) AS total FROM sales.orders WHERE created_at < date '2024-02-01' GROUP BY 1) b USING (region)

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FILTER (WHERE region = 'EU') FROM sales.orders

SELECT customer_id FROM sales.orders GROUP BY customer_id HAVING count(*) > (SELECT avg(n) FROM (SELECT count(*) AS n FROM sales.orders GROUP BY customer_id) s)

SELECT count(*), count(note), count(DISTINCT (customer_id, region)) FROM sales.orders

SELECT bool_and(paid), bool_or(paid), every(paid), bit_or(flags), any_value(region) FROM sales.orders

SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(id, label) JOIN sales.orders USING (id)

SELECT * FROM sales.orders WHERE created_at::date = CURRENT_DATE - 1

SELECT to_char(amount, 'FM999,999.00'), to_number('12', '99'), chr(65), ascii('A'), repeat('-', 10), translate('abc', 'ab', 'xy') FROM sales.orders

SELECT max(created_at) FROM sales.orders WHERE region = 'EU' AND amount > 0 AND note <> '' GROUP BY customer_id, region ORDER BY max(created_at)

SELECT id, amount, amount - avg(amount) OVER (PARTITION BY region) AS difference FROM sales.orders

SELECT string_to_array('a,b', ','), array_position(ARRAY[1, 2], 2), array_remove(ARRAY[1, 2], 1), ARRAY[1] || 2

SELECT jsonb_pretty(payload), jsonb_typeof(payload), jsonb_array_length(payload -> 'items'), payload - 'secret', payload || '{"a": 1}' FROM analytics.events
