-- One statement a paragraph, as analysts, their tools and their models write them, under what it is for. Each must be allowed
-- to a role that may select from analytics.* and sales.orders. The tables are in schema.sql.

-- revenue by month and region
SELECT date_trunc('month', o.created_at)::date AS month, o.region, sum(o.amount) AS revenue, count(*) AS orders
FROM sales.orders AS o
WHERE o.created_at >= date_trunc('year', now()) AND o.state <> 'cancelled'
GROUP BY 1, 2
ORDER BY 1, 2

-- growth against the month before
WITH monthly AS (
  SELECT date_trunc('month', created_at) AS month, sum(amount) AS revenue FROM sales.orders GROUP BY 1
)
SELECT month, revenue, lag(revenue) OVER (ORDER BY month) AS before,
       round(100 * (revenue - lag(revenue) OVER w) / nullif(lag(revenue) OVER w, 0), 1) AS growth
FROM monthly WINDOW w AS (ORDER BY month)

-- growth against the same month of the year before
SELECT a.month, a.revenue, b.revenue AS year_before
FROM (SELECT date_trunc('month', created_at) AS month, sum(amount) AS revenue FROM sales.orders GROUP BY 1) a
LEFT JOIN (SELECT date_trunc('month', created_at) + interval '1 year' AS month, sum(amount) AS revenue FROM sales.orders GROUP BY 1) b USING (month)

-- the ten best customers
SELECT c.name, sum(o.amount) AS total FROM sales.orders o INNER JOIN analytics.customers c ON c.id = o.customer_id
GROUP BY c.id, c.name ORDER BY total DESC NULLS LAST FETCH FIRST 10 ROWS ONLY

-- the three best products of each region
SELECT region, product, revenue FROM (
  SELECT region, product, sum(amount) AS revenue, rank() OVER (PARTITION BY region ORDER BY sum(amount) DESC) AS place
  FROM sales.orders GROUP BY region, product
) ranked WHERE place <= 3

-- the last order of each customer
SELECT DISTINCT ON (customer_id) customer_id, id, created_at, amount FROM sales.orders ORDER BY customer_id, created_at DESC, id

-- customers who have not ordered for ninety days
SELECT c.id, c.email FROM analytics.customers c
WHERE NOT EXISTS (SELECT 1 FROM sales.orders o WHERE o.customer_id = c.id AND o.created_at > CURRENT_DATE - 90)

-- customers who have never ordered, by an outer join
SELECT c.* FROM analytics.customers c LEFT OUTER JOIN sales.orders o ON o.customer_id = c.id WHERE o.id IS NULL

-- a running total
SELECT created_at::date AS day, sum(sum(amount)) OVER (ORDER BY created_at::date ROWS UNBOUNDED PRECEDING) AS total
FROM sales.orders GROUP BY 1

-- a moving average of seven days
SELECT day, avg(revenue) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS average
FROM (SELECT created_at::date AS day, sum(amount) AS revenue FROM sales.orders GROUP BY 1) d

-- a moving sum by time
SELECT id, sum(amount) OVER (PARTITION BY customer_id ORDER BY created_at RANGE BETWEEN '30 days' PRECEDING AND CURRENT ROW) FROM sales.orders

-- a window by groups
SELECT id, count(*) OVER (ORDER BY created_at::date GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM sales.orders

-- first and last values of a window
SELECT DISTINCT customer_id, first_value(amount) OVER w, last_value(amount) OVER w, nth_value(amount, 2) OVER w
FROM sales.orders WINDOW w AS (PARTITION BY customer_id ORDER BY created_at ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)

-- the share of each region
SELECT region, sum(amount) / sum(sum(amount)) OVER () AS share FROM sales.orders GROUP BY region

-- the eighty percent of products that matter
SELECT product, revenue, cumulative FROM (
  SELECT product, sum(amount) AS revenue, sum(sum(amount)) OVER (ORDER BY sum(amount) DESC) / sum(sum(amount)) OVER () AS cumulative
  FROM sales.orders GROUP BY product
) p WHERE cumulative <= 0.8 ORDER BY revenue DESC

-- subtotals by rollup
SELECT coalesce(region, 'all') AS region, coalesce(product, 'all') AS product, sum(amount), grouping(region, product)
FROM sales.orders GROUP BY ROLLUP (region, product) ORDER BY grouping(region, product), 1, 2

-- subtotals by cube, without empty ones
SELECT region, channel, product, sum(amount) FROM sales.orders GROUP BY CUBE (region, (channel, product)) HAVING sum(amount) > 0

-- several groupings at once
SELECT region, channel, count(*) FROM sales.orders GROUP BY GROUPING SETS ((region, channel), (region), ROLLUP (channel), ())

-- several groupings without the same twice
SELECT region, channel, count(*) FROM sales.orders GROUP BY DISTINCT ROLLUP (region, channel), ROLLUP (region)

-- a pivot by filter
SELECT product, sum(amount) FILTER (WHERE region = 'EU') AS eu, sum(amount) FILTER (WHERE region = 'US') AS us,
       count(*) FILTER (WHERE NOT paid) AS unpaid
FROM sales.orders GROUP BY product

-- a pivot by case
SELECT product, sum(CASE WHEN extract(isodow FROM created_at) IN (6, 7) THEN amount ELSE 0 END) AS weekend FROM sales.orders GROUP BY 1

-- a median and other percentiles
SELECT region, percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS median,
       percentile_cont(ARRAY[0.25, 0.75, 0.99]) WITHIN GROUP (ORDER BY amount) AS quartiles
FROM sales.orders GROUP BY region

-- the most frequent value
SELECT mode() WITHIN GROUP (ORDER BY product), count(DISTINCT product) FROM sales.orders

-- an order without its outliers
WITH bounds AS (
  SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY amount) AS q1, percentile_cont(0.75) WITHIN GROUP (ORDER BY amount) AS q3 FROM sales.orders
)
SELECT o.* FROM sales.orders o CROSS JOIN bounds b WHERE o.amount BETWEEN b.q1 - 1.5 * (b.q3 - b.q1) AND b.q3 + 1.5 * (b.q3 - b.q1)

