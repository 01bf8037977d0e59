import type { BadObject } from './bad-object.ts';
import { refused } from './refused.ts';
import { readFile, role, webSearch } from './role-objects.ts';

const tools = '/spec/tools';

const schema = refused('Schema', role);

const first = { ...readFile };

/** Roles with a tool that cannot be. */
export const badRoleTools: readonly BadObject[] = [
  schema(
    'an empty tool name',
    { [`${tools}/0/name`]: '' },
    'spec.tools[0].name',
    /should match|at least 1 chars/,
  ),
  schema(
    'a tool name with a space',
    { [`${tools}/0/name`]: 'read file' },
    'spec.tools[0].name',
    /should match/,
  ),
  schema(
    'a tool name of 129 characters',
    { [`${tools}/0/name`]: 'a'.repeat(129) },
    'spec.tools[0].name',
    /Too long/,
  ),
  schema(
    'two tools of one name',
    { [`${tools}/1`]: { ...webSearch, name: 'read_file' } },
    'spec.tools[1]',
    /Duplicate/,
  ),
  schema(
    'a tool without an executor',
    { [`${tools}/0/executor`]: undefined },
    'spec.tools[0].executor',
    /Required/,
  ),
  schema(
    'an executor that does not exist',
    { [`${tools}/0/executor`]: 'Shell' },
    'spec.tools[0].executor',
    /Unsupported value: "Shell"/,
  ),
  schema(
    'a capability that does not exist',
    { [`${tools}/0/capabilities`]: ['file:chmod'] },
    'spec.tools[0].capabilities[0]',
    /should match/,
  ),
  schema(
    'a capability given twice',
    { [`${tools}/0/capabilities`]: ['file:read', 'file:read'] },
    'spec.tools[0].capabilities[1]',
    /Duplicate/,
  ),
  schema(
    'a relative path',
    { [`${tools}/0/paths/0/allow`]: ['data/reports'] },
    'spec.tools[0].paths[0].allow[0]',
    /should match/,
  ),
  schema(
    'a path with ..',
    { [`${tools}/0/paths/0/allow`]: ['/data/../etc'] },
    'spec.tools[0].paths[0].allow[0]',
    /should match/,
  ),
  schema(
    'a path that ends in ..',
    { [`${tools}/0/paths/0/allow`]: ['/data/..'] },
    'spec.tools[0].paths[0].allow[0]',
    /should match/,
  ),
  schema(
    'a path with .',
    { [`${tools}/0/paths/0/allow`]: ['/data/./reports'] },
    'spec.tools[0].paths[0].allow[0]',
    /should match/,
  ),
  schema(
    'a path with //',
    { [`${tools}/0/paths/0/allow`]: ['/data//reports'] },
    'spec.tools[0].paths[0].allow[0]',
    /should match/,
  ),
  schema(
    'a path that ends in /',
    { [`${tools}/0/paths/0/allow`]: ['/data/'] },
    'spec.tools[0].paths[0].allow[0]',
    /should match/,
  ),
  schema(
    'a path with a wildcard',
    { [`${tools}/0/paths/0/allow`]: ['/data/*'] },
    'spec.tools[0].paths[0].allow[0]',
    /should match/,
  ),
  schema(
    'a denied path with a line break',
    { [`${tools}/0/paths/0/deny`]: ['/data/reports\n/etc'] },
    'spec.tools[0].paths[0].deny[0]',
    /should match/,
  ),
  schema(
    'a path of 257 characters',
    { [`${tools}/0/paths/0/allow`]: [`/${'a'.repeat(256)}`] },
    'spec.tools[0].paths[0].allow[0]',
    /Too long/,
  ),
  schema(
    '33 paths',
    { [`${tools}/0/paths/0/allow`]: Array.from({ length: 33 }, (_, n) => `/p${n}`) },
    'spec.tools[0].paths[0].allow',
    /Too many/,
  ),
  schema(
    'a path rule without deny',
    { [`${tools}/0/paths/0/deny`]: undefined },
    'spec.tools[0].paths[0].deny',
    /Required/,
  ),
  schema(
    'a path rule without allow',
    { [`${tools}/0/paths/0/allow`]: undefined },
    'spec.tools[0].paths[0].allow',
    /Required/,
  ),
  schema(
    'two path rules for one argument',
    { [`${tools}/0/paths/1`]: first.paths[0] },
    'spec.tools[0].paths[1]',
    /Duplicate/,
  ),
  schema(
    'an argument that is no JSON Pointer',
    { [`${tools}/0/paths/0/argument`]: 'path' },
    'spec.tools[0].paths[0].argument',
    /should match/,
  ),
  schema(
    'a file capability without paths',
    { [`${tools}/0/paths`]: [] },
    'spec.tools[0].paths',
    /must not be empty with a file: capability/,
  ),
];
