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
      { file, document: 0, kind: 'Pod', namespace: null, name: 'good', allowed: true, violations: [] },
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
            required: 'false or absent',
            fix: 'Set it to false or remove it.',
          },
        ],
      },
    ]);
  });

  test('nothing to review is an empty array', async () => {
    const folder = writeFiles({ 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\n' });
    expect(await reviewAsJson(['-f', folder])).toEqual({ code: 0, entries: [] });
  });

  test('text tells the refused and counts the rest, without colour where nobody looks', async () => {
    const folder = writeFiles({ 'a.yaml': pod('good'), 'b.yaml': pod('bad', ', hostPID: true') });
    const plain = await runCommand(['review', '-f', folder, ...NETWORK]);
    expect(plain.out).toBe(
      `${folder}/b.yaml: Pod bad is refused\n` +
        '  - host-namespaces: spec.hostPID is true, required is false or absent. Set it to false or remove it.\n' +
        '2 reviewed: 1 admitted, 1 refused; 0 could not be read\n',
    );
    const coloured = await runCommand(['review', '-f', folder, ...NETWORK], { colour: true });
    expect(coloured.out).toContain('\u001B[31mis refused');
  });

  test('stdin is -, and is read once although roles are looked for first', async () => {
    const { entries } = await reviewAsJson(['-f', '-', ...NETWORK], pod('bad', ', hostIPC: true'));
    expect(entries).toMatchObject([{ file: '-', name: 'bad', allowed: false }]);
  });

  test('progress is told now and then, and wiped away at the end', async () => {
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

  test('a check that does not exist is told with the one that was meant', async () => {
    const { code, error } = await runCommand(['review', '-f', SAMPLES, '--check', 'privilged']);
    expect(code).toBe(2);
    expect(error).toContain('Did you mean privileged?');
  });
});

describe('roles and tenants', () => {
  test('a pod whose role is not in the input is held to the context-free rules, and it is said', async () => {
    const { code, error } = await runCommand(['review', '-f', `${SAMPLES}/refused/unpinned-image.yaml`]);
    expect(code).toBe(0);
    expect(error).toContain('1 pod names the role "data-analyst", which is not in the input');
  });

  test('a tenant that does not allow the role of a pod refuses it, the role known or not', async () => {
    const tenant = SAMPLE_POLICIES[1];
    const { entries } = await reviewAsJson(['-f', `${SAMPLES}/refused/foreign-role.yaml`, '-f', tenant]);
    expect(checksOf(entries[0])).toEqual(['role']);
  });

  test('a role or tenant that was named and is not there is unusable input', async () => {
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
    expect(error).toContain('there is no usable AgentRole "ghost" here');
    expect(error).toContain('there is no usable TenantIsolation "none" here');
  });

  test('--role and --tenant hold for pods that name neither', async () => {
    const folder = writeFiles({ 'a.yaml': pod('a') });
    const flags = [...policies, '--role', 'data-analyst', '--tenant', 'acme', '-f', folder];
    const { entries } = await reviewAsJson([...flags, '--check', 'role', 'image-policy']);
    expect(checksOf(entries[0])).toEqual(['image-policy', 'role']);
  });

  test('of two roles with one name the first is used, and the second is unusable input', async () => {
    const { code, entries } = await reviewAsJson([...policies, '-f', '-'], sampleRole);
    expect(code).toBe(2);
    expect(entries).toMatchObject([
      { file: '-', error: expect.stringContaining('another AgentRole of this name at') },
    ]);
  });

  test('a rule of a role that no schema can hold is a violation', async () => {
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
  ] as const)('a role with %s is unusable input', async ([, [from, to], told]) => {
    const { code, entries } = await reviewAsJson(['-f', '-'], sampleRole.replace(from, to));
    expect(code).toBe(2);
    expect(entries).toMatchObject([{ line: 2, error: expect.stringContaining(told) }]);
  });

  test('a sandbox that asks for more than its role is refused', async () => {
    const sandbox = sampleSandbox.replace(/image: .*/, 'image: docker.io/library/python:3');
    const { entries } = await reviewAsJson([...policies, '-f', '-'], sandbox);
    expect(entries).toMatchObject([{ kind: 'AgentSandbox', violations: [{ field: 'spec.image' }] }]);
  });
});

describe('input that cannot be used', () => {
  test('every fault is told with its file and line, the rest is reviewed, and the exit code is 2', async () => {
    const folder = writeFiles({
      'broken.yaml': `${pod('before')}---\nkind: a: b\n---\n${pod('after')}`,
      'duplicate.yaml': 'kind: Pod\nkind: Pod\n',
      'empty.yaml': '',
      'large.yaml': `# ${'x'.repeat(20 * 2 ** 20)}\n`,
      'unknown.yaml': '\napiVersion: example.com/v1\nkind: Widget\n',
      'nameless.yaml': 'metadata: {name: a}\n',
      'mistyped.yaml': pod('typed', ', hostNetwork: "true"'),
      'template.yaml': 'apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: 1}\n',
      'refused.yaml': pod('refused', ', hostPID: true'),
    });
    symlinkSync(folder, `${folder}/loop`);
    const { code, entries } = await reviewAsJson(['-f', folder, ...NETWORK]);
    const told = entries.map((entry) => {
      const file = entry.file.slice(folder.length + 1);
      return 'error' in entry ? [file, entry.line ?? null] : [file, entry.name];
    });
    expect(code).toBe(2);
    expect(told).toEqual([
      ['broken.yaml', 'before'],
      ['broken.yaml', 6],
      ['broken.yaml', 'after'],
      ['duplicate.yaml', 2],
      ['empty.yaml', null],
      ['large.yaml', null],
      ['loop', null],
      ['mistyped.yaml', 1],
      ['nameless.yaml', 1],
      ['refused.yaml', 'refused'],
      ['template.yaml', 1],
      ['unknown.yaml', 2],
    ]);
  });
});