-- a histogram
SELECT width_bucket(amount, 0, 1000, 20) AS bucket, count(*), min(amount), max(amount) FROM sales.orders GROUP BY bucket ORDER BY bucket

-- a histogram by bounds
SELECT width_bucket(amount, ARRAY[0, 10, 100, 1000]::numeric[]) AS bucket, repeat('#', (count(*) / 10)::int) AS bar FROM sales.orders GROUP BY 1

-- a regression
SELECT regr_slope(amount, quantity), regr_intercept(amount, quantity), regr_r2(amount, quantity), corr(amount, quantity), covar_pop(amount, quantity) FROM sales.orders

-- the spread of a value
SELECT stddev_pop(amount), stddev_samp(amount), var_pop(amount), variance(amount), max(amount) - min(amount) FROM sales.orders

-- a standard score
SELECT id, (amount - avg(amount) OVER ()) / nullif(stddev(amount) OVER (), 0) AS z FROM sales.orders

-- every day, also those without an order
SELECT s::date AS day, count(o.id) FROM generate_series(CURRENT_DATE - interval '30 days', CURRENT_DATE, interval '1 day') AS s
LEFT JOIN sales.orders o ON o.created_at >= s AND o.created_at < s + interval '1 day' GROUP BY s ORDER BY s

-- every month and region, also those without an order
SELECT m.month, r.region, coalesce(sum(o.amount), 0)
FROM generate_series('2024-01-01'::timestamptz, '2024-12-01', '1 month') AS m(month)
CROSS JOIN (SELECT DISTINCT region FROM sales.orders) r
LEFT JOIN sales.orders o ON date_trunc('month', o.created_at) = m.month AND o.region = r.region GROUP BY 1, 2

-- hours of the day and days of the week
SELECT extract(dow FROM occurred_at) AS day, extract(hour FROM occurred_at AT TIME ZONE 'Europe/Amsterdam') AS hour, count(*)
FROM analytics.events GROUP BY 1, 2 ORDER BY 1, 2

-- weeks by their names
SELECT to_char(occurred_at, 'IYYY-"W"IW') AS week, to_char(occurred_at, 'Dy') AS day, count(*) FROM analytics.events GROUP BY 1, 2

-- buckets of a quarter of an hour
SELECT date_bin('15 minutes', occurred_at, TIMESTAMPTZ '2024-01-01') AS bucket, count(*) FROM analytics.events GROUP BY 1

-- the time between two moments in words and in hours
SELECT id, age(closed_at, opened_at), extract(epoch FROM closed_at - opened_at) / 3600 AS hours, justify_hours(closed_at - opened_at) FROM analytics.tickets

-- the end of the month
SELECT (date_trunc('month', CURRENT_DATE) + interval '1 month - 1 day')::date AS last, make_date(2024, 2, 29), make_interval(months => 1, days => 2)

-- a fiscal quarter
SELECT extract(quarter FROM created_at - interval '3 months')::int AS quarter, extract(year FROM created_at - interval '3 months') AS year, sum(amount) FROM sales.orders GROUP BY 2, 1

-- the age of customers
SELECT date_part('year', age(birth))::int / 10 * 10 AS decade, count(*) FROM analytics.customers WHERE birth IS NOT NULL GROUP BY 1

-- sales between two days
SELECT * FROM sales.orders WHERE created_at::date BETWEEN SYMMETRIC DATE '2024-03-31' AND DATE '2024-03-01'

-- sales of yesterday in another time zone
SELECT count(*) FROM sales.orders WHERE (created_at AT TIME ZONE 'America/New_York')::date = (now() AT TIME ZONE 'America/New_York')::date - 1

