import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { DatabaseError, isDatabaseError } from '../../src/postgres/database-error.ts';
import { failureOfConnection, failureOfServer } from '../../src/postgres/database-failure.ts';

test.for([
  ['a connection exception', '08006', 'Unreachable'],
  ['a server that is starting', '57P03', 'Unreachable'],
  ['a session that was ended', '57P01', 'Unreachable'],
  ['a session that crashed', '57P02', 'Unreachable'],
  ['a wrong password', '28P01', 'Refused'],
  ['a login that pg_hba.conf refuses', '28000', 'Refused'],
  ['a write to a replica', '25006', 'ReadOnly'],
  ['a statement of a failed transaction', '25P02', 'Invalid'],
  ['too many connections', '53300', 'TooManyConnections'],
  ['a full disk', '53100', 'Unexpected'],
  ['a lock that was not had', '55P03', 'LockTimeout'],
  ['an object in use', '55006', 'Conflict'],
  ['a deadlock', '40P01', 'Conflict'],
  ['a failure to serialize', '40001', 'Conflict'],
  ['a privilege that is lacking', '42501', 'Denied'],
  ['a row that a view would hide', '44000', 'Denied'],
  ['a missing table', '42P01', 'Missing'],
  ['a missing column', '42703', 'Missing'],
  ['a missing role', '42704', 'Missing'],
  ['a missing function', '42883', 'Missing'],
  ['a missing schema', '3F000', 'Missing'],
  ['a missing database', '3D000', 'Missing'],
  ['a dropped database', '57P04', 'Missing'],
  ['a table that is there', '42P07', 'Conflict'],
  ['a role or policy that is there', '42710', 'Conflict'],
  ['a column that is there', '42701', 'Conflict'],
  ['a duplicate key', '23505', 'Conflict'],
  ['a missing key', '23503', 'Conflict'],
  ['what depends on it', '2BP01', 'Conflict'],
  ['an error of syntax', '42601', 'Invalid'],
  ['a name that is too long', '42622', 'Invalid'],
  ['a division by zero', '22012', 'Invalid'],
  ['a feature that is not there', '0A000', 'Invalid'],
  ['a statement that is too complex', '54001', 'Invalid'],
  ['a statement that was cancelled', '57014', 'Cancelled'],
  ['an error inside the server', 'XX000', 'Unexpected'],
  ['a code of a later version', 'ZZ999', 'Unexpected'],
] as const)('%s is known by its SQLSTATE (%s: %s)', ([, code, reason]) => {
  const details = failureOfServer({ code, message: 'text of the server' });
  expect(details).toMatchObject({ reason, sqlState: code, serverMessage: 'text of the server' });
  expect(details.problem).not.toContain('text of the server');
});

test('an error of the server without a code is not expected', () => {
  expect(failureOfServer({ message: 'x' })).toMatchObject({ reason: 'Unexpected', sqlState: 'XX000' });
});

test('the message of the server is one line, short, and without what is hidden', () => {
  const message = `near "hunter2"\n\u001b[31m\u202e ${'x'.repeat(1000)}`;
  const { serverMessage } = failureOfServer({ code: '42601', message }, ['hunter2', '']);
  expect(serverMessage).toMatch(/^near "\[redacted\]" \\u001b\[31m\\u202e x+…$/);
  expect(serverMessage).toHaveLength(300);
});

test('the message of the server is in nothing that a log would write', () => {
  const details = failureOfServer({ code: '22P02', message: 'invalid input: "of tenant B"' });
  const error = new DatabaseError('database "one"', details);
  expect(error.message).toBe('database "one": the statement or its values are not valid (SQLSTATE 22P02)');
  expect(error.serverMessage).toContain('tenant B');
  expect([inspect(error), JSON.stringify(error), JSON.stringify(Object.entries(error))].join()).not.toContain(
    'tenant B',
  );
});

test.for([
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT): set the certificate authority',
  ],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)'],
  ['ENOTFOUND', 'cannot be connected to (ENOTFOUND): check its host'],
])('of a connection that fails with %s the message says what to do', ([code, text]) => {
  const { reason, problem } = failureOfConnection(Object.assign(new Error('anything'), { code }));
  expect(reason).toBe('Unreachable');
  expect(problem).toContain(text);
});

test('a reason is asked for by its name', () => {
  const error = new DatabaseError('database "one"', { reason: 'Denied', problem: 'x' });
  expect([
    isDatabaseError(error),
    isDatabaseError(error, 'Denied'),
    isDatabaseError(error, 'Missing', 'Denied'),
  ]).toEqual([true, true, true]);
  expect([isDatabaseError(error, 'Missing'), isDatabaseError(new Error('Denied'))]).toEqual([false, false]);
});
