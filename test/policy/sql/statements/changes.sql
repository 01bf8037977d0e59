-- One change a paragraph, under what it is for. Each must be allowed to a role that may select from, insert into, update and
-- delete from analytics.* and sales.orders, and refused to one that may only select.

-- a new row
INSERT INTO sales.orders (id, customer_id, amount, region) VALUES (5000, 7, 99.95, 'EU')

-- several new rows with parameters and defaults
INSERT INTO sales.orders (id, customer_id, amount, created_at) VALUES ($1, $2, $3, DEFAULT), (101, 7, 1 + 2, now())

-- a new row that gives back what the database made of it
INSERT INTO analytics.tickets (subject, body, priority) VALUES ('Late', 'Where is it?', 2) RETURNING id, opened_at

-- rows from a query
INSERT INTO analytics.budgets (month, region, amount) SELECT date_trunc('month', created_at)::date, region, sum(amount) * 1.1 FROM sales.orders GROUP BY 1, 2

-- rows from a common table expression
WITH late AS (SELECT id, customer_id FROM sales.orders WHERE NOT shipped) INSERT INTO analytics.tickets (subject, customer_id) SELECT 'Late order ' || id, customer_id FROM late

-- a row that may be there already
INSERT INTO analytics.days (day, is_holiday) VALUES ('2024-12-25', true) ON CONFLICT DO NOTHING

-- a row that may be there already, by its key
INSERT INTO analytics.days (day, is_holiday) VALUES ('2024-12-25', true) ON CONFLICT (day) DO NOTHING

-- an upsert
INSERT INTO analytics.days AS d (day, is_holiday) VALUES ('2024-12-25', true) ON CONFLICT (day) DO UPDATE SET is_holiday = EXCLUDED.is_holiday WHERE d.is_holiday IS DISTINCT FROM EXCLUDED.is_holiday RETURNING d.day

-- an upsert by the name of the key
INSERT INTO analytics.days (day, is_holiday) VALUES ('2024-12-26', true) ON CONFLICT ON CONSTRAINT days_pkey DO UPDATE SET is_holiday = true

-- a row of defaults
INSERT INTO analytics.tickets DEFAULT VALUES

-- a row with the number given by hand
INSERT INTO analytics.tickets (id, subject) OVERRIDING SYSTEM VALUE VALUES (1000, 'Imported')

-- a change of one row
UPDATE sales.orders SET shipped = true, shipped_at = now() WHERE id = $1

-- a change by arithmetic
UPDATE sales.orders SET amount = round(amount * 1.21, 2), note = coalesce(note, '') || ' incl.' WHERE region = 'EU' AND created_at < CURRENT_DATE

-- a change from another table
UPDATE sales.orders AS o SET region = c.country FROM analytics.customers c WHERE c.id = o.customer_id AND o.region IS NULL

-- a change of several columns by a query
UPDATE sales.orders o SET (amount, tax) = (SELECT sum(r.amount), 0 FROM analytics.refunds r WHERE r.order_id = o.id) WHERE EXISTS (SELECT 1 FROM analytics.refunds r WHERE r.order_id = o.id)

-- a change of several columns by a row
UPDATE sales.orders SET (note, discount) = ROW ('checked', DEFAULT) WHERE id = 1

-- a change inside JSON
UPDATE analytics.events SET payload['checked'] = 'true', payload['by'] = '"agent"' WHERE id = 1

-- a change of an element
UPDATE analytics.tickets SET tags[1] = 'billing', priority = DEFAULT WHERE id = 1

-- a change that gives back rows
UPDATE sales.orders SET paid = true WHERE id IN (SELECT order_id FROM analytics.refunds) RETURNING id, paid

-- a change that gives back what was and what is, as PostgreSQL 18 can
UPDATE sales.orders SET amount = amount * 0.9 WHERE id = 1 RETURNING old.amount AS was, new.amount AS is

-- a change of the rows of a queue, which others skip
UPDATE analytics.tickets SET priority = 1 WHERE id = (SELECT id FROM analytics.tickets WHERE closed_at IS NULL ORDER BY opened_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *

-- a row deleted
DELETE FROM sales.orders WHERE id = 1

-- rows deleted by another table
DELETE FROM sales.orders o USING analytics.refunds r WHERE r.order_id = o.id AND r.amount >= o.amount

-- old rows deleted
DELETE FROM analytics.events WHERE occurred_at < now() - interval '400 days' RETURNING id

-- rows deleted by a condition of a query
DELETE FROM analytics.customers c WHERE NOT EXISTS (SELECT FROM sales.orders o WHERE o.customer_id = c.id) AND c.churned_at IS NOT NULL

-- rows moved from one table to another
WITH moved AS (DELETE FROM analytics.requests WHERE at < now() - interval '30 days' RETURNING *) INSERT INTO analytics.requests_archive SELECT * FROM moved

-- a change and its record
WITH changed AS (UPDATE sales.orders SET paid = true WHERE id = 1 RETURNING id) INSERT INTO analytics.audit (object, action) SELECT id, 'paid' FROM changed RETURNING object

-- rows merged
MERGE INTO analytics.inventory i USING (SELECT product_id, sum(quantity) AS quantity FROM sales.orders GROUP BY 1) s ON i.product_id = s.product_id
WHEN MATCHED AND i.quantity <= s.quantity THEN DELETE
WHEN MATCHED THEN UPDATE SET quantity = i.quantity - s.quantity, counted_at = now()
WHEN NOT MATCHED THEN INSERT (product_id, quantity) VALUES (s.product_id, 0)

-- rows merged from both sides, as PostgreSQL 17 can
MERGE INTO analytics.budgets b USING (VALUES (DATE '2024-01-01', 'EU', 10.0)) AS v(month, region, amount) ON b.month = v.month AND b.region = v.region
WHEN NOT MATCHED BY SOURCE AND b.month < '2020-01-01' THEN DELETE
WHEN NOT MATCHED BY TARGET THEN INSERT VALUES (v.month, v.region, v.amount)
WHEN MATCHED THEN DO NOTHING
RETURNING merge_action(), b.month

-- the plan of a change
EXPLAIN (COSTS OFF) UPDATE sales.orders SET paid = true WHERE id = 1