-- epochs and text as times
SELECT to_timestamp(1700000000), to_timestamp('05 Dec 2024', 'DD Mon YYYY'), to_date('20240131', 'YYYYMMDD'), TIMESTAMP 'epoch' + 1 * INTERVAL '1 second', timestamptz '2024-01-01 00:00+01'

-- retention by cohort
WITH first AS (SELECT user_id, date_trunc('month', min(occurred_at)) AS cohort FROM analytics.events GROUP BY 1),
activity AS (SELECT DISTINCT user_id, date_trunc('month', occurred_at) AS month FROM analytics.events)
SELECT f.cohort, (extract(year FROM a.month) - extract(year FROM f.cohort)) * 12 + extract(month FROM a.month) - extract(month FROM f.cohort) AS months, count(*)
FROM first f JOIN activity a USING (user_id) GROUP BY 1, 2 ORDER BY 1, 2

-- a funnel
SELECT count(*) FILTER (WHERE seen) AS seen, count(*) FILTER (WHERE seen AND added) AS added, count(*) FILTER (WHERE seen AND added AND bought) AS bought
FROM (SELECT user_id, bool_or(kind = 'view') AS seen, bool_or(kind = 'cart') AS added, bool_or(kind = 'purchase') AS bought FROM analytics.events GROUP BY user_id) u

-- a funnel in order of time
SELECT v.user_id, min(v.occurred_at) AS seen, min(c.occurred_at) AS bought FROM analytics.events v
JOIN LATERAL (SELECT occurred_at FROM analytics.events e WHERE e.user_id = v.user_id AND e.kind = 'purchase' AND e.occurred_at > v.occurred_at ORDER BY occurred_at LIMIT 1) c ON true
WHERE v.kind = 'view' GROUP BY v.user_id

-- sessions from the gaps between events
SELECT user_id, session, min(occurred_at) AS started, max(occurred_at) - min(occurred_at) AS lasted, count(*) FROM (
  SELECT *, count(*) FILTER (WHERE gap > interval '30 minutes') OVER (PARTITION BY user_id ORDER BY occurred_at) AS session FROM (
    SELECT user_id, occurred_at, occurred_at - lag(occurred_at) OVER (PARTITION BY user_id ORDER BY occurred_at) AS gap FROM analytics.events) g) s
GROUP BY 1, 2

-- islands of consecutive days
SELECT user_id, min(day), max(day), count(*) FROM (
  SELECT user_id, day, day - (row_number() OVER (PARTITION BY user_id ORDER BY day))::int AS island
  FROM (SELECT DISTINCT user_id, occurred_at::date AS day FROM analytics.events) d) i
GROUP BY user_id, island HAVING count(*) >= 3

-- daily, weekly and monthly users
SELECT count(DISTINCT user_id) FILTER (WHERE occurred_at > now() - interval '1 day') AS daily,
       count(DISTINCT user_id) FILTER (WHERE occurred_at > now() - interval '7 days') AS weekly,
       count(DISTINCT user_id)::float / NULLIF(count(*), 0) AS ratio
FROM analytics.events WHERE occurred_at > now() - interval '30 days'

-- the paths of users through pages
SELECT string_agg(page, ' > ' ORDER BY occurred_at) AS path, session_id FROM analytics.events GROUP BY session_id

-- pairs of pages
SELECT page, next, count(*) FROM (SELECT page, lead(page) OVER (PARTITION BY session_id ORDER BY occurred_at) AS next FROM analytics.events) t WHERE next IS NOT NULL GROUP BY page, next ORDER BY count(*) DESC LIMIT 50

-- an experiment
SELECT variant, count(*) AS users, avg(converted::int) AS rate, sqrt(avg(converted::int) * (1 - avg(converted::int)) / count(*)) AS error FROM analytics.experiments GROUP BY variant

-- an experiment tested
WITH g AS (SELECT variant, avg(value) AS m, var_samp(value) AS v, count(*) AS n FROM analytics.experiments GROUP BY variant)
SELECT (a.m - b.m) / sqrt(a.v / a.n + b.v / b.n) AS t FROM g a, g b WHERE a.variant = 'A' AND b.variant = 'B'

-- recency, frequency and value
SELECT customer_id, ntile(5) OVER (ORDER BY max(created_at)) AS recency, ntile(5) OVER (ORDER BY count(*)) AS frequency, ntile(5) OVER (ORDER BY sum(amount)) AS value FROM sales.orders GROUP BY customer_id

-- revenue that recurs, by month
SELECT m::date AS month, sum(s.mrr) FROM generate_series('2024-01-01'::date, '2024-12-01'::date, '1 month'::interval) m
JOIN analytics.subscriptions s ON s.started <= m AND (s.ended IS NULL OR s.ended > m) GROUP BY m

