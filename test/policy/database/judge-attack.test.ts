import { expect, test } from 'vitest';
import { judgeAttack, type Reach } from '../../../src/policy/database/attacks/attack.ts';

const rows = (...list: Record<string, unknown>[]) => ({ rows: list, rowCount: list.length });

test.for([
  ['a row that says so', 'Row', rows({ reached: true }), 'Reached'],
  ['a row that says no', 'Row', rows({ reached: false }), 'Refused'],
  ['no row', 'Row', rows(), 'Refused'],
  ['a refusal by privileges', 'Row', { sqlState: '42501' }, 'Refused'],
  ['a statement that runs', 'Success', rows(), 'Reached'],
  ['a table that it cannot name', 'Success', { sqlState: '42P01' }, 'Refused'],
  ['a change of a row', 'Change', { rows: [], rowCount: 1 }, 'Reached'],
  ['a change of no row', 'Change', { rows: [], rowCount: 0 }, 'Refused'],
  ['a row that only a constraint keeps out', 'Insert', { sqlState: '23502' }, 'Reached'],
  ['a row that row security keeps out', 'Insert', { sqlState: '42501' }, 'Refused'],
  ['a constraint where nothing is inserted', 'Change', { sqlState: '23503' }, 'Refused'],
  ['a division by zero', 'Division', { sqlState: '22012' }, 'Reached'],
  ['no division by zero', 'Division', rows({ count: '3' }), 'Refused'],
  ['a lock that was not had', 'Row', { sqlState: '55P03' }, 'Undecided'],
  ['a statement that took too long', 'Row', { sqlState: '57014' }, 'Undecided'],
  ['a server that stops', 'Success', { sqlState: '57P01' }, 'Undecided'],
  ['a deadlock', 'Change', { sqlState: '40P01' }, 'Undecided'],
  ['a disk that is full', 'Insert', { sqlState: '53100' }, 'Undecided'],
] as const satisfies readonly (readonly [string, Reach, Parameters<typeof judgeAttack>[1], string])[])(
  '%s in an attack by %s',
  ([, reach, response, outcome]) => {
    expect(judgeAttack({ reach }, response)).toBe(outcome);
  },
);
