import { parseQuantity } from '../../src/lib/quantity.ts';
import { compileImagePattern } from '../../src/policy/roles/image-pattern.ts';
import type { ReviewContext } from '../../src/policy/admission/review-context.ts';
import type { RolePolicy } from '../../src/policy/roles/role-policy.ts';
import type { TenantPolicy } from '../../src/policy/tenants/tenant-policy.ts';
import { START_GATE_DIGEST } from './pod.ts';

const LIMITS: readonly [string, string][] = [
  ['cpu', '1'],
  ['memory', '2Gi'],
  ['ephemeral-storage', '1Gi'],
];

/** The compiled role that `buildPod()` names, with the given members replaced. */
export function buildRolePolicy(change: Partial<RolePolicy> = {}): RolePolicy {
  return {
    name: 'data-analyst',
    images: [compileImagePattern('ghcr.io/acme/*', true)],
    limits: new Map(LIMITS.map(([name, text]) => [name, parseQuantity(text) ?? 0n])),
    limitTexts: new Map(LIMITS),
    runAsUser: 1001,
    seccompProfile: 'RuntimeDefault',
    runtimeClassName: null,
    userNamespace: 'Preferred',
    startGate: 'Required',
    maxLifetimeSeconds: 86_400,
    allowedAccess: new Set(),
    readablePaths: ['/data/reports', '/data/exports'],
    writablePaths: [],
    deniedPaths: ['/data/reports/private'],
    unwritablePaths: [],
    temporarySize: parseQuantity('100Mi'),
    temporarySizeText: '100Mi',
    tools: new Map(),
    ingress: new Map(),
    tolerations: [],
    nodeSelector: new Map(),
    annotations: [],
    environments: [],
    ...change,
  };
}

/** The compiled tenant whose namespace `buildPod()` is in, with the given members replaced. */
export function buildTenantPolicy(change: Partial<TenantPolicy> = {}): TenantPolicy {
  return {
    name: 'acme',
    creationTimestamp: '2026-01-01T00:00:00Z',
    namespaces: new Set(['acme-agents']),
    allowedRoles: new Set(['data-analyst', 'read-only']),
    defaultRole: 'read-only',
    exemptions: [],
    imagePullSecrets: [],
    gatewayAddresses: [],
    ...change,
  };
}

/** All that is known when `buildPod()` is created by a user of the tenant, with the given members replaced. */
export function buildReviewContext(change: Partial<ReviewContext> = {}): ReviewContext {
  return {
    scope: 'Tenant',
    operation: 'Create',
    namespace: 'acme-agents',
    user: { name: 'developer', groups: ['system:authenticated'] },
    role: buildRolePolicy(),
    tenant: buildTenantPolicy(),
    configuration: {
      startGateDigests: [START_GATE_DIGEST],
      operatorUser: 'system:serviceaccount:cloister-system:cloister-operator',
    },
    ...change,
  };
}