-- churn
SELECT date_trunc('month', churned_at) AS month, count(*)::numeric / (SELECT count(*) FROM analytics.customers) AS churn FROM analytics.customers WHERE churned_at IS NOT NULL GROUP BY 1

-- subscriptions that overlap
SELECT a.id, b.id, a.period * b.period AS both FROM analytics.subscriptions a JOIN analytics.subscriptions b ON a.id < b.id AND a.customer_id = b.customer_id AND a.period && b.period

-- the bounds of ranges
SELECT lower(period), upper(period), isempty(period), upper_inf(period), period @> CURRENT_DATE, range_merge(period, daterange('2024-01-01', NULL)) FROM analytics.subscriptions

-- ranges together
SELECT customer_id, range_agg(period), range_intersect_agg(period) FROM analytics.subscriptions GROUP BY 1

-- a span of time overlapping another
SELECT count(*) FROM analytics.sessions WHERE (started_at, ended_at) OVERLAPS (timestamptz '2024-01-01', interval '1 day')

-- the value of a field of JSON
SELECT payload ->> 'plan' AS plan, (payload -> 'price' ->> 'amount')::numeric AS price, payload #>> '{utm,source}' AS source, count(*) FROM analytics.events GROUP BY 1, 2, 3

-- events that contain something
SELECT id FROM analytics.events WHERE payload @> '{"plan": "pro"}' AND payload ? 'coupon' AND NOT payload ?| array['test', 'internal'] AND payload ?& ARRAY['a']

-- items of an array of JSON
SELECT e.id, item ->> 'sku' AS sku, (item ->> 'quantity')::int AS quantity FROM analytics.events e CROSS JOIN LATERAL jsonb_array_elements(e.payload -> 'items') AS item

-- items of an array of JSON with their places
SELECT e.id, i.position, i.item FROM analytics.events e, jsonb_array_elements(e.payload -> 'items') WITH ORDINALITY AS i(item, position)

-- keys of JSON and how often they occur
SELECT k, count(*) FROM analytics.events, jsonb_object_keys(payload) AS k GROUP BY k ORDER BY 2 DESC

-- keys and values of JSON
SELECT kv.key, kv.value, jsonb_typeof(kv.value) FROM analytics.events e, LATERAL jsonb_each(e.payload) kv WHERE jsonb_typeof(e.payload) = 'object'

-- fields of a function's row
SELECT (jsonb_each_text(payload)).key, (jsonb_each_text(payload)).value FROM analytics.events

-- a record of JSON
SELECT r.sku, r.price FROM analytics.events e, jsonb_to_recordset(e.payload -> 'items') AS r(sku text, price numeric(10, 2), sold timestamptz)

-- JSON by path
SELECT jsonb_path_query_first(payload, '$.items[*] ? (@.price > $low).sku', '{"low": 10}'), jsonb_path_exists(payload, '$.a.b'), jsonb_path_query_array(payload, '$.items[*].sku') FROM analytics.events

-- JSON with subscripts
SELECT payload['utm']['source'], payload['items'][0]['sku'] FROM analytics.events

-- JSON made of rows
SELECT jsonb_agg(jsonb_build_object('id', o.id, 'lines', to_jsonb(o) - 'note') ORDER BY o.id) FROM sales.orders o WHERE o.customer_id = 7

-- JSON made of groups
SELECT jsonb_object_agg(region, total) FROM (SELECT region, sum(amount) AS total FROM sales.orders GROUP BY region) t

-- JSON changed
SELECT jsonb_set(payload, '{a}', '1'), payload || '{"b": 2}'::jsonb, payload - 'c', payload #- '{d,e}', jsonb_strip_nulls(payload), jsonb_insert(payload, '{f}', '3') FROM analytics.events

-- rows as JSON
SELECT row_to_json(t) FROM (SELECT id, amount FROM sales.orders) t

-- SQL/JSON functions
SELECT JSON_VALUE(payload, '$.price.amount' RETURNING numeric NULL ON ERROR), JSON_QUERY(payload, '$.items' WITHOUT WRAPPER), JSON_EXISTS(payload, '$.coupon' FALSE ON ERROR) FROM analytics.events

-- a table of JSON
SELECT t.sku, sum(t.quantity) FROM analytics.events e, JSON_TABLE(e.payload, '$.items[*]' AS i COLUMNS (sku text, quantity int PATH '$.n' DEFAULT 1 ON EMPTY ERROR ON ERROR)) t GROUP BY t.sku

-- elements of an array
SELECT tag, count(*) FROM analytics.tickets, unnest(tags) AS tag GROUP BY tag ORDER BY count(*) DESC

-- elements of an array in the list
SELECT id, unnest(tags) FROM analytics.tickets

-- several arrays at once
SELECT * FROM unnest(ARRAY['a', 'b'], ARRAY[1, 2]) AS u(name, n)

