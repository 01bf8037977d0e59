import { expect, test } from 'vitest';
import { describeEachPostgres } from '../../testbed/postgres/use-postgres.ts';
import { useStatements } from './use-statements.ts';

describeEachPostgres('statements of agents', (postgres) => {
  const world = useStatements(postgres);
  const count = async (where: string): Promise<number> =>
    (await world.admin.query<{ n: number }>(`SELECT count(*)::int AS n FROM analytics.orders WHERE ${where}`))
      .rows[0]?.n ?? -1;

  test('of two tenants get disjoint rows for the same query', async () => {
    const query = 'SELECT tenant_id, id, note, amount, paid, at FROM analytics.orders ORDER BY id';
    for (const tenant of ['acme', 'globex'] as const) {
      const at = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:/) as string;
      expect(await world[tenant].ask(query)).toEqual({
        status: 200,
        lines: [
          {
            columns: [
              { name: 'tenant_id', type: 'text' },
              { name: 'id', type: 'int4' },
              { name: 'note', type: 'text' },
              { name: 'amount', type: 'numeric' },
              { name: 'paid', type: 'bool' },
              { name: 'at', type: 'timestamptz' },
            ],
          },
          [tenant, 1, `${tenant}1`, '10.50', false, at],
          [tenant, 2, `${tenant}2`, '21.00', false, at],
          [tenant, 3, `${tenant}3`, '31.50', false, at],
          { done: { command: 'SELECT', rows: 3 } },
        ],
      });
    }
  });

  test('have their values beside them, and never as a part of their text', async () => {
    const { lines } = await world.acme.ask('SELECT $1::text, $2::int, $3::numeric, $4::boolean, $5::text', {
      values: ["'; DROP TABLE analytics.orders; --", 7, 1.5, true, null],
    });
    expect(lines.at(1)).toEqual(["'; DROP TABLE analytics.orders; --", 7, '1.5', true, null]);
  });

  test('change rows of the tenant, which are there when the answer says so', async () => {
    const insert = 'INSERT INTO analytics.orders (tenant_id, id) VALUES ($1, $2), ($1, $3)';
    expect((await world.acme.ask(insert, { tool: 'write', values: ['acme', 11, 12] })).lines).toEqual([
      { columns: [] },
      { done: { command: 'INSERT', rows: 2 } },
    ]);
    expect(await count("tenant_id = 'acme' AND id > 10")).toBe(2);
    const remove = 'DELETE FROM analytics.orders WHERE id > 10 RETURNING id';
    const { lines } = await world.acme.ask(remove, { tool: 'write' });
    expect(lines.slice(1)).toEqual([[11], [12], { done: { command: 'DELETE', rows: 2 } }]);
    expect(await count("tenant_id = 'acme'")).toBe(3);
  });

  test('cannot write a row of another tenant, and change none of its rows', async () => {
    const insert = "INSERT INTO analytics.orders (tenant_id, id) VALUES ('globex', 99)";
    const { status, lines } = await world.acme.ask(insert, { tool: 'write' });
    expect({ status, lines }).toMatchObject({
      status: 422,
      lines: [{ decision: 'Deny', reason: 'StatementFailed', sqlState: '42501' }],
    });
    for (const change of [
      "UPDATE analytics.orders SET note = 'taken' WHERE tenant_id = 'globex'",
      "DELETE FROM analytics.orders WHERE tenant_id = 'globex'",
    ]) {
      const changed = await world.acme.ask(change, { tool: 'write' });
      expect(changed.lines.at(-1)).toMatchObject({ done: { rows: 0 } });
    }
    expect(await count("tenant_id = 'globex' AND note LIKE 'globex%'")).toBe(3);
  });

  test.for<[string, string]>([
    [
      'a DELETE in a common table expression',
      'WITH gone AS (DELETE FROM analytics.orders RETURNING id) SELECT * FROM gone',
    ],
    ['SET', "SET cloister.tenant = 'globex'"],
    ['SET ROLE', 'SET ROLE writer_globex'],
    ['RESET ROLE', 'RESET ROLE'],
    ['set_config', "SELECT set_config('cloister.tenant', 'globex', false)"],
    ['two statements', 'SELECT 1; DELETE FROM analytics.orders'],
    ['the end of the transaction', 'COMMIT'],
    ['a catalog', 'SELECT * FROM pg_catalog.pg_stat_activity'],
    ['a table that is not listed', 'SELECT * FROM cloister.tenant'],
    ['a table without its schema', 'SELECT * FROM orders'],
    ['COPY', 'COPY analytics.orders TO STDOUT'],
  ])('are refused before a login is made: %s', async ([, query]) => {
    const { world: sql } = world.acme;
    await sql.close();
    world.acme.endLogin();
    const before = world.acme.user();
    for (const tool of ['read', 'few']) {
      const { status, lines } = await world.acme.ask(query, { tool });
      expect({ status, lines }).toMatchObject({ status: 403, lines: [{ reason: 'StatementNotAllowed' }] });
    }
    expect([world.acme.user(), sql.pool.open()]).toEqual([before, 0]);
    expect(await count('true')).toBe(6);
  });

  test.for<[string, unknown]>([
    ['a value too few', ['a']],
    ['a value too many', ['a', 'b', 'c']],
    ['no list', { a: 'b' }],
    ['a list in the list', ['a', ['b']]],
    ['an object in the list', ['a', {}]],
    ['NUL', ['a', '\0']],
  ])('are refused with %s', async ([, values]) => {
    const { status, lines } = await world.acme.ask('SELECT $1::text, $2::text', { values });
    expect({ status, lines }).toMatchObject({ status: 403, lines: [{ reason: 'ParametersInvalid' }] });
  });

  test.for<[string, string, string, string]>([
    ['a division by zero', 'SELECT 1 / (id - 1) FROM analytics.orders', '22012', 'divides by zero'],
    [
      'a text that is no number',
      'SELECT note::int FROM analytics.orders',
      '22P02',
      'in the form of the type',
    ],
    [
      'a column that does not exist',
      'SELECT nothing FROM analytics.orders',
      '42703',
      'column does not exist',
    ],
  ])('that fail say why in words of the gateway: %s', async ([, query, sqlState, words]) => {
    const { status, lines } = await world.acme.ask(query);
    expect({ status, lines }).toMatchObject({
      status: 422,
      lines: [{ reason: 'StatementFailed', sqlState }],
    });
    expect(JSON.stringify(lines)).toContain(words);
    expect(JSON.stringify(lines)).not.toMatch(/acme1|"?nothing"? does/);
  });

  test('that break a key do not tell its values', async () => {
    const insert =
      "INSERT INTO analytics.orders (tenant_id, id, note) SELECT tenant_id, id, 'x' FROM analytics.orders";
    const { status, lines } = await world.acme.ask(insert, { tool: 'write' });
    expect({ status, lines }).toMatchObject({ status: 422, lines: [{ sqlState: '23505' }] });
    expect(JSON.stringify(lines)).not.toMatch(/acme|orders_pkey/);
  });

  test.for([
    ['few', 'SELECT n FROM generate_series(1, 100) n', 200, 'done'],
    ['few', 'SELECT n FROM generate_series(1, 101) n', 200, 'TooManyRows'],
    ['small', "SELECT repeat('x', 100) FROM generate_series(1, 30) n", 200, 'done'],
    ['small', "SELECT repeat('x', 5000)", 502, 'ResponseTooLarge'],
    ['small', "SELECT repeat('x', 100) FROM generate_series(1, 100) n", 200, 'ResponseTooLarge'],
    [
      'read',
      "SELECT string_agg(repeat('x', 5000), '') FROM generate_series(1, 1000) n",
      502,
      'ResponseTooLarge',
    ],
  ] as const)('of the tool %s end whole or with an error: %s', async ([tool, query, status, end]) => {
    const answer = await world.acme.ask(query, { tool });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.lines.at(-1))).toContain(end);
  });

  test('are recorded without their text, with what they did and how much they read', async () => {
    await world.acme.ask("SELECT id FROM analytics.orders WHERE note <> 'a secret'");
    const { written } = world.acme.services;
    expect(written.map(([kind]) => kind)).toEqual(['Intent', 'Outcome']);
    expect(written.at(-1)?.[1]).toMatchObject({
      event: 'SQL',
      operation: 'read',
      statement: { operations: ['Select'], tables: ['analytics.orders'] },
      destination: { host: 'database.example.com', port: 5432 },
      outcome: { succeeded: true, reason: 'Answered', rows: 3, bytesDown: 12 },
    });
  });
});
