import { describe, expect, test } from 'vitest';
import { reviewAsJson } from '../run-command.ts';

describe('types', () => {
  test.for([
    ['a number as text', { containers: [{ name: 'a', securityContext: { runAsUser: '1000' } }] }],
    ['text as a number', { containers: [{ name: 'a', env: [{ name: 'a', value: 1 }] }] }],
    ['a truth value as text', { hostNetwork: 'true' }],
    ['a list as an object', { containers: {} }],
  ] as const)('%s is what the API server refuses, so that there is no verdict', async ([, spec]) => {
    const { code, entries } = await reviewAsJson(
      ['-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec }),
    );
    expect(code).toBe(2);
    expect(entries).toMatchObject([{ line: 1, error: expect.stringContaining('the API server refuses it') }]);
  });

  test('a text where none can be is told in quotes', async () => {
    const manifest = { apiVersion: 'v1', kind: 'Pod', spec: { hostNetwork: 'true' } };
    const { entries } = await reviewAsJson(['-f', '-'], JSON.stringify(manifest));
    expect(entries).toMatchObject([
      { error: 'spec.hostNetwork is "true", and has to be true or false; the API server refuses it' },
    ]);
  });

  test('nothing in a list of texts is the empty text, and what stands beside it is judged', async () => {
    const manifest = [
      'apiVersion: v1',
      'kind: Pod',
      'spec:',
      '  containers:',
      '  - name: a',
      '    args:',
      '    - --database=postgres://a:b@c',
      '    -',
      '    securityContext: {capabilities: {drop: [~, ALL], add: [~]}}',
    ].join('\n');
    const checks = ['--check', 'environment-secrets', 'capabilities'];
    const { code, entries } = await reviewAsJson(['-f', '-', ...checks], manifest);
    expect(code).toBe(1);
    expect(entries).toMatchObject([
      {
        violations: [
          { check: 'capabilities', field: 'spec.containers[0].securityContext.capabilities.add' },
          { check: 'environment-secrets', field: 'spec.containers[0].args[0]' },
        ],
      },
    ]);
  });

  test('nothing in a list of objects lacks what the API server wants of each', async () => {
    const manifest = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [null] } };
    const { code, entries } = await reviewAsJson(['-f', '-'], JSON.stringify(manifest));
    expect(code).toBe(2);
    expect(entries).toMatchObject([{ error: expect.stringContaining('spec.containers[0] is nothing') }]);
  });

  test('a limit may be a number', async () => {
    const limits = { cpu: 1, memory: 1073741824, 'ephemeral-storage': '1Gi' };
    const spec = { containers: [{ name: 'a', resources: { limits } }] };
    const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec });
    expect((await reviewAsJson(['-f', '-', '--check', 'resource-limits'], manifest)).code).toBe(0);
  });
});