-- arrays searched and joined
SELECT id FROM analytics.tickets WHERE 'urgent' = ANY (tags) AND tags @> ARRAY['billing'] AND NOT tags && ARRAY['spam'] AND cardinality(tags) > 1 AND array_position(tags, 'x') IS NULL

-- arrays made and cut
SELECT (array_agg(id ORDER BY amount DESC))[1:3] AS best, array_to_string(array_agg(DISTINCT product), ', ') FROM sales.orders GROUP BY region

-- an array of rows
SELECT ARRAY(SELECT o.id FROM sales.orders o WHERE o.customer_id = c.id ORDER BY o.id) AS orders FROM analytics.customers c

-- arrays of the list of parameters
SELECT * FROM sales.orders WHERE region = ANY ($1::text[]) AND id <> ALL ($2::bigint[])

-- words like another
SELECT name FROM analytics.customers WHERE name ILIKE '%acme%' AND email NOT LIKE '%@example.com' AND name LIKE ANY (ARRAY['A%', 'B%'])

-- regular expressions
SELECT name, (regexp_match(email, '@(.+)$'))[1] AS domain FROM analytics.customers WHERE phone ~ '^\+?[0-9 ()-]{7,}$' AND name !~* 'test'

-- regular expressions counted and split
SELECT regexp_count(body, '\mrefund\M', 1, 'i'), regexp_split_to_array(subject, '\s+'), regexp_substr(body, '[A-Z]{3}-\d+'), regexp_instr(body, 'x') FROM analytics.tickets

-- words counted
SELECT word, count(*) FROM analytics.tickets, regexp_split_to_table(lower(body), '\W+') AS word WHERE length(word) > 3 GROUP BY word ORDER BY 2 DESC LIMIT 100

-- a text cleaned
SELECT initcap(trim(both from name)), regexp_replace(phone, '\D', '', 'g'), translate(lower(email), ' ', ''), nullif(btrim(note), '') FROM analytics.customers

-- a text padded and cut
SELECT lpad(id::text, 10, '0'), left(name, 20) || CASE WHEN length(name) > 20 THEN '…' ELSE '' END, substring(email FROM position('@' IN email) + 1) FROM analytics.customers

-- a text as a list
SELECT trim(part) FROM analytics.customers, string_to_table(note, ',') AS part

-- a text formatted
SELECT format('%s <%s>', name, email), concat(first_name, ' ', last_name), concat_ws(', ', last_name, first_name), quote_literal(name) FROM analytics.customers

-- a text hashed
SELECT md5(lower(email)), encode(sha256(convert_to(email, 'UTF8')), 'hex'), encode(email::bytea, 'base64') FROM analytics.customers

-- a sample by a hash
SELECT * FROM analytics.customers WHERE abs(hashtext(id::text)) % 100 < 5

-- a sample of rows
SELECT avg(amount) FROM sales.orders TABLESAMPLE BERNOULLI (10) REPEATABLE (7)

-- a sample by chance
SELECT * FROM analytics.events ORDER BY random() LIMIT 20

-- text search by words
SELECT id, ts_rank_cd(to_tsvector('english', body), q) AS rank FROM analytics.tickets, websearch_to_tsquery('english', 'refund -spam "late delivery"') q
WHERE to_tsvector('english', body) @@ q ORDER BY rank DESC

-- text search with the configuration as a type
SELECT ts_headline('english'::regconfig, body, plainto_tsquery('pg_catalog.english', 'refund'), 'MaxWords=10, MinWords=3') FROM analytics.tickets

-- text search with weights
SELECT setweight(to_tsvector('simple', coalesce(subject, '')), 'A') || setweight(to_tsvector('simple'::regconfig, body), 'B') FROM analytics.tickets

-- text search over a document of JSON
SELECT id FROM analytics.events WHERE jsonb_to_tsvector('english', payload, '["string"]') @@ to_tsquery('english', 'pro & trial')

-- text search with a type that is a constant
SELECT body @@ 'refund'::tsquery, 'a b'::tsvector FROM analytics.tickets

-- addresses by network
SELECT network(set_masklen(ip, 24)) AS net, count(*), min(host(ip)) FROM analytics.requests WHERE ip <<= inet '10.0.0.0/8' OR family(ip) = 6 GROUP BY 1

