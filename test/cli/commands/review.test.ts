import { readFileSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checksOf, reviewAsJson, runCommand, SAMPLE_POLICIES, SAMPLES, writeFiles } from '../run-command.ts';

const policies = SAMPLE_POLICIES.flatMap((file) => ['-f', file]);
const pod = (name: string, spec = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: a, image: b}]${spec}}\n`;
const sampleRole = readFileSync(SAMPLE_POLICIES[0], 'utf8');
const sampleSandbox = readFileSync(`${SAMPLES}/sandbox-hermes.yaml`, 'utf8');
const NETWORK = ['--check', 'host-namespaces'];

describe('what is printed', () => {
  test('JSON names the place, the object and every violation with all its parts', async () => {
    const folder = writeFiles({ 'a.yaml': `---\n${pod('good')}---\n${pod('bad', ', hostNetwork: true')}` });
    const { code, entries } = await reviewAsJson(['-f', folder, ...NETWORK]);
    const file = `${folder}/a.yaml`;
    expect(code).toBe(1);
    expect(entries).toEqual([
      {
        file,
        document: 0,
        kind: 'Pod',
        namespace: null,
        name: 'good',
        allowed: true,
        violations: [],
        notChecked: [],
        notCheckedReasons: [],
      },
      {
        file,
        document: 1,
        kind: 'Pod',
        namespace: null,
        name: 'bad',
        allowed: false,
        violations: [
          {
            check: 'host-namespaces',
            container: null,
            field: 'spec.hostNetwork',
            found: 'true',
            required: 'must be false or not set',
            fix: 'Set it to false, or remove it.',
          },
        ],
        notChecked: [],
        notCheckedReasons: [],
      },
    ]);
  });

  test('nothing to review is an empty array', async () => {
    const folder = writeFiles({ 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\n' });
    expect(await reviewAsJson(['-f', folder])).toEqual({ code: 0, entries: [] });
  });

  test('text lists what is refused and counts the rest, without colour where no person sees it', async () => {
    const folder = writeFiles({ 'a.yaml': pod('good'), 'b.yaml': pod('bad', ', hostPID: true') });
    const plain = await runCommand(['review', '-f', folder, ...NETWORK]);
    expect(plain.out).toBe(
      `${folder}/b.yaml: Pod bad is refused\n` +
        '  - host-namespaces: spec.hostPID is true; must be false or not set. Set it to false, or remove it.\n' +
        '2 manifests reviewed: 1 admitted, 1 refused\n',
    );
    const coloured = await runCommand(['review', '-f', folder, ...NETWORK], { colour: true });
    expect(coloured.out).toContain('\u001B[31mis refused');
  });

  test.for([
    ['a role and a tenant', ['-f', ...SAMPLE_POLICIES], '1 role and 1 tenant read'],
    ['a role', ['-f', SAMPLE_POLICIES[0]], '1 role read'],
    [
      'everything',
      ['-f', `${SAMPLES}/workloads`, `${SAMPLES}/refused`, ...SAMPLE_POLICIES],
      '19 manifests reviewed: 1 admitted, 18 refused; 1 role and 1 tenant read',
    ],
    ['what is not there', ['-f', 'nowhere', 'nobody'], '2 manifests could not be read'],
    ['stdin', ['-f', '-'], 'no manifest with a pod, role or tenant found; 1 object is not a workload'],
  ] as const)('text says at its end what was read: %s', async ([, flags, summary]) => {
    const stdin = 'apiVersion: v1\nkind: ConfigMap\n';
    const { out } = await runCommand(['review', ...flags], { stdin });
    expect(out.split('\n').at(-2)).toBe(summary);
  });

  test('stdin is -, and is read once although roles are found first', async () => {
    const { entries } = await reviewAsJson(['-f', '-', ...NETWORK], pod('bad', ', hostIPC: true'));
    expect(entries).toMatchObject([{ file: '-', name: 'bad', allowed: false }]);
  });

  test('progress is shown now and then, and cleared at the end', async () => {
    const folder = writeFiles({ 'a.yaml': pod('a'), 'b.yaml': pod('b') });
    let now = 0;
    const { progress } = await runCommand(['review', '-f', folder], { now: () => (now += 60) });
    expect(progress[0]).toMatch(/^\d files, \d documents$/);
    expect(progress.at(-1)).toBe('');
  });
});

describe('which checks are asked', () => {
  test.for([
    ['one', ['--check', 'privileged']],
    ['several in one option', ['--check', 'privileged', 'host-namespaces']],
    ['several options', ['--check', 'privileged', '--check', 'host-namespaces']],
  ] as const)('%s', async ([, flags]) => {
    const folder = writeFiles({ 'a.yaml': pod('a', ', hostPID: true') });
    const before = await reviewAsJson([...flags, '-f', folder]);
    const after = await reviewAsJson(['-f', folder, ...flags]);
    expect(before).toEqual(after);
    expect(before.code).toBe(flags.includes('host-namespaces' as never) ? 1 : 0);
  });

  test('a check that does not exist is rejected with the one that was meant', async () => {
    const { code, error } = await runCommand(['review', '-f', SAMPLES, '--check', 'privilged']);
    expect(code).toBe(2);
    expect(error).toContain('Did you mean privileged?');
  });
});

describe('roles and tenants', () => {
  test('a pod whose role is not in the input is reviewed without it, and the output says so', async () => {
    const { code, error } = await runCommand(['review', '-f', `${SAMPLES}/refused/unpinned-image.yaml`]);
    expect(code).toBe(0);
    expect(error).toContain('1 pod names the role "data-analyst", which the input does not hold');
  });

  test('a tenant that does not allow the role of a pod refuses it, whether the role is known or not', async () => {
    const tenant = SAMPLE_POLICIES[1];
    const { entries } = await reviewAsJson(['-f', `${SAMPLES}/refused/foreign-role.yaml`, '-f', tenant]);
    expect(checksOf(entries[0])).toEqual(['role']);
  });

  test('a role is found whatever its kind looks like in the file', async () => {
    const escaped = sampleRole.replace('kind: AgentRole', 'kind: "Agent\\x52ole"');
    expect(escaped).not.toContain('kind: AgentRole');
    const files = writeFiles({ 'pod.yaml': pod('a'), 'role.yaml': escaped });
    const { code } = await reviewAsJson(['-f', files, '--role', 'data-analyst', '--check', 'image-policy']);
    expect(code).toBe(1);
  });

  test('a role or tenant that is named and not in the input is unusable input', async () => {
    const { code, error } = await runCommand([
      'review',
      '-f',
      SAMPLES,
      '--role',
      'ghost',
      '--tenant',
      'none',
    ]);
    expect(code).toBe(2);
    expect(error).toContain('the input holds no valid AgentRole "ghost"');
    expect(error).toContain('the input holds no valid TenantIsolation "none"');
  });

  test('--role and --tenant apply to pods that name neither', async () => {
    const folder = writeFiles({ 'a.yaml': pod('a') });
    const flags = [...policies, '--role', 'data-analyst', '--tenant', 'acme', '-f', folder];
    const { entries } = await reviewAsJson([...flags, '--check', 'role', 'image-policy']);
    expect(checksOf(entries[0])).toEqual(['image-policy', 'role']);
  });

  test('of two roles with one name the first is used, and the second is unusable input', async () => {
    const { code, entries } = await reviewAsJson([...policies, '-f', '-'], sampleRole);
    expect(code).toBe(2);
    expect(entries).toMatchObject([
      { file: '-', error: expect.stringContaining('another AgentRole of this name, at') },
    ]);
  });

  test('a rule of a role that no schema can express is a violation', async () => {
    const role = sampleRole.replace('api.hermes.nousresearch.com', "'*.openai.com'");
    const { code, entries } = await reviewAsJson(['-f', '-'], role);
    expect(code).toBe(1);
    expect(entries).toMatchObject([
      { kind: 'AgentRole', name: 'data-analyst', violations: [{ field: 'spec.network.allow[0].host' }] },
    ]);
  });

  test.for([
    [
      'a field that does not exist',
      ['maxRequestsPerMinute', 'maxRequestPerMinute'],
      'did you mean "maxRequestsPerMinute"?',
    ],
    ['a value out of bounds', ['86400', '1'], 'spec.sandbox.maxLifetimeSeconds'],
    ['a version that does not exist', ['v1alpha1', 'v9'], 'is not known'],
  ] as const)('a role with %s is unusable input', async ([, [from, to], message]) => {
    const { code, entries } = await reviewAsJson(['-f', '-'], sampleRole.replace(from, to));
    expect(code).toBe(2);
    expect(entries).toMatchObject([{ line: 2, error: expect.stringContaining(message) }]);
  });

  test('a sandbox that asks for more than its role is refused', async () => {
    const sandbox = sampleSandbox.replace(/image: .*/, 'image: docker.io/library/python:3');
    const { entries } = await reviewAsJson([...policies, '-f', '-'], sandbox);
    expect(entries).toMatchObject([{ kind: 'AgentSandbox', violations: [{ field: 'spec.image' }] }]);
  });
});

describe('input that cannot be used', () => {
  test('every fault is reported with its file and line, the rest is reviewed, and the exit code is 2', async () => {
    const folder = writeFiles({
      'broken.yaml': `${pod('before')}---\nkind: a: b\n---\n${pod('after')}`,
      'duplicate.yaml': 'kind: Pod\nkind: Pod\n',
      'empty.yaml': '',
      'large.yaml': `# ${'x'.repeat(20 * 2 ** 20)}\n`,
      'unread.yaml': '\napiVersion: argoproj.io/v1alpha1\nkind: Workflow\n',
      'nameless.yaml': 'metadata: {name: a}\n',
      'mistyped.yaml': pod('typed', ', hostNetwork: "true"'),
      'template.yaml': 'apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: 1}\n',
      'refused.yaml': pod('refused', ', hostPID: true'),
    });
    symlinkSync(folder, `${folder}/loop`);
    const { code, entries } = await reviewAsJson(['-f', folder, ...NETWORK]);
    const reported = entries.map((entry) => {
      const file = entry.file.slice(folder.length + 1);
      return 'error' in entry ? [file, entry.line ?? null] : [file, entry.name];
    });
    expect(code).toBe(2);
    expect(reported).toEqual([
      ['broken.yaml', 'before'],
      ['broken.yaml', 6],
      ['broken.yaml', 'after'],
      ['duplicate.yaml', 2],
      ['empty.yaml', null],
      ['large.yaml', null],
      ['loop', null],
      ['mistyped.yaml', 4],
      ['nameless.yaml', 1],
      ['refused.yaml', 'refused'],
      ['template.yaml', 1],
      ['unread.yaml', 2],
    ]);
  });
});
