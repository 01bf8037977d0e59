import { expect, test } from 'vitest';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { useTenantDatabase } from './tenant-database.ts';

const SCHEMAS = ['one', 'two']
  .map(
    (name) => `CREATE SCHEMA ${name} AUTHORIZATION app_owner;
  CREATE TABLE ${name}.notes (id serial PRIMARY KEY, note text); INSERT INTO ${name}.notes (note) VALUES ('${name}');
  CREATE VIEW ${name}.own AS SELECT note FROM ${name}.notes;
  ALTER TABLE ${name}.notes OWNER TO app_owner; ALTER VIEW ${name}.own OWNER TO app_owner;`,
  )
  .join('\n');

function namesOf(result: { kind: string; reached?: readonly { name: string }[] }): readonly string[] {
  return [...new Set(result.reached?.map(({ name }) => name))].sort();
}

describeEachPostgres('tenants with a schema each', (postgres) => {
  const database = useTenantDatabase(postgres, SCHEMAS);

  test('are kept apart, until one may use the schema of the other', async () => {
    const canary = { table: { schema: 'two', name: 'notes' }, column: 'note', value: 'two' };
    const first = database.want({ strategy: 'Schema', schema: 'one' }, { canary, trustedLogins: ['app'] });
    const second = database.want({ strategy: 'Schema', schema: 'two' });
    await database.isolate(first, [second]);
    await database.isolate(second, [first]);
    expect(await database.isolate(first, [second])).toBe(0);
    expect(await database.isolate(second, [first])).toBe(0);
    expect(await database.probe(first)).toMatchObject({ kind: 'Proven' });
    expect(await database.probe(second)).toMatchObject({ kind: 'Proven' });
    await database.run(
      'GRANT USAGE ON SCHEMA two TO PUBLIC; GRANT SELECT, INSERT, UPDATE, DELETE ON two.notes TO PUBLIC',
    );
    expect(namesOf(await database.probe(first))).toEqual([
      'DeleteRow',
      'InsertRow',
      'ReadCanary',
      'ReadSchema',
      'UpdateRow',
      'UseSchema',
    ]);
    expect((await database.lint(first)).map(({ name }) => name)).toContain('UndeclaredTenantTable');
    // The tables stay granted, in a schema that nobody may use.
    await database.isolate(second, [first]);
    expect(await database.probe(first)).toMatchObject({ kind: 'Proven' });
  });

  test('with the same schema are refused', async () => {
    const [third, fourth] = [1, 2].map(() => database.want({ strategy: 'Schema', schema: 'one' }));
    if (third === undefined || fourth === undefined) throw new Error('two are wanted');
    expect((await database.plan(third, [fourth])).refusals).toMatchObject([
      { reason: 'Conflict', object: `tenant ${fourth.tenant}` },
    ]);
    expect((await database.plan(third)).refusals).toMatchObject([
      {
        reason: 'Conflict',
        object: 'schema one',
        problem: expect.stringMatching(/role cloister_t_/) as string,
      },
    ]);
  });

  test('may write with the role that writes, and not with the one that reads', async () => {
    const [row] = await database.rows(`SELECT r.rolname AS name FROM pg_roles r
      WHERE rolname LIKE 'cloister_t_%' AND has_table_privilege(r.oid, 'one.notes', 'SELECT')`);
    const reader = String(row?.['name']);
    const writer = reader.replace('_t_', '_w_');
    const may = async (role: string, what: string) =>
      (await database.rows(`SELECT has_table_privilege('${role}', 'one.notes', '${what}') AS may`))[0]?.[
        'may'
      ];
    expect(await may(reader, 'INSERT, UPDATE, DELETE, TRUNCATE')).toBe(false);
    expect(await may(writer, 'INSERT')).toBe(true);
    expect(await may(writer, 'TRUNCATE, REFERENCES, TRIGGER')).toBe(false);
  });
});

describeEachPostgres('tenants with a database each', (postgres) => {
  const one = useTenantDatabase(
    postgres,
    'CREATE TABLE public.notes (n int); ALTER TABLE public.notes OWNER TO app_owner',
  );
  const two = useTenantDatabase(postgres);

  test('are kept apart, until one may connect to the database of the other', async () => {
    for (const { name, run } of [one, two]) await run(`ALTER DATABASE ${name} OWNER TO app_owner`);
    const first = one.want({ strategy: 'Database' }, { trustedLogins: ['app'] });
    const second = two.want({ strategy: 'Database' });
    await one.isolate(first, [second]);
    await two.isolate(second, [first]);
    expect(await one.isolate(first, [second])).toBe(0);
    expect(await one.probe(first)).toMatchObject({ kind: 'Proven' });
    await two.run(`GRANT CONNECT ON DATABASE ${two.name} TO PUBLIC`);
    const lints = (await one.lint(first)).filter(({ name }) => name === 'TenantDatabaseOpen');
    expect(lints).toMatchObject([{ severity: 'Isolation', object: `database ${two.name}` }]);
    expect(namesOf(await one.probe(first))).toEqual(['ConnectToDatabase']);
    await two.isolate(second, [first]);
    expect(await one.probe(first)).toMatchObject({ kind: 'Proven' });
    const third = one.want({ strategy: 'Database' });
    expect((await one.plan(third)).refusals).toMatchObject([
      { reason: 'Conflict', object: `database ${one.name}` },
    ]);
  });
});

describeEachPostgres('a tenant with a server of its own', (postgres) => {
  const database = useTenantDatabase(postgres);
  const other = useTenantDatabase(postgres, 'CREATE SCHEMA acme AUTHORIZATION app_owner');

  test('has nobody beside it, and refuses who comes later', async () => {
    await database.run(`ALTER DATABASE ${database.name} OWNER TO app_owner`);
    const wanted = database.want({ strategy: 'Dedicated' });
    await database.isolate(wanted);
    expect(await database.isolate(wanted)).toBe(0);
    expect(await database.probe(wanted)).toMatchObject({ kind: 'NothingToTry' });
    const late = other.want({ strategy: 'Schema', schema: 'acme' });
    expect((await other.plan(late)).refusals).toMatchObject([
      { reason: 'Conflict', problem: expect.stringMatching(/dedicated to another tenant/) as string },
    ]);
    // Somebody else's Cloister, which knows nothing of it.
    await database.run('CREATE ROLE cloister_t_00000000000000000000');
    expect(namesOf(await database.probe(wanted))).toEqual(['MeetOtherTenant']);
    expect((await database.plan(wanted)).refusals).toMatchObject([{ reason: 'Conflict' }]);
  });
});
