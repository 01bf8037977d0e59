import { describe, expect, test } from 'vitest';
import { reviewAsJson, runCommand, SAMPLE_POLICIES, SAMPLES } from '../run-command.ts';

const [ROLE, TENANT] = SAMPLE_POLICIES;
const POD = `${SAMPLES}/workloads/compliant-pod.yaml`;
const UNNAMED = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n';
const NEEDS_ROLE = ['start-gate', 'image-policy', 'volume-mounts', 'lifetime', 'debug'];

describe('checks that are not evaluated', () => {
  test.for([
    ['a pod without a role', ['-f', '-'], ['role', ...NEEDS_ROLE], '1 pod names no role, and no tenant'],
    [
      'a role that the input does not hold',
      ['-f', POD],
      ['role', ...NEEDS_ROLE],
      '1 pod names the role "data-analyst", which the input does not hold',
    ],
    [
      'a namespace of no tenant',
      ['-f', POD, '-f', ROLE],
      ['role'],
      '1 pod is in the namespace "acme-agents", which no tenant of the input holds',
    ],
  ] as const)('are named for %s, in JSON and text', async ([, files, names, reason]) => {
    const flags = [...files, '--check', ...names];
    const { code, entries } = await reviewAsJson(flags, UNNAMED);
    expect(code).toBe(0);
    expect(entries).toMatchObject([{ allowed: true, notCheckedReasons: [expect.stringContaining(reason)] }]);
    const [entry] = entries;
    const notChecked = entry !== undefined && 'notChecked' in entry ? entry.notChecked : [];
    expect(new Set(notChecked)).toEqual(new Set(names));
    const { error } = await runCommand(['review', ...flags], { stdin: UNNAMED });
    expect(error).toContain(reason);
    for (const name of names) expect(error).toContain(name);
    expect((await runCommand(['review', ...flags, '--strict'], { stdin: UNNAMED })).code).toBe(1);
  });

  test('are none where the role and the tenant are in the input', async () => {
    const { code, entries } = await reviewAsJson(['-f', POD, '-f', ROLE, '-f', TENANT, '--strict']);
    expect(code).toBe(0);
    expect(entries).toMatchObject([{ notChecked: [], notCheckedReasons: [] }]);
  });

  test('do not hide what cannot be read', async () => {
    const stdin = `${UNNAMED}---\na: b: c\n`;
    expect((await runCommand(['review', '-f', '-', '--strict'], { stdin })).code).toBe(2);
  });
});
