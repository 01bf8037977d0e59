import { describe, expect, test } from 'vitest';
import { networkReport } from '../../../src/operator/tenant-isolation/close-network.ts';
import { credentialsReport } from '../../../src/operator/tenant-isolation/credentials-report.ts';
import { gatewayReport, NO_GATEWAY } from '../../../src/operator/tenant-isolation/gateway-report.ts';
import { provideQuotas, quotaReport } from '../../../src/operator/tenant-isolation/provide-quotas.ts';
import { readyReport } from '../../../src/operator/tenant-isolation/ready-report.ts';
import { planRelease } from '../../../src/operator/tenant-isolation/release-namespace.ts';
import { resources } from '../../../src/kube/resources.ts';
import { tenantConditions } from '../../../src/api/tenant-isolation/status.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

const GATEWAY = {
  ...NO_GATEWAY,
  isConfigured: true,
  clusterIPs: ['10.96.0.9'],
  replicas: 2,
  readyReplicas: 2,
};

const condition = ({ conditions }: ReturnType<typeof readyReport>) => conditions[0];

describe('GatewayReady', () => {
  test.for([
    ['all replicas are ready', {}, 'True', 'Available', /^Ready replicas: 2 of 2\.$/],
    ['one replica is ready', { readyReplicas: 1 }, 'True', 'Available', /^Ready replicas: 1 of 2\.$/],
    ['no replica is ready', { readyReplicas: 0 }, 'False', 'Unavailable', /^Ready replicas: 0 of 2\.$/],
    ['its Service has no address', { clusterIPs: [] }, 'False', 'Unavailable', /Service .* no address/],
    ['something is missing', { missing: ['Secret a/b'] }, 'False', 'Unavailable', /Secret a\/b/],
    ['targets are not known', { targetsProblem: 'No DNS.' }, 'False', 'TargetsUnknown', /^No DNS\.$/],
    ['a name is taken', { taken: ['ConfigMap a/b'] }, 'False', 'NameTaken', /ConfigMap a\/b.*Delete/],
    [
      'pods look for it elsewhere',
      { lost: ['a/agent'] },
      'False',
      'GatewayMoved',
      /at 10\.96\.0\.9 now\. Ready replicas: 2 of 2\. .*elsewhere: a\/agent\.$/,
    ],
    ['there is no image', { isConfigured: false }, 'False', 'NotConfigured', /--gateway-image/],
  ] as const)('where %s', ([, facts, status, reason, message]) => {
    const report = gatewayReport({ ...GATEWAY, ...facts });
    expect(condition(report)).toMatchObject({ status, reason, message: expect.stringMatching(message) });
    expect(Object.keys(tenantConditions.GatewayReady.reasons)).toContain(reason);
  });

  test('says the addresses of the Service as they are, and none where there is none', () => {
    expect(gatewayReport(GATEWAY).fields).toEqual({ gateway: { clusterIPs: ['10.96.0.9'] } });
    expect(gatewayReport(NO_GATEWAY).fields).toEqual({ gateway: undefined });
  });
});

describe('NetworkClosed', () => {
  test.for([
    ['all is in place', {}, 'True', 'Closed', /in place/],
    [
      'a policy is missing',
      { missing: ['NetworkPolicy a/b'] },
      'False',
      'PolicyMissing',
      /NetworkPolicy a\/b/,
    ],
    [
      'a namespace is not enrolled',
      { notEnrolled: ['late'] },
      'False',
      'PolicyMissing',
      /not enrolled: late/,
    ],
  ] as const)('where %s', ([, facts, status, reason, message]) => {
    const report = networkReport({ notEnrolled: [], missing: [], ...facts });
    expect(condition(report)).toMatchObject({ status, reason, message: expect.stringMatching(message) });
  });
});

