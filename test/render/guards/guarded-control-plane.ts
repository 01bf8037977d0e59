import { vi } from 'vitest';
import { kinds } from '../../../src/api/kinds.ts';
import { OPERATOR_USER } from '../../../src/api/names.ts';
import { customResourceDefinition } from '../../../src/api/structural/custom-resource-definition.ts';
import { CHECKS } from '../../../src/policy/admission/checks/index.ts';
import { backstopPolicy } from '../../../src/render/backstop-policy.ts';
import { GUARDS } from '../../../src/render/guards/index.ts';
import { minimalAgentSandbox } from '../../build/agent-sandbox.ts';
import { buildPod } from '../../build/pod.ts';
import { minimalTenantIsolation } from '../../build/tenant-isolation.ts';
import { type ApiAnswer, type ApiCall, apiServerCaller } from '../../testbed/api-server-caller.ts';
import { type StartedControlPlane, startControlPlane } from '../../testbed/control-plane.ts';

export type User = NonNullable<ApiCall['user']>;

export const user = (name: string, ...groups: string[]): User => ({
  name,
  groups: [...groups, 'system:authenticated'],
});
/** With the rights that Kubernetes gives it: as `system:masters` it would have the verb `use` on every role. */
export const controller = (name: string): User =>
  user(`system:serviceaccount:kube-system:${name}`, 'system:serviceaccounts');

/**
 * Who tries. All but `editor` and the controllers may do everything as far as RBAC goes, so that only a policy can
 * refuse them.
 */
export const ACTORS = {
  /** Has `edit` in `acme-agents`, as an application team does. */
  editor: user('editor'),
  /** The platform team. */
  administrator: user('administrator', 'system:masters'),
  operator: user(OPERATOR_USER, 'system:masters'),
  garbageCollector: controller('generic-garbage-collector'),
  replicaSetController: controller('replicaset-controller'),
  node: user('system:node:worker-1', 'system:masters', 'system:nodes'),
  /** As `edit` has it, by impersonation. */
  ownServiceAccount: user('system:serviceaccount:acme-agents:deployer', 'system:masters'),
  /** A GitOps tool's, of a namespace that is not enrolled. */
  foreignServiceAccount: user('system:serviceaccount:elsewhere:deployer', 'system:masters'),
  gateway: user('system:serviceaccount:cloister-t-acme:cloister-gateway', 'system:masters'),
} as const;

export const ENROLMENT = {
  'cloister.dev/tenant': 'acme',
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/enforce-version': 'latest',
};

/** What came of a try: `Allowed`, the name of the policy that refused, or `RBAC`. */
export interface Outcome {
  readonly by: string;
  readonly message: string;
}

export interface GuardedControlPlane {
  readonly controlPlane: StartedControlPlane;
  /** Makes a call and tells who refused it; throws where it failed for another reason. */
  readonly attempt: (who: User, call: Omit<ApiCall, 'user'>) => Promise<Outcome>;
  readonly stop: () => Promise<void>;
}

/** A control plane with every guard and the backstop, tenant `acme` enrolled with its system namespace. */
export async function startGuardedControlPlane(): Promise<GuardedControlPlane> {
  const policies = [...GUARDS.flat(), ...backstopPolicy(CHECKS)];
  const controlPlane = await startControlPlane({
    objects: [kinds.map(customResourceDefinition), [...policies, ...TENANT]],
  });
  const caller = apiServerCaller(controlPlane.connection);
  const attempt = async (who: User, call: Omit<ApiCall, 'user'>): Promise<Outcome> =>
    outcome(await caller.send({ ...call, user: who }), call);
  await listedIsEffective(attempt);
  const create = async (who: User, path: string, body: object): Promise<void> => {
    const { by, message } = await attempt(who, { method: 'POST', path, body });
    if (by !== 'Allowed') throw new Error(message);
  };
  await create(ACTORS.administrator, NAMESPACES, namespace('acme-agents', ENROLMENT));
  await create(ACTORS.operator, NAMESPACES, namespace('cloister-t-acme', { 'cloister.dev/system': 'acme' }));
  await create(ACTORS.administrator, NAMESPACES, namespace('elsewhere', {}));
  await create(ACTORS.administrator, NAMESPACES, namespace('cloister-system', {}));
  await controlPlane.apply([EDIT]);
  await backstopIsEffective(attempt);
  return {
    controlPlane,
    attempt,
    stop: async () => {
      caller.close();
      await controlPlane.stop();
    },
  };
}

