import { describe, expect, test } from 'vitest';
import { OTHER_POLICY_KINDS } from '../../src/operator/other-policies/kinds.ts';
import type { StartedControlPlane } from '../testbed/control-plane.ts';
import { NAMESPACE } from './samples.ts';
import { RUNNING, useSandboxes } from './use-sandboxes.ts';

const POLICIES = `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`;
const SERVED = OTHER_POLICY_KINDS.map(({ label, resources: [resource] }) => ({ label, ...resource }));

/** A namespace that is in use already, and the policies of other products. */
async function prepare(controlPlane: StartedControlPlane): Promise<void> {
  await controlPlane.apply(SERVED.map(definitionOf));
  await controlPlane.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }]);
  await controlPlane.apply([
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'allow-database', namespace: NAMESPACE },
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '198.51.100.0/24' } }], ports: [{ port: 5432 }] }],
      },
    },
  ]);
}

function definitionOf({ group, version, kind, plural, namespaced }: (typeof SERVED)[number]) {
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, of a test' },
    },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

const { calls, make, nextPod, play, says, statusOf } = useSandboxes(prepare);

const messageOf = async (name: string): Promise<string> =>
  (await statusOf(name)).conditions?.find(({ type }) => type === 'EgressClosed')?.message ?? '';

describe('the egress of a sandbox', () => {
  test('is open by a NetworkPolicy from before enrolment, which is named, until that is deleted', async () => {
    await make('hermes');
    await nextPod('hermes');
    await says('hermes', 'EgressClosed False/OpenedBy');
    await play('hermes', RUNNING);
    await says('hermes', 'PodReady True/Running', 'EgressClosed False/OpenedBy', 'Ready False/NotReady');
    expect(await messageOf('hermes')).toBe(
      `NetworkPolicy "allow-database" in namespace "${NAMESPACE}" opens by spec.egress[0]: the addresses 198.51.100.0/24, on TCP 5432. Delete what opens more than the gateway; what an agent may reach is said in its AgentRole.`,
    );
    expect((await calls().remove(`${POLICIES}/allow-database`)).status).toBe(200);
    await says('hermes', 'EgressClosed True/Closed', 'Ready True/Ready');
    expect(await messageOf('hermes')).toContain('found 12 targets closed and reached the gateway');
  });

  test.for(SERVED)('is not known while there is a policy of the kind $label', async (kind) => {
    const { group, version, plural, namespaced } = kind;
    const place = namespaced ? `namespaces/${NAMESPACE}/` : '';
    const path = `/apis/${group}/${version}/${place}${plural}`;
    const created = await calls().create(path, {
      apiVersion: `${group}/${version}`,
      kind: kind.kind,
      metadata: { name: 'wide' },
      spec: { egress: [{ action: 'Allow' }] },
    });
    expect(created.status).toBe(201);
    await says('hermes', 'EgressClosed Unknown/OtherPolicyEngine', 'Ready True/Ready');
    expect(await messageOf('hermes')).toContain(`${kind.label} "wide"`);
    await calls().remove(`${path}/wide`);
    await says('hermes', 'EgressClosed True/Closed');
  });
});
