import { describe, expect, test } from 'vitest';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { compileTenant } from '../../../src/policy/tenants/compile-tenant.ts';
import type { TenantPolicy } from '../../../src/policy/tenants/tenant-policy.ts';
import { DIGEST } from '../../build/pod.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';
import { withoutEachField } from '../admission/without-each-field.ts';

const EXEMPTION = {
  namespace: 'acme-agents',
  serviceAccount: 'agent',
  images: [DIGEST],
  checks: ['dns'],
  reason: 'It is being moved.',
  expirationTime: '2027-01-31T00:00:00Z',
};

const WIDE = buildTenantIsolation((tenant) => {
  Object.assign(tenant.metadata, { name: 'acme' });
  Object.assign(tenant.spec, {
    namespaces: [
      { name: 'acme-agents', quota: { sandboxes: 1, hard: { pods: '1' } } },
      { name: 'acme-more' },
    ],
    roles: { allowed: ['data-analyst', 'read-only'], default: 'read-only' },
    exemptions: [EXEMPTION],
    imagePullSecrets: ['registry'],
  });
});

const POLICY = compileTenant(WIDE);

describe('compileTenant', () => {
  test('reads every member', () => {
    expect(POLICY).toEqual({
      name: 'acme',
      creationTimestamp: null,
      namespaces: new Set(['acme-agents', 'acme-more']),
      allowedRoles: new Set(['data-analyst', 'read-only']),
      defaultRole: 'read-only',
      exemptions: [
        {
          ...EXEMPTION,
          images: new Set([DIGEST]),
          checks: new Set(['dns']),
          expirationTime: Date.UTC(2027, 0, 31),
        },
      ],
      imagePullSecrets: ['registry'],
      gatewayAddresses: null,
    } satisfies TenantPolicy);
  });

  test.for<[string, object, readonly string[] | null]>([
    ['in a file, not known', {}, null],
    [
      'in a file with the status of the cluster',
      { status: { gateway: { clusterIPs: ['10.96.0.50'] } } },
      ['10.96.0.50'],
    ],
    ['stored without one, none', { metadata: { creationTimestamp: '2026-01-01T00:00:00Z' } }, []],
    [
      'stored with two',
      {
        metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
        status: { gateway: { clusterIPs: ['10.96.0.50', 'fd00::50'] } },
      },
      ['10.96.0.50', 'fd00::50'],
    ],
  ])('the addresses of the gateway of a tenant are, %s', ([, object, addresses]) => {
    expect(compileTenant({ spec: WIDE.spec, ...object }).gatewayAddresses).toEqual(addresses);
  });

  test('a default that the tenant does not allow is none', () => {
    const spec = { ...WIDE.spec, roles: { allowed: ['data-analyst'], default: 'read-only' } };
    expect(compileTenant({ ...WIDE, spec }).defaultRole).toBeNull();
  });

  test('an exemption whose end can not be read has ended', () => {
    const exemptions = [{ ...EXEMPTION, expirationTime: 'next week' }];
    const [exemption] = compileTenant({ ...WIDE, spec: { ...WIDE.spec, exemptions } }).exemptions;
    expect(0 < (exemption?.expirationTime ?? 1)).toBe(false);
  });

  test.for(withoutEachField(WIDE.spec))('without spec$path nothing is wider', ({ changed }) => {
    const narrowed = compileTenant({ ...WIDE, spec: changed as TenantIsolation['spec'] });
    expect([...narrowed.namespaces].every((name) => POLICY.namespaces.has(name))).toBe(true);
    expect([...narrowed.allowedRoles].every((name) => POLICY.allowedRoles.has(name))).toBe(true);
    expect([null, POLICY.defaultRole]).toContain(narrowed.defaultRole);
    for (const { images, checks, ...rest } of narrowed.exemptions) {
      expect(rest).toEqual({
        namespace: EXEMPTION.namespace,
        serviceAccount: EXEMPTION.serviceAccount,
        reason: EXEMPTION.reason,
        expirationTime: POLICY.exemptions[0]?.expirationTime,
      });
      expect([...images].every((digest) => digest === DIGEST)).toBe(true);
      expect([...checks].every((check) => check === 'dns')).toBe(true);
    }
  });
});
