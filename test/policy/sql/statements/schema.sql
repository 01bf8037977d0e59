-- The tables that the statements of this folder name, for PostgreSQL.
CREATE SCHEMA sales;
CREATE SCHEMA analytics;
CREATE SCHEMA secret;

CREATE TABLE secret.users (id int, password text);
CREATE TABLE secret.mail (body text);

CREATE TABLE sales.orders (
  id bigint PRIMARY KEY, customer_id bigint, product_id bigint, product text, region text, channel text, state text,
  amount numeric(12, 2), tax numeric, discount numeric, quantity int, status int, flags int, note text,
  a int, b int, c int, d int, x boolean, paid boolean, shipped boolean,
  created_at timestamptz DEFAULT now(), paid_at timestamptz, shipped_at timestamptz
);

CREATE TABLE analytics.events (
  id bigint, user_id bigint, session_id uuid, occurred_at timestamptz, kind text, page text, data text, payload jsonb, tags text[]
);
CREATE TABLE analytics.customers (
  id bigint, customer_id bigint, name text, first_name text, last_name text, email text, phone text, country text, region text,
  note text, birth date, created_at timestamptz, churned_at timestamptz
);
CREATE TABLE analytics.refunds (id bigint, order_id bigint, customer_id bigint, amount numeric);
CREATE TABLE analytics.days (day date PRIMARY KEY, is_holiday boolean);
CREATE TABLE analytics.categories (id int, parent_id int, name text);
CREATE TABLE analytics.edges (a int, b int, weight int);
CREATE TABLE analytics.flags ("update" text, "delete" text);
CREATE TABLE analytics.report ("Order ID" text);
CREATE TABLE analytics.audit (object bigint, action text, last_update timestamptz, delete_flag boolean, created_by text);
CREATE TABLE analytics.requests (
  id bigint, at timestamptz, ip inet, path text, status int, duration_ms int, bytes bigint, headers jsonb
);
CREATE TABLE analytics.requests_archive (LIKE analytics.requests);
CREATE TABLE analytics.tickets (
  id bigint GENERATED ALWAYS AS IDENTITY, customer_id bigint, subject text, body text, priority int DEFAULT 3, tags text[],
  opened_at timestamptz DEFAULT now(), closed_at timestamptz
);
CREATE TABLE analytics.experiments (user_id bigint, variant text, converted boolean, value numeric);
CREATE TABLE analytics.subscriptions (
  id bigint, customer_id bigint, plan text, mrr numeric, started date, ended date, period daterange
);
CREATE TABLE analytics.sessions (
  user_id bigint, started_at timestamptz, ended_at timestamptz, device text, country text, referrer text, duration_ms int
);
CREATE TABLE analytics.budgets (month date, region text, amount numeric);
CREATE TABLE analytics.metrics (at timestamptz, name text, value float8, labels jsonb);
CREATE TABLE analytics.employees (id int, manager_id int, name text, department text, salary numeric);
CREATE TABLE analytics.locations (id int, latitude float8, longitude float8);
CREATE TABLE analytics.inventory (product_id bigint, quantity int, counted_at timestamptz);
CREATE TABLE analytics.odd_names (
  name text, version text, host text, path text, text text, date date, time time, uuid uuid, oid text, system text, "char" text,
  date_in date, length int, user_name text, region text, registered_at date, regular_price numeric, regtype_name text,
  lo_revenue numeric, xml_data text, xmax_value float8, _id text, _airbyte_raw_id text
);

INSERT INTO sales.orders (id, customer_id, product_id, product, region, channel, state, amount, tax, quantity, status, flags, note, paid, shipped)
SELECT n, n % 5, n % 3, 'product ' || n % 3, CASE n % 2 WHEN 0 THEN 'EU' ELSE 'US' END, 'web', 'done', n * 10, n, n % 4, n % 3, n, 'note', n % 2 = 0, n % 3 = 0
FROM generate_series(1, 20) AS n;
INSERT INTO analytics.events
SELECT n, n % 4, gen_random_uuid(), now() - n * interval '1 hour', 'view', '/', '', '{"plan": "pro", "items": [{"sku": "a", "n": 2, "price": 12}]}', '{x}'
FROM generate_series(1, 20) AS n;
INSERT INTO analytics.customers (id, customer_id, name, first_name, last_name, email, phone, country, note)
SELECT n, n, 'Name', 'First', 'Last', n || '@example.com', '+31 20 123 4567', 'NL', 'a, b' FROM generate_series(0, 4) AS n;
INSERT INTO analytics.edges VALUES (1, 2, 1), (2, 3, 1);
INSERT INTO analytics.tickets (subject, body, tags) VALUES ('Refund', 'a refund for ABC-12', '{billing,urgent}');