describe('QuotaApplied', () => {
  const FACTS = {
    missing: [],
    isCounted: true,
    exhausted: [],
    totals: { 'requests.cpu': '8' },
    namespaces: 2,
  };

  test.for([
    [
      'all are in place',
      {},
      'True',
      'Applied',
      /^Namespaces with a ResourceQuota: 2\. In total they allow: requests\.cpu 8\./,
    ],
    ['one is missing', { missing: ['ResourceQuota a/b'] }, 'False', 'QuotaMissing', /ResourceQuota a\/b/],
    [
      'a namespace is full',
      { exhausted: ['full'] },
      'True',
      'Exhausted',
      /requests\.cpu 8\..*sandbox in: full\./,
    ],
    ['sandboxes are not counted yet', { isCounted: false }, 'True', 'NotCounted', /cpu 8\..*not counted/],
  ] as const)('where %s', ([, facts, status, reason, message]) => {
    const report = quotaReport({ ...FACTS, ...facts });
    expect(condition(report)).toMatchObject({ status, reason, message: expect.stringMatching(message) });
    expect(Object.keys(tenantConditions.QuotaApplied.reasons)).toContain(reason);
  });

  test('totals what every namespace limits, in one unit', async () => {
    const namespace = (name: string, sandboxes: number, hard: Record<string, string>) => ({
      name,
      quota: { sandboxes, hard },
    });
    const tenant = buildTenantIsolation(({ spec }) => {
      spec.namespaces = [
        namespace('a', 3, { 'requests.cpu': '500m', 'requests.memory': '1Gi', pods: '9' }),
        namespace('b', 4, { 'requests.cpu': '1', 'requests.memory': '512Mi' }),
        namespace('not-enrolled', 100, {}),
      ];
    });
    const caches = { resourceQuotas: { get: () => undefined } } as never;
    const given = { caches, apply: () => Promise.resolve('Unchanged' as const) };
    const { totals } = await provideQuotas(tenant, ['a', 'b'], given);
    expect(totals).toEqual({
      'count/agentsandboxes.cloister.dev': '7',
      'requests.cpu': '1500m',
      'requests.memory': '1536Mi',
    });
  });
});

describe('CredentialsBound', () => {
  const role = (name: string, ...credentials: readonly string[]) =>
    buildAgentRole(({ metadata, spec }) => {
      metadata.name = name;
      spec.credentials = credentials.map((credential) => ({ name: credential, attach: { type: 'Bearer' } }));
    });
  const tenant = buildTenantIsolation(({ spec }) => {
    spec.credentials = [
      { name: 'crm', kubernetesSecret: { name: 'crm', key: 'token' } },
      { name: 'model', vaultKV: { mount: 'secret', path: 'acme/model', key: 'key' } },
    ];
  });

  test.for([
    ['no role exists', [], 'True', 'Bound', 'The allowed roles have no credentials.'],
    [
      'all are bound, one for two roles',
      [role('one', 'crm'), role('two', 'crm')],
      'True',
      'Bound',
      'Bound credentials of the allowed roles: 1 of 1.',
    ],
    [
      'some are not',
      [role('one', 'crm', 'search'), role('two', 'search', 'mail')],
      'False',
      'NotBound',
      'Calls that need these credentials are denied, and sandboxes whose role names none of them are not concerned: spec.credentials has no search (role one), mail (role two), search (role two).',
    ],
    [
      'one is in Vault and the tenant has none, for two roles',
      [role('one', 'model'), role('two', 'model')],
      'False',
      'NotBound',
      'Calls that need these credentials are denied, and sandboxes whose role names none of them are not concerned: spec.credentials[model].vaultKV needs spec.vault, which is not set.',
    ],
  ] as const)('where %s', ([, roles, status, reason, message]) => {
    const report = credentialsReport(tenant, roles);
    expect(condition(report)).toEqual({ type: 'CredentialsBound', status, reason, message });
    expect(Object.keys(tenantConditions.CredentialsBound.reasons)).toContain(reason);
  });

  test('counts for Ready', () => {
    const parts = [gatewayReport(GATEWAY), credentialsReport(tenant, [role('one', 'search')])];
    expect(condition(readyReport(parts))).toMatchObject({
      status: 'False',
      message: 'These conditions do not hold: CredentialsBound.',
    });
  });
});

test('Ready names the conditions that do not hold', () => {
  const open = networkReport({ notEnrolled: ['late'], missing: [] });
  const parts = [open, gatewayReport(GATEWAY)];
  expect(condition(readyReport(parts))).toMatchObject({
    status: 'False',
    reason: 'NotReady',
    message: 'These conditions do not hold: NetworkClosed.',
  });
  expect(condition(readyReport([gatewayReport(GATEWAY)]))).toMatchObject({ status: 'True', reason: 'Ready' });
});

describe('a release', () => {
  const policy = { resource: resources.networkPolicies, object: { metadata: { name: 'policy' } } };
  const other = { resource: resources.configMaps, object: { metadata: { name: 'other' } } };

  test.for([
    [
      'waits for sandboxes',
      { sandboxObjects: ['agent'], policies: [policy], others: [other] },
      { step: 'Wait' },
    ],
    [
      'waits for Secrets that pods of a role share',
      { sharedSecrets: ['cloister-proxy-r-analyst'], policies: [policy], others: [other] },
      { step: 'Wait' },
    ],
    ['takes policies last', { policies: [policy], others: [other] }, { step: 'Delete', objects: [other] }],
    ['takes policies away', { policies: [policy], others: [] }, { step: 'Delete', objects: [policy] }],
    ['takes the label at the end', { policies: [], others: [] }, { step: 'TakeLabel' }],
  ] as const)('%s', ([, facts, step]) => {
    expect(planRelease({ sandboxObjects: [], sharedSecrets: [], ...facts })).toMatchObject(step);
  });
});
