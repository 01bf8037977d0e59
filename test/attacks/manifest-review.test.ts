import { describe, expect, test } from 'vitest';
import { checksOf, reviewAsJson, runCommand } from '../cli/run-command.ts';

const BAD = { containers: [{ name: 'a', image: 'b' }], hostNetwork: true };
const reviewed = (manifest: object | string) =>
  reviewAsJson(['-f', '-'], typeof manifest === 'string' ? manifest : JSON.stringify(manifest));

/** Ways to have a review pass over what kubectl then applies. */
const HIDDEN: readonly (readonly [string, object | string])[] = [
  [
    'an item of a List',
    { apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'Pod', spec: BAD }] },
  ],
  [
    'an item that takes its kind from its list',
    { apiVersion: 'v1', kind: 'PodList', items: [{ spec: BAD }] },
  ],
  [
    'YAML 1.1 words',
    'apiVersion: v1\nkind: Pod\nspec: {hostNetwork: yes, containers: [{name: a, image: b}]}',
  ],
  [
    'a merge key',
    'apiVersion: v1\nkind: Pod\nspec: {<<: {hostNetwork: on}, containers: [{name: a, image: b}]}',
  ],
  [
    'a second document behind a comment',
    `# nothing\n---\n# still\n---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec: BAD })}`,
  ],
  [
    'a name called __proto__ beside it',
    `{"metadata": {"annotations": {"__proto__": "a"}}, "apiVersion": "v1", "kind": "Pod", "spec": ${JSON.stringify(BAD)}}`,
  ],
  [
    'a kind that nobody knows',
    { apiVersion: 'sandboxes.example.com/v1', kind: 'Pool', spec: { template: { spec: BAD } } },
  ],
];

describe('a review that is to be misled', () => {
  test.for(HIDDEN)('finds the pod in %s', async ([, manifest]) => {
    const { code, entries } = await reviewed(manifest);
    expect(entries.flatMap(checksOf)).toContain('host-namespaces');
    expect(code).not.toBe(0);
  });

  // Names that every JavaScript object answers to.
  test.for(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'is not ended by a manifest of the API group or kind %s, and reads on',
    async (name) => {
      const odd = [`${name}/v1`, 'v1'].map((apiVersion) => ({ apiVersion, kind: name, spec: {} }));
      const items = [...odd, { apiVersion: 'v1', kind: 'Pod', spec: BAD }];
      const { code, entries } = await reviewed({ apiVersion: 'v1', kind: 'List', items });
      expect(entries).toHaveLength(items.length);
      expect(entries.slice(0, 2).every((entry) => 'error' in entry)).toBe(true);
      expect(checksOf(entries[2])).toContain('host-namespaces');
      expect(code).toBe(2);
    },
  );

  test.for<readonly [string, string]>([
    [
      'a key that stands twice',
      '{"apiVersion": "v1", "kind": "Pod", "spec": {"hostNetwork": false, "hostNetwork": true}}',
    ],
    [
      'a document behind the end of another',
      'apiVersion: v1\nkind: ConfigMap\n...\napiVersion: v1\nkind: Pod\n',
    ],
    // kubectl applies both.
    [
      'a pod on the line of a separator, behind carriage returns',
      '--- # a\rapiVersion: v1\rkind: Pod\rspec: {hostNetwork: true}\n---\napiVersion: v1\nkind: ConfigMap\n',
    ],
    [
      'a boolean in quotes',
      '{"apiVersion": "v1", "kind": "Pod", "spec": {"hostNetwork": "true", "containers": []}}',
    ],
    [
      'a number beyond what JSON keeps',
      '{"apiVersion": "v1", "kind": "Pod", "spec": {"priority": 9007199254740993}}',
    ],
  ])('does not call clean %s', async ([, text]) => {
    expect((await reviewed(text)).code).toBe(2);
  });
});

describe('a report that is to be forged', () => {
  const FORGED = '\u001B[2K\n0 reviewed\n\u009B';

  test.for<readonly [string, object]>([
    ['a name', { metadata: { name: FORGED }, spec: BAD }],
    ['a container', { spec: { ...BAD, containers: [{ name: FORGED, image: 'b' }] } }],
    ['a value', { spec: { ...BAD, schedulerName: FORGED } }],
    ['a field of the wrong type', { spec: { ...BAD, [FORGED]: 1, hostPID: FORGED } }],
    ['a role', { metadata: { labels: { 'cloister.dev/role': FORGED } }, spec: BAD }],
  ])('has no line and no control character of %s', async ([, parts]) => {
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...parts });
    const { out, error } = await runCommand(['review', '-f', '-'], { stdin });
    const lines = `${out}${error}`.split('\n');
    expect(lines.some((line) => line.includes('0 reviewed'))).toBe(true);
    expect(lines).not.toContain('0 reviewed');
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  });
});
