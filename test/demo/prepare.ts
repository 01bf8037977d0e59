import { callAPI } from '../testbed/api-request.ts';
import type { ControlPlane } from '../testbed/connect-control-plane.ts';
import { installManifests } from '../testbed/install-cloister.ts';
import type { CloisterOptions } from '../testbed/start-cloister.ts';
import { whoRefused } from '../testbed/who-refused.ts';
import { readSample, readSampleObject } from './samples.ts';
import { NAMESPACE, POD, PROTECTED, UNPROTECTED } from './scenario.ts';
import type { Step } from './step.ts';

const PATIENCE_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 50;

/**
 * What a platform engineer and an application team apply: roles, a tenant, a namespace, rights, a ServiceAccount. The objects
 * of `before` are in the namespace before it is enrolled.
 */
export async function applyTenant(controlPlane: ControlPlane, before: readonly object[] = []): Promise<void> {
  const roles = ['role-data-analyst.yaml', 'role-read-only.yaml', 'role-devops.yaml'].flatMap(readSample);
  await controlPlane.apply([namespace(NAMESPACE), namespace('unrelated'), ...before]);
  await controlPlane.apply([...roles, ...readSample('tenant-acme.yaml')]);
  await until('namespace acme-agents is enrolled', async () => {
    const { object } = await callAPI(controlPlane, {
      user: 'admin',
      method: 'GET',
      path: `/api/v1/namespaces/${NAMESPACE}`,
    });
    const { labels } = object['metadata'] as { labels?: Record<string, string> };
    return labels?.['cloister.dev/tenant'] === 'acme';
  });
  const accounts = ['hermes'].map((name) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: NAMESPACE },
  }));
  const unrelated = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'hermes', namespace: 'unrelated' },
  };
  await controlPlane.apply([
    ...accounts,
    unrelated,
    bindEdit('edit'),
    bindEdit('cloister-tenant'),
    ...['data-analyst', 'devops'].flatMap(useOfRole),
  ]);
}

/** Of an operator that gives sandboxes the start gate of the samples, and tenants a gateway; with further flags of it. */
export function cloisterOptions(operatorFlags: readonly string[] = []): CloisterOptions {
  const { spec } = readSampleObject('workloads/compliant-pod.yaml') as {
    spec: { initContainers: { image: string }[] };
  };
  const digest = spec.initContainers[0]?.image.split('@')[1] ?? '';
  return {
    startGateDigests: [digest],
    operatorFlags: [
      `--start-gate-image=packages.example.com/cloister/start-gate@${digest}`,
      `--start-gate-digests=${digest}`,
      `--gateway-image=packages.example.com/cloister/cloister@${digest}`,
      ...operatorFlags,
    ],
  };
}

/** Waits until the API server knows registrations and policies: what is listed must be refused by whom it is expected. */
export async function waitUntilRefused(controlPlane: ControlPlane, steps: readonly Step[]): Promise<void> {
  for (const { step, expected, request } of steps) {
    await until(
      `${step} by ${expected}`,
      async () => whoRefused((await callAPI(controlPlane, request)).message) === expected,
    );
  }
}

/** The first refusal of each part of the scenario: when it comes as expected, the others will. */
export const FIRST_REFUSAL = PROTECTED.filter(({ expected }) => expected === 'Explain').slice(0, 1);
export const LAST_REFUSALS = UNPROTECTED.filter(
  ({ expected, request }) => expected !== 'Admitted' && request.method === 'POST',
);

/** Makes the pod look as on a node: bound, and running. There is no kubelet here that would. */
export async function pretendRunning(controlPlane: ControlPlane): Promise<void> {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'demo' } };
  await controlPlane.apply([node]);
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${POD}`;
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: POD },
    target: { kind: 'Node', name: 'demo' },
  };
  await callAPI(controlPlane, { user: 'admin', method: 'POST', path: `${path}/binding`, body: binding });
  const contentType = 'application/merge-patch+json';
  const body = { status: { phase: 'Running' } };
  await callAPI(controlPlane, { user: 'admin', method: 'PATCH', path: `${path}/status`, body, contentType });
}

/** As an engineer would in an emergency, and as an attacker with too many rights could. */
export async function deleteRegistrations(controlPlane: ControlPlane): Promise<void> {
  const base = '/apis/admissionregistration.k8s.io/v1';
  const paths = [
    'mutatingwebhookconfigurations/zz-cloister-explain',
    'validatingwebhookconfigurations/cloister-decide',
  ];
  for (const path of paths)
    await callAPI(controlPlane, { user: 'admin', method: 'DELETE', path: `${base}/${path}` });
}

/** Makes the registrations again as they were installed; resolves when the webhook refuses by them. */
export async function restoreRegistrations(controlPlane: ControlPlane, webhookUrl: string): Promise<void> {
  const isRegistration = ({ kind }: { kind?: unknown }): boolean =>
    String(kind).endsWith('WebhookConfiguration');
  await controlPlane.apply(installManifests(webhookUrl).filter(isRegistration));
  await waitUntilRefused(controlPlane, FIRST_REFUSAL);
}

function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function bindEdit(role: string): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `demo-${role}`, namespace: NAMESPACE },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'tenant-editors' }],
  };
}

/** Who may deploy does not by that decide as which role: the platform team gives the verb `use` on it. */
function useOfRole(role: string): readonly object[] {
  const name = `use-${role}`;
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const apiGroup = 'rbac.authorization.k8s.io';
  const rules = [
    { apiGroups: ['cloister.dev'], resources: ['agentroles'], resourceNames: [role], verbs: ['use'] },
  ];
  const subjects = [{ apiGroup, kind: 'Group', name: 'tenant-editors' }];
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects,
    },
  ];
}

/** Resolves when it is true; rejects after a while. */
export async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  while (!(await isTrue())) {
    if (performance.now() > end)
      throw new Error(`waited ${PATIENCE_MILLISECONDS / 1000} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}