-- percentiles of latency by path
SELECT split_part(path, '?', 1) AS path, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_ms) AS p50, percentile_disc(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99,
       avg((status >= 500)::int) AS errors
FROM analytics.requests WHERE at > now() - '1 hour'::interval GROUP BY 1 HAVING count(*) > 10

-- bytes in words
SELECT pg_size_pretty(sum(bytes)) AS traffic, pg_size_pretty(avg(pg_column_size(headers))) AS headers FROM analytics.requests

-- status codes by class
SELECT status / 100 || 'xx' AS class, count(*) FROM analytics.requests GROUP BY status / 100

-- columns that are called like functions and types
SELECT r.name, r.version, r.host, r.path, r.text, r.date, r.time, r.uuid, r.oid, r.system, r.char, r.date_in, r.length, r.user_name FROM analytics.odd_names r

-- columns that are called like system columns but for a letter
SELECT r.region, r.registered_at, r.regular_price, r.regtype_name, r.lo_revenue, r.xml_data, r.xmax_value, r._id, r._airbyte_raw_id FROM analytics.odd_names r

-- a field of a row
SELECT (o).amount, (o).created_at FROM sales.orders o

-- all fields of a row
SELECT (o).* FROM sales.orders o

-- a row as a whole
SELECT o, c FROM sales.orders o JOIN analytics.customers c ON c.id = o.customer_id

-- rows compared
SELECT * FROM sales.orders a WHERE (a.created_at, a.id) < ('2024-01-01', 100) ORDER BY a.created_at DESC, a.id DESC LIMIT 50

-- a row counted where it is there
SELECT count(o), count(o.*), count(DISTINCT o.*) FROM analytics.customers c LEFT JOIN sales.orders o ON o.customer_id = c.id

-- a tree of managers
WITH RECURSIVE chain AS (
  SELECT id, manager_id, name, ARRAY[id] AS path, 0 AS level FROM analytics.employees WHERE manager_id IS NULL
  UNION ALL
  SELECT e.id, e.manager_id, e.name, c.path || e.id, c.level + 1 FROM analytics.employees e JOIN chain c ON e.manager_id = c.id WHERE NOT e.id = ANY (c.path)
)
SELECT repeat('  ', level) || name, level FROM chain ORDER BY path

-- a graph walked to its end
WITH RECURSIVE reach(a, b, weight) AS (SELECT a, b, weight FROM analytics.edges WHERE a = 1 UNION SELECT r.a, e.b, r.weight + e.weight FROM reach r JOIN analytics.edges e ON e.a = r.b WHERE r.weight < 100)
SELECT b, min(weight) FROM reach GROUP BY b

-- a graph with a cycle
WITH RECURSIVE reach(a, b) AS (SELECT a, b FROM analytics.edges UNION ALL SELECT r.a, e.b FROM reach r, analytics.edges e WHERE e.a = r.b) CYCLE b SET is_cycle TO true DEFAULT false USING path SELECT count(*) FROM reach WHERE NOT is_cycle

-- numbers by recursion
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 12) SELECT i, i * i, factorial(i) FROM n

-- the parts of a category
WITH RECURSIVE tree AS (SELECT id, name::text AS path FROM analytics.categories WHERE parent_id IS NULL UNION ALL SELECT c.id, t.path || ' / ' || c.name FROM analytics.categories c INNER JOIN tree t ON t.id = c.parent_id) SEARCH BREADTH FIRST BY id SET position SELECT path FROM tree ORDER BY position

-- several expressions that build on one another
WITH a AS MATERIALIZED (SELECT * FROM sales.orders), b AS NOT MATERIALIZED (SELECT * FROM a WHERE paid), c AS (SELECT region, sum(amount) AS s FROM b GROUP BY region) SELECT * FROM c WHERE s > (SELECT avg(s) FROM c)

-- an expression with the name of a table
WITH customers AS (SELECT id, upper(name) AS name FROM analytics.customers) SELECT customers.name FROM customers

-- sets of rows added and taken away
(SELECT customer_id FROM sales.orders WHERE region = 'EU' UNION SELECT customer_id FROM sales.orders WHERE region = 'US') EXCEPT ALL SELECT customer_id FROM analytics.refunds ORDER BY 1 LIMIT 10

-- rows in both
SELECT customer_id FROM sales.orders INTERSECT ALL SELECT customer_id FROM analytics.subscriptions

-- a list of values as a table
SELECT o.id, s.label FROM sales.orders o JOIN (VALUES (0, 'new'), (1, 'paid'), (2, 'sent')) AS s(status, label) USING (status)

-- a list of values by itself
VALUES (1, 'a', DATE '2024-01-01'), (2, 'b', NULL) ORDER BY 1 DESC LIMIT 1

-- a query without a table
SELECT 1 + 1 AS two, 'text' AS t, NULL, TRUE, 1.5e3, current_date, localtimestamp, pi()

-- everything of a table
TABLE analytics.budgets ORDER BY month LIMIT 12

-- budget and result
SELECT b.month, b.region, b.amount AS budget, coalesce(r.amount, 0) AS result, coalesce(r.amount, 0) - b.amount AS difference
FROM analytics.budgets b FULL JOIN (SELECT date_trunc('month', created_at)::date AS month, region, sum(amount) AS amount FROM sales.orders GROUP BY 1, 2) r USING (month, region)

