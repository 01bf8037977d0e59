import { describe, expect, test } from 'vitest';
import { reviewAsJson, runCommand, SAMPLE_POLICIES } from '../run-command.ts';
import { REJECTED_PODS } from '../../policy/pod/rejected-pods.ts';

const errorOf = async (manifest: string): Promise<string> => {
  const { entries } = await reviewAsJson(['-f', '-'], manifest);
  const [entry] = entries;
  return entry !== undefined && 'error' in entry ? entry.error : '';
};

describe('what the API server rejects', () => {
  test.for(REJECTED_PODS)('$name is unusable, and says why', async ({ manifest, message }) => {
    const { code, entries } = await reviewAsJson(['-f', '-'], JSON.stringify(manifest));
    expect(entries).toMatchObject([{ error: expect.stringContaining(message) }]);
    expect(code).toBe(2);
  });

  test.for(REJECTED_PODS)('$name is not hardened', async ({ manifest, message }) => {
    const flags = ['-f', SAMPLE_POLICIES[0], '-f', '-', '--role', 'data-analyst'];
    const { code, error } = await runCommand(['harden', ...flags], { stdin: JSON.stringify(manifest) });
    expect(error).toContain(message);
    expect(code).toBe(2);
  });

  test('every fault of a manifest is said with its line, and quotes with what was written', async () => {
    const manifest = [
      '# a comment',
      'apiVersion: v1',
      'kind: Pod',
      'metadata:',
      '  name: a',
      '  labels: &labels',
      '    version: 1.10',
      'spec:',
      '  HostNetwork: true',
      '  containers:',
      '  - name: a',
      '    image: b',
      '    env:',
      '    - {name: A, value: yes}',
      '    - name: B',
      '      value: 0777',
      '    volumeMounts: none',
    ].join('\n');
    const { entries } = await reviewAsJson(['-f', '-'], manifest);
    expect(entries).toEqual([
      {
        file: '-',
        document: 0,
        line: 7,
        error: [
          'metadata.labels.version is 1.1; must be a string. Put it in quotes: "1.10".',
          'line 9: spec.HostNetwork is not a field of PodSpec; did you mean hostNetwork?',
          'line 14: spec.containers[0].env[0].value is true; must be a string. Put it in quotes: "yes".',
          'line 16: spec.containers[0].env[1].value is 511; must be a string. Put it in quotes: "0777".',
          'line 17: spec.containers[0].volumeMounts is "none"; must be a list. Put it in brackets: ["none"]',
        ].join(' '),
      },
    ]);
  });

  test('the line is that of the item in a List, through aliases and merge keys, and in JSON', async () => {
    const list = [
      'apiVersion: v1',
      'kind: List',
      'items:',
      '- &pod',
      '  apiVersion: v1',
      '  kind: Pod',
      '  spec: &spec',
      '    containers: [{name: a, image: b, tty: "x"}]',
      '- apiVersion: v1',
      '  kind: Pod',
      '  spec:',
      '    <<: *spec',
      '    hostPID: 1',
    ].join('\n');
    const { entries } = await reviewAsJson(['-f', '-'], list);
    expect(entries).toMatchObject([
      { item: 0, line: 8 },
      { item: 1, line: 8, error: expect.stringContaining('line 13: spec.hostPID') },
    ]);
    const pod = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'a', image: 'b', tty: 1 }] } };
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [pod, pod] }, undefined, 1);
    const { entries: ofJson } = await reviewAsJson(['-f', '-'], json);
    const lines = json.split('\n').flatMap((line, index) => (line.includes('tty') ? [index + 1] : []));
    expect(ofJson).toMatchObject(lines.map((line) => ({ line })));
  });

  test('what kubectl writes into a new manifest is no fault', async () => {
    const manifest = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a', creationTimestamp: null },
      spec: {
        selector: { matchLabels: { app: 'a' } },
        strategy: {},
        template: {
          metadata: { creationTimestamp: null, labels: { app: 'a' } },
          spec: { containers: [{ name: 'a', image: 'b', resources: {} }] },
        },
      },
      status: {},
    };
    expect(await errorOf(JSON.stringify(manifest))).toBe('');
  });

  test('a kind that is not of Kubernetes may add fields to a pod, but not misspell those of a pod', async () => {
    const service = (spec: object) =>
      JSON.stringify({
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Service',
        spec: { template: { spec: { containers: [{ image: 'b' }], containerConcurrency: 1, ...spec } } },
      });
    expect(await errorOf(service({ timeoutSeconds: 5 }))).toBe('');
    expect(await errorOf(service({ hostNetwrok: true }))).toContain('did you mean hostNetwork?');
  });
});

describe('what is bounded', () => {
  test('a hundred thousand unknown fields of any length', async () => {
    const fields = Array.from({ length: 100_000 }, (_, index) => [`volume${index}`, 1]);
    const containers = [{ name: 'a', image: 'b' }];
    const spec = { containers, ['x'.repeat(1_000_000)]: 1, ...Object.fromEntries(fields) };
    const error = await errorOf(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec }));
    expect(error.length).toBeLessThan(10_000);
    expect(error).toContain('99985 more fields are wrong');
  });

  test('a thousand items of a List with a fault each', { timeout: 10_000 }, async () => {
    const spec = { containers: Array.from({ length: 50 }, () => ({ name: 'a', tty: 1 })) };
    const items = Array.from({ length: 1000 }, () => ({ apiVersion: 'v1', kind: 'Pod', spec }));
    const { entries } = await reviewAsJson(
      ['-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    );
    expect(entries).toHaveLength(1000);
  });
});