export const NAMESPACES = '/api/v1/namespaces';

export const namespace = (name: string, labels: Readonly<Record<string, string>>): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

const TENANT = [
  {
    ...minimalTenantIsolation,
    metadata: { name: 'acme' },
    spec: {
      ...minimalTenantIsolation.spec,
      namespaces: ['acme-agents', 'acme-tools'].map((name) => ({
        ...minimalTenantIsolation.spec.namespaces[0],
        name,
      })),
    },
  },
];

/** Enrols a namespace with what is in it, for a tenant of its own name, as the operator does. */
export async function enrol({ controlPlane, attempt }: GuardedControlPlane, name: string): Promise<void> {
  const [acme] = TENANT;
  const namespaces = acme?.spec.namespaces.slice(0, 1).map((each) => ({ ...each, name }));
  await controlPlane.apply([{ ...acme, metadata: { name }, spec: { ...acme?.spec, namespaces } }]);
  const call = {
    method: 'PATCH',
    path: `${NAMESPACES}/${name}`,
    contentType: 'application/merge-patch+json',
    body: { metadata: { labels: { ...ENROLMENT, 'cloister.dev/tenant': name } } },
  } as const;
  // The policy about listed namespaces learns of the tenant a moment after it is written.
  await vi.waitFor(
    async () => {
      const { by, message } = await attempt(ACTORS.operator, call);
      if (by !== 'Allowed') throw new Error(message);
    },
    { timeout: 30_000, interval: 100 },
  );
}

const EDIT = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'editors', namespace: 'acme-agents' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
  subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'editor' }],
};

/** A policy holds a moment after it is written, and one with parameters once these are known. */
async function listedIsEffective(attempt: GuardedControlPlane['attempt']): Promise<void> {
  const body = namespace('acme-tools', {});
  await refused(() =>
    attempt(ACTORS.administrator, { method: 'POST', path: `${NAMESPACES}?dryRun=All`, body }),
  );
}

/** The API server takes up policies in the order they were written; the backstop was the last. */
async function backstopIsEffective(attempt: GuardedControlPlane['attempt']): Promise<void> {
  const body = buildPod(({ spec }) => (spec.serviceAccountName = 'default'));
  const path = `${NAMESPACES}/acme-agents/pods?dryRun=All`;
  await refused(() => attempt(ACTORS.administrator, { method: 'POST', path, body }));
}

/** The API server can stamp a sandbox once it has read its schema, which it looks for every five seconds. */
export async function stampIsEffective({ attempt }: Pick<GuardedControlPlane, 'attempt'>): Promise<void> {
  const path = '/apis/cloister.dev/v1alpha1/namespaces/acme-agents/agentsandboxes?dryRun=All';
  // Until then the answer is 503, which is thrown.
  await vi.waitFor(() => attempt(ACTORS.administrator, { method: 'POST', path, body: minimalAgentSandbox }), {
    timeout: 60_000,
    interval: 100,
  });
}

async function refused(trial: () => Promise<Outcome>): Promise<void> {
  await vi.waitFor(
    async () => {
      if ((await trial()).by === 'Allowed') throw new Error('a policy is not effective yet');
    },
    { timeout: 60_000, interval: 100 },
  );
}

function outcome({ status, body }: ApiAnswer, { method, path }: Omit<ApiCall, 'user'>): Outcome {
  const message = body.message ?? '';
  if (status < 300) return { by: 'Allowed', message };
  const policy = /ValidatingAdmissionPolicy '([^']+)'/.exec(message)?.[1];
  if (status === 403 && policy !== undefined) return { by: policy, message };
  if (status === 403 && message.includes(' cannot ')) return { by: 'RBAC', message };
  throw new Error(`${method} ${path}: ${status} ${message}`);
}
