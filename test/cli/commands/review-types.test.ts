import { describe, expect, test } from 'vitest';
import { reviewAsJson } from '../run-command.ts';

describe('types', () => {
  test.for([
    [{ hostNetwork: 'true' }, 'spec.hostNetwork is "true"; must be true or false. Remove the quotes'],
    [
      { hostNetwork: 'yes' },
      'spec.hostNetwork is "yes"; must be true or false. Write true or false, without quotes',
    ],
    [{ priority: '10' }, 'spec.priority is "10"; must be a whole number. Remove the quotes'],
    [{ priority: 1.5 }, 'spec.priority is 1.5; must be a whole number'],
    [
      { containers: [{ env: [{ value: true }] }] },
      'spec.containers[0].env[0].value is true; must be a string. Put it in quotes: "true"',
    ],
    [
      { containers: [{ env: [{ value: 8080 }] }] },
      'spec.containers[0].env[0].value is 8080; must be a string. Put it in quotes: "8080"',
    ],
    [
      { containers: [{ env: [{ value: 1.1 }] }] },
      'spec.containers[0].env[0].value is 1.1; must be a string. Put it in quotes',
    ],
    [
      { containers: [{ command: 'sleep' }] },
      'spec.containers[0].command is "sleep"; must be a list. Put it in brackets: ["sleep"]',
    ],
    [{ containers: {} }, 'spec.containers is {}; must be a list. Begin each item with "- "'],
    [{ securityContext: [] }, 'spec.securityContext is []; must be an object'],
    [{ containers: [null] }, 'spec.containers[0] is null; must be an object'],
    [
      { containers: [{ resources: { limits: { cpu: true } } }] },
      'spec.containers[0].resources.limits.cpu is true; must be a quantity, such as 500m or 1Gi',
    ],
  ] as const)('%o has a wrong type, so that the pod is not reviewed', async ([spec, error]) => {
    const { code, entries } = await reviewAsJson(
      ['-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec }),
    );
    expect(code).toBe(2);
    expect(entries).toMatchObject([{ line: 1, error }]);
  });

  test('every wrong type of a manifest is reported, and of many the first 16', async () => {
    const metadata = { labels: { 'example.com/version': 1 } };
    const two = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { hostPID: 'false' } };
    const { entries } = await reviewAsJson(['-f', '-'], JSON.stringify(two));
    expect(entries).toMatchObject([
      {
        error:
          'metadata.labels[example.com/version] is 1; must be a string. Put it in quotes: "1". ' +
          'spec.hostPID is "false"; must be true or false. Remove the quotes',
      },
    ]);
    const many = { apiVersion: 'v1', kind: 'Pod', spec: { containers: Array(18).fill(null) } };
    const { entries: ofMany } = await reviewAsJson(['-f', '-'], JSON.stringify(many));
    expect(ofMany).toMatchObject([
      {
        error: expect.stringMatching(/\[15\] is null; must be an object\. 2 more fields are wrong$/),
      },
    ]);
  });

  test('null in a list of strings is the empty string, and the items beside it are evaluated', async () => {
    const manifest = [
      'apiVersion: v1',
      'kind: Pod',
      'spec:',
      '  containers:',
      '  - name: a',
      '    image: b',
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

  test('a limit may be a number', async () => {
    const limits = { cpu: 1, memory: 1073741824, 'ephemeral-storage': '1Gi' };
    const spec = { containers: [{ name: 'a', image: 'b', resources: { limits } }] };
    const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', spec });
    expect((await reviewAsJson(['-f', '-', '--check', 'resource-limits'], manifest)).code).toBe(0);
  });
});