-- joins of several kinds
SELECT * FROM analytics.customers c NATURAL LEFT JOIN analytics.refunds r RIGHT JOIN sales.orders o ON o.id = r.order_id CROSS JOIN analytics.days d WHERE d.day = o.created_at::date

-- a join on a condition that is no equality
SELECT o.id, d.day FROM sales.orders o JOIN analytics.days d ON d.day > o.created_at::date AND d.day <= o.created_at::date + 7 AND NOT d.is_holiday

-- a join by the nearest time
SELECT r.id, m.value FROM analytics.requests r LEFT JOIN LATERAL (SELECT value FROM analytics.metrics m WHERE m.at <= r.at ORDER BY m.at DESC LIMIT 1) m ON true

-- a condition by several columns
SELECT * FROM sales.orders WHERE (region, product) IN (SELECT region, product FROM sales.orders GROUP BY 1, 2 HAVING count(*) > 5)

-- conditions of all kinds
SELECT * FROM sales.orders WHERE amount > ALL (SELECT amount FROM analytics.refunds) OR amount >= SOME (SELECT amount FROM analytics.refunds) OR note IS NOT NULL OR paid IS NOT TRUE OR discount IS DISTINCT FROM tax OR status NOT IN (1, 2, 3)

-- a value chosen
SELECT CASE WHEN amount >= 1000 THEN 'large' WHEN amount >= 100 THEN 'medium' ELSE 'small' END AS size, count(*) FROM sales.orders GROUP BY 1 ORDER BY min(amount)

-- a value where there is none
SELECT coalesce(paid_at, shipped_at, created_at), greatest(paid_at, shipped_at), least(amount, 100), nullif(region, '') FROM sales.orders

-- values that are missing
SELECT count(*) - count(note) AS without_note, num_nulls(paid_at, shipped_at), round(avg((note IS NULL)::int) * 100, 1) FROM sales.orders GROUP BY 2

-- duplicates
SELECT lower(email), count(*), array_agg(id ORDER BY id) FROM analytics.customers GROUP BY lower(email) HAVING count(*) > 1

-- the first of duplicates
SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY lower(email) ORDER BY created_at) AS n FROM analytics.customers) c WHERE n = 1

-- numbers rounded and cut
SELECT round(amount, 2), round(amount / 1000) * 1000, trunc(amount), ceil(amount), floor(amount), amount % 10, div(amount, 7), abs(-amount), sign(amount), power(amount, 0.5), ln(nullif(amount, 0)), exp(1.0), log(2, 8) FROM sales.orders

-- numbers as text
SELECT to_char(amount, 'FM999G999D00'), to_char(amount, 'L9,999.99'), amount::money, to_number('1,234.5', '9G999D9'), to_hex(255) FROM sales.orders

-- types of all kinds
SELECT amount::float8, amount::double precision, amount::integer, id::smallint, id::varchar(10), created_at::time, created_at::timestamp(0), note::char(3), paid::int, '{"a":1}'::json, '1 day'::interval, '0/24'::cidr, 'f47ac10b-58cc-4372-a567-0e02b2c3d479'::uuid FROM sales.orders

-- types of arrays
SELECT '{1,2}'::int[], ARRAY[]::text[], '{a,b}'::varchar(5)[], ARRAY[1, 2]::numeric(5, 1)[] FROM sales.orders

-- bits
SELECT flags & 4 = 4 AS third, flags | 1, flags # 3, ~flags, flags << 2, bit_or(flags) OVER (), bit_count(flags::bit(8)) FROM sales.orders

-- distance in a circle
SELECT id, point(longitude, latitude) <-> point(4.9, 52.37) AS away FROM analytics.locations WHERE circle(point(4.9, 52.37), 1) @> point(longitude, latitude) ORDER BY away LIMIT 5

-- distance on a globe
SELECT id, 2 * 6371 * asin(sqrt(pow(sin(radians(latitude - 52.37) / 2), 2) + cos(radians(52.37)) * cos(radians(latitude)) * pow(sin(radians(longitude - 4.9) / 2), 2))) AS kilometres FROM analytics.locations

-- stock against sales
SELECT i.product_id, i.quantity - coalesce(s.sold, 0) AS left_over FROM (SELECT DISTINCT ON (product_id) product_id, quantity FROM analytics.inventory ORDER BY product_id, counted_at DESC) i
LEFT JOIN (SELECT product_id, sum(quantity) AS sold FROM sales.orders WHERE created_at > CURRENT_TIMESTAMP - INTERVAL '7' DAY GROUP BY product_id) s USING (product_id)

-- products bought together
SELECT a.product, b.product, count(*) FROM sales.orders a JOIN sales.orders b ON a.customer_id = b.customer_id AND a.product < b.product AND abs(extract(epoch FROM a.created_at - b.created_at)) < 3600 GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 20

