import { describe, expect, test } from 'vitest';
import { buildSandboxPolicy, readHolder, withHolder } from '../../../src/policy/vault/sandbox-policy.ts';

const HEAD = '# Written by Cloister, for one sandbox. It writes it again when it is changed.\n';

const credential = (name: string) => ({ name, attach: { type: 'Bearer' as const } });
const kv = (name: string, mount: string, path: string) => ({ name, vaultKV: { mount, path, key: 'value' } });

/** The paths that a policy lets be read. */
function readable(text: string): string[] {
  return [...text.matchAll(/^path "([^"]*)" \{\n {2}capabilities = \["read"\]\n\}$/gm)].map(
    ([, path = '']) => path,
  );
}

describe('the policy of a sandbox', () => {
  test('lets it read what the tenant binds to credentials of its role', () => {
    const bindings = [kv('openai', 'secret', 'hermes-agent/openai'), kv('other', 'secret', 'other')];
    const { text, problems } = buildSandboxPolicy([credential('openai'), credential('unbound')], bindings);
    expect(text).toBe(`${HEAD}path "secret/data/hermes-agent/openai" {\n  capabilities = ["read"]\n}\n`);
    expect(problems).toEqual([]);
  });

  test.for([
    ['a role without credentials', [], [kv('a', 'secret', 'a')]],
    ['a role that says nothing', undefined, [kv('a', 'secret', 'a')]],
    ['a tenant that binds nothing', [credential('a')], undefined],
    ['a binding to a Secret', [credential('a')], [{ name: 'a', kubernetesSecret: { name: 'a', key: 'a' } }]],
    [
      'a binding to a database',
      [credential('a')],
      [{ name: 'a', vaultDatabase: { mount: 'd', connection: 'c' } }],
    ],
  ] as const)('of %s lets it read nothing', ([, credentials, bindings]) => {
    expect(buildSandboxPolicy(credentials, bindings)).toEqual({ text: HEAD, problems: [] });
  });

  test('is the same in whatever order, and names each path once', () => {
    const bindings = [kv('a', 'kv/team', 'x'), kv('b', 'secret', 'y'), kv('c', 'secret', 'y')];
    const credentials = ['c', 'a', 'b'].map(credential);
    const { text } = buildSandboxPolicy(credentials, bindings);
    expect(readable(text)).toEqual(['kv/team/data/x', 'secret/data/y']);
    expect(buildSandboxPolicy(credentials.toReversed(), bindings.toReversed()).text).toBe(text);
  });

  test.for([
    '+',
    'a/+/b',
    'a+b',
    '*',
    'a/*',
    '{{identity.entity.id}}',
    '${a}',
    'a"b',
    'a" { capabilities = ["sudo"] } path "sys',
    'a\\b',
    'a\nb',
    'a b',
    'a#b',
    'a?b',
    'a//b',
    '/a',
    'a/',
    'a/../b',
    './a',
    '',
    'ä',
    '\u202e',
  ])('leaves the path %j out and says so', (path) => {
    const { text, problems } = buildSandboxPolicy([credential('a')], [kv('a', 'secret', path)]);
    expect(readable(text)).toEqual([]);
    expect(text).toBe(HEAD);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^spec\.credentials\[a\]\.vaultKV has "/);
  });

  test.for(['sys', 'sys/policies', 'auth/token', 'identity', 'cubbyhole', '+', 'a/*', '', '..'])(
    'leaves the mount %j out and says so',
    (mount) => {
      const { text, problems } = buildSandboxPolicy([credential('a')], [kv('a', mount, 'x')]);
      expect(readable(text)).toEqual([]);
      expect(problems).toHaveLength(1);
    },
  );

  test('leaves out only what is wrong', () => {
    const bindings = [kv('a', 'secret', 'a/+'), kv('b', 'secret', 'system/sys')];
    const { text, problems } = buildSandboxPolicy([credential('a'), credential('b')], bindings);
    expect(readable(text)).toEqual(['secret/data/system/sys']);
    expect(problems).toHaveLength(1);
  });
});

describe('the ServiceAccount that a policy names', () => {
  const UID = '0b4e1f0a-8c1d-4c0e-9b52-7f6a1d2c3e4f';

  test.for([
    ['team/kubernetes', 'team/kubernetes'],
    [null, null],
    ['team/"kubernetes', null],
    ['kubernetes\npath', null],
  ])('is read as it was written, at the mount %j, and the policy begins as before', ([authMount, read]) => {
    const { text } = buildSandboxPolicy([], []);
    const named = withHolder(text, { serviceAccountUID: UID, authMount: authMount ?? null });
    expect(named.startsWith(text)).toBe(true);
    expect(readHolder(named)).toEqual({ serviceAccountUID: UID, authMount: read });
  });

  test.for([
    '',
    '# ServiceAccount',
    '# ServiceAccount x',
    `# ServiceAccount ${UID} and more`,
    `# ServiceAccount ${UID.toUpperCase()}`,
    `  # ServiceAccount ${UID}`,
    `# of ServiceAccount ${UID}`,
  ])('is none in %j', (text) => {
    expect(readHolder(text)).toBe(null);
  });
});
