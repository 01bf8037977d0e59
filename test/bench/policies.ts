import { agentRole } from '../../src/api/agent-role.ts';
import { tenantIsolation } from '../../src/api/tenant-isolation.ts';
import { compileRole } from '../../src/policy/roles/compile-role.ts';
import { compileTenant } from '../../src/policy/tenants/compile-tenant.ts';
import type { ReviewSettings } from '../../src/webhook/review/review-settings.ts';
import { readSampleObject } from '../demo/samples.ts';

/** Digest of the start gate that the samples name. */
export function startGateDigest(): string {
  const { spec } = readSampleObject('workloads/compliant-pod.yaml') as {
    spec: { initContainers: { image: string }[] };
  };
  return spec.initContainers[0]?.image.split('@')[1] ?? '';
}

/** What the webhook knows once the sample role and tenant are applied, without a cluster. */
export function sampleSettings(): ReviewSettings {
  const role = compileRole(agentRole.schema.parse(readSampleObject('role-data-analyst.yaml')));
  const tenant = compileTenant(tenantIsolation.schema.parse(readSampleObject('tenant-acme.yaml')));
  return {
    view: {
      tenantOf: (namespace) => (tenant.namespaces.has(namespace) ? tenant : null),
      role: (name) => (name === role.name ? role : null),
      roleNameOfPod: () => undefined,
      otherTenantsOf: () => [],
    },
    configuration: {
      startGateDigests: [startGateDigest()],
      operatorUser: 'system:serviceaccount:cloister-system:cloister-operator',
    },
    now: Date.now,
  };
}