-- metrics by minute with their change
SELECT name, labels ->> 'instance' AS instance, date_trunc('minute', at) AS minute, max(value) - min(value) AS change FROM analytics.metrics WHERE name LIKE 'http\_%' GROUP BY 1, 2, 3

-- metrics filled forward
SELECT at, value, first_value(value) OVER (PARTITION BY filled ORDER BY at) AS last FROM (SELECT at, value, count(value) OVER (ORDER BY at) AS filled FROM analytics.metrics) m

-- salaries against the department
SELECT name, salary, avg(salary) OVER d AS average, dense_rank() OVER (d ORDER BY salary DESC), percent_rank() OVER (d ORDER BY salary), cume_dist() OVER (d ORDER BY salary) FROM analytics.employees WINDOW d AS (PARTITION BY department)

-- the second highest salary
SELECT max(salary) FROM analytics.employees WHERE salary < (SELECT max(salary) FROM analytics.employees)

-- the gap between budgets by self join
SELECT cur.month, cur.amount - prev.amount FROM analytics.budgets AS cur JOIN analytics.budgets AS prev ON prev.month = cur.month - interval '1 month' AND prev.region = cur.region

-- first response and resolution
SELECT priority, avg(closed_at - opened_at) FILTER (WHERE closed_at IS NOT NULL) AS resolved, count(*) FILTER (WHERE closed_at IS NULL) AS still_open, max(age(opened_at)) FROM analytics.tickets GROUP BY priority

-- texts with words of SQL in them
SELECT 'DROP TABLE users; --' AS note, 'it''s' AS quoted, $$DELETE FROM x$$ AS dollars, E'a\nb' AS escaped, U&'\0061' AS unicode, "Order ID" FROM analytics.report WHERE "Order ID" <> 'insert into'

-- comments of both kinds
SELECT region -- the region; not DELETE
, /* sum /* of */ amounts */ sum(amount) FROM sales.orders GROUP BY region;

-- an answer of a page
SELECT id, amount, count(*) OVER () AS total FROM sales.orders WHERE region = $1 ORDER BY id OFFSET $2 ROWS FETCH NEXT $3 ROWS ONLY

-- a table by its whole name
SELECT sales.orders.id, orders.amount FROM sales.orders WHERE sales.orders.region = 'EU' ORDER BY orders.amount

-- an order by a collation
SELECT name FROM analytics.customers ORDER BY name COLLATE "C", lower(name) COLLATE "und-x-icu" DESC

-- a plan without costs
EXPLAIN (COSTS OFF) SELECT region, count(*) FROM sales.orders WHERE created_at > now() - interval '1 day' GROUP BY region

-- a plan as JSON
EXPLAIN (FORMAT JSON, COSTS FALSE) WITH x AS (SELECT * FROM analytics.events) SELECT count(*) FROM x

-- random values
SELECT random(), floor(random() * 10)::int, random_normal(0, 1), gen_random_uuid(), array_sample(ARRAY[1, 2, 3], 2), array_shuffle(ARRAY[1, 2, 3])

-- a text in another order
SELECT reverse(name), ascii(name), chr(65), octet_length(name), char_length(name), starts_with(name, 'A'), name ^@ 'B', strpos(name, 'c'), overlay(name PLACING 'x' FROM 2 FOR 1), normalize(name, NFC) FROM analytics.customers

-- a link taken apart
SELECT substring(referrer FROM '^https?://([^/]+)') AS host, count(*) FROM analytics.sessions GROUP BY 1

-- devices by country as a matrix
SELECT country, jsonb_object_agg(device, n) FROM (SELECT country, device, count(*) AS n FROM analytics.sessions GROUP BY country, device) s GROUP BY country

-- sessions at the same time
SELECT t, (SELECT count(*) FROM analytics.sessions s WHERE s.started_at <= t AND s.ended_at > t) AS open FROM generate_series(now() - interval '1 day', now(), interval '1 hour') t

-- the longest of a group with its row
SELECT s.* FROM analytics.sessions s JOIN (SELECT user_id, max(duration_ms) AS duration_ms FROM analytics.sessions GROUP BY user_id) m USING (user_id, duration_ms)

-- every hundredth row
SELECT * FROM (SELECT o.*, row_number() OVER (ORDER BY id) AS n FROM sales.orders o) r WHERE n % 100 = 0

-- an approximate share by bits
SELECT bool_and(paid), every(shipped), bit_and(flags), bit_xor(flags), any_value(region) FROM sales.orders GROUP BY customer_id

-- a big series
SELECT count(*) FROM generate_series(1, 100000) AS n WHERE n % 7 = 0

-- aggregates of aggregates
SELECT avg(n), max(n) FROM (SELECT count(*) AS n FROM sales.orders GROUP BY customer_id) s

-- the type of a value as a text
SELECT pg_typeof(amount)::text, CAST(pg_typeof(note || 'x') AS text) FROM sales.orders LIMIT 1
