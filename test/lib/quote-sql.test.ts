import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteIdentifier, quoteLiteral } from '../../src/lib/quote-sql.ts';
import { useDatabase } from '../postgres/use-database.ts';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';

test.for([
  ['an empty name', '', 'cannot be empty'],
  ['a name with NUL', 'a\0b', 'cannot have NUL'],
  ['a name with half a surrogate pair', 'a\ud800', 'half a surrogate pair'],
  ['a name of 64 bytes', 'a'.repeat(64), 'at most 63 bytes, and one was given of 64'],
  ['a name of 32 characters and 64 bytes', 'ä'.repeat(32), 'of 64'],
])('%s is no identifier', ([, name, message]) => {
  expect(() => quoteIdentifier(name ?? '')).toThrow(message);
});

test.for([
  ['a\0b', 'cannot have NUL'],
  ['\udc00', 'half a surrogate pair'],
])('%j is no string constant', ([text, message]) => {
  expect(() => quoteLiteral(text ?? '')).toThrow(message);
});

// What ends a constant or a name, and what lengthens it, more often than chance would.
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "'",
      '"',
      '\\',
      '$$',
      '--',
      '/*',
      ';',
      '\n',
      '\r',
      'ſ',
      'ʼ',
      '＇',
      '\u{1f600}',
      '%',
      '\\u0027',
      '\\x27',
      'E',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 40,
});

describeEachPostgres('a quoted text', (postgres) => {
  const open = useDatabase(postgres);

  test.for(['on', 'off'])('is itself again, with standard_conforming_strings %s', async (conforming) => {
    const session = await open({ settings: { standard_conforming_strings: conforming } });
    const roundTrip = fc.asyncProperty(text, async (drawn) => {
      const value = drawn.replaceAll('\0', '');
      const { rows } = await session.query(`SELECT ${quoteLiteral(value)} AS value`);
      expect(rows).toEqual([{ value }]);
    });
    await fc.assert(roundTrip, { numRuns: 300 });
  });

  test('names exactly one column, up to 63 bytes', async () => {
    const session = await open();
    const roundTrip = fc.asyncProperty(text, async (drawn) => {
      const name = drawn.replaceAll('\0', '');
      fc.pre(name !== '' && Buffer.byteLength(name) <= 63);
      const { rows } = await session.query(`SELECT a.* FROM (SELECT 1) AS a (${quoteIdentifier(name)})`);
      expect(Object.entries(rows[0] ?? {})).toEqual([[name, 1]]);
    });
    await fc.assert(roundTrip, {
      numRuns: 300,
      examples: [['a'.repeat(63)], ['ä'.repeat(31)], ['__proto__']],
    });
  });

  test('names a table, a role and a schema that the catalogs know by the same name', async () => {
    const session = await open();
    const name = `tenant "1"; DROP ROLE postgres; --'\\ ${'ü'.repeat(12)}`;
    const quoted = quoteIdentifier(name);
    await session.query(`CREATE SCHEMA ${quoted}`);
    await session.query(`CREATE TABLE ${quoted}.${quoted} ()`);
    await session.query(`CREATE ROLE ${quoted} PASSWORD ${quoteLiteral("it's \\ secret")}`);
    const { rows } = await session.query(
      `SELECT to_regclass($1) IS NOT NULL AS "table", (SELECT count(*)::int FROM pg_roles WHERE rolname = $2) AS roles,
        (SELECT count(*)::int FROM pg_namespace WHERE nspname = $2) AS schemas`,
      [`${quoted}.${quoted}`, name],
    );
    expect(rows).toEqual([{ table: true, roles: 1, schemas: 1 }]);
  });
});
