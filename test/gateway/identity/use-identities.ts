import { afterAll, beforeAll, vi } from 'vitest';
import { GATEWAY } from '../../../src/api/names.ts';
import type { Identification, Identities, Proof } from '../../../src/gateway/identity/caller.ts';
import { createIdentities } from '../../../src/gateway/identity/create-identities.ts';
import { createPodDirectory } from '../../../src/gateway/pod-directory.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { resources } from '../../../src/kube/resources.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createLog } from '../../../src/lib/log.ts';
import { sha256 } from '../../../src/lib/sha256.ts';
import type { SandboxFeed } from '../../../src/policy/feed/feed-schemas.ts';
import { compileCallPolicy } from '../../../src/policy/tools/compile-tools.ts';
import { type StartedControlPlane, startControlPlane } from '../../testbed/control-plane.ts';
import { writeStatus } from '../pod-writer.ts';
import { feedOf, ROLE, SANDBOX, secret, TENANT } from './identity-world.ts';

/** Has no rights but those that are bound here. */
const USER = 'nobody';

/** The pod of a sandbox, of which the gateway was told. */
export interface StartedPod {
  readonly name: string;
  readonly uid: string;
  readonly address: string;
  readonly secret: Proof;
  readonly feed: SandboxFeed;
}

/** Identities beside an API server of their own, with the rights of a gateway. */
export interface UsedIdentities {
  readonly controlPlane: StartedControlPlane;
  readonly client: KubeClient;
  readonly identities: Identities;
  /** The enrolled namespace. */
  readonly agents: string;
  readonly from: (address: string, proof: Proof | null) => Promise<Identification>;
  /** Null where the caller is identified. */
  readonly reasonFrom: (address: string, proof: Proof | null) => Promise<string | null>;
  readonly tell: (...feed: Parameters<typeof feedOf>) => Promise<void>;
  readonly startPod: (name: string, changes?: object) => Promise<StartedPod>;
  readonly mint: (pod: Pick<StartedPod, 'name' | 'uid'> | null, options?: MintOptions) => Promise<string>;
}

export interface MintOptions {
  readonly audience?: string;
  readonly account?: string;
}

/** Registers the hooks; use what it answers only inside tests. */
export function useIdentities(): UsedIdentities {
  const state = {} as { -readonly [Key in keyof UsedIdentities]: UsedIdentities[Key] };
  const ends: (() => Promise<unknown>)[] = [];
  let system = '';
  let addresses = 1;
  beforeAll(async () => {
    state.controlPlane = await startControlPlane({ controllerManager: false });
    ends.push(state.controlPlane.stop);
    state.client = await createKubeClient({ kubeconfig: state.controlPlane.kubeconfig });
    ends.push(() => state.client.close());
    state.agents = await state.controlPlane.createNamespace('agents');
    system = await state.controlPlane.createNamespace('system');
    await allow(state.client, { namespace: system, resource: 'configmaps', verbs: ['list', 'watch'] });
    await allow(state.client, { namespace: state.agents, resource: 'pods', verbs: ['list', 'watch'] });
    const group = 'authentication.k8s.io';
    await allow(state.client, { group, resource: 'tokenreviews', verbs: ['create'] });
    const sharedSecrets = [{ namespace: state.agents, hash: sha256('shared') }];
    await state.tell({ ...TENANT, namespaces: [state.agents] }, { ...ROLE, sharedSecrets }, null);
    const followed = await follow(state.controlPlane, system, state.agents);
    state.identities = followed.identities;
    ends.push(followed.stop);
  });
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });
  state.from = (address, proof) => state.identities.identify({ address, proof });
  state.reasonFrom = async (address, proof) => {
    const found = await state.from(address, proof);
    return 'refusal' in found ? found.refusal.reason : null;
  };
  state.tell = async (...feed) => {
    for (const object of feedOf(...feed)) {
      const metadata = { ...object.metadata, namespace: system };
      await state.client.apply(resources.configMaps, { ...object, metadata });
    }
  };
  state.startPod = async (name, changes) => {
    addresses += 1;
    const address = `10.1.0.${addresses}`;
    const uid = await createPod(state.client, { namespace: state.agents, name, address, changes });
    const hash = sha256(`secret-${name}`);
    const place = { namespace: state.agents, sandbox: name, podUID: uid, proxySecretHash: hash };
    const feed = { ...SANDBOX, ...place };
    await state.tell(null, null, feed);
    return { name, uid, address, secret: secret(`secret-${name}`), feed };
  };
  state.mint = (pod, options) => mint(state.client, state.agents, pod, options);
  return state;
}

/** The identities of a gateway that may do no more than a gateway. */
async function follow(controlPlane: StartedControlPlane, namespace: string, agents: string) {
  const client = await createKubeClient({ kubeconfig: controlPlane.kubeconfigFor(USER) });
  const log = createLog({ program: 'gateway', level: 'silent' });
  const pods = createPodDirectory({ client, logger: log, clock: systemClock });
  const { tenant } = TENANT;
  const given = { client, log, clock: systemClock, tenant, namespace, pods, compile: compileCallPolicy };
  const identities = createIdentities(given);
  identities.start();
  pods.follow([agents]);
  await vi.waitFor(() => {
    const problem = identities.problem();
    if (problem !== null) throw new Error(problem);
  }, 15_000);
  const stop = async (): Promise<void> => {
    await Promise.all([identities.stop(), pods.stop()]);
    await client.close();
  };
  return { identities, stop };
}

interface Right {
  /** Without one, in the whole cluster. */
  readonly namespace?: string;
  readonly group?: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}

async function allow(client: KubeClient, { namespace, group = '', resource, verbs }: Right): Promise<void> {
  const name = `gateway-${resource}`;
  const metadata = namespace === undefined ? { name } : { name, namespace };
  const [role, binding] =
    namespace === undefined
      ? ([resources.clusterRoles, resources.clusterRoleBindings] as const)
      : ([resources.roles, resources.roleBindings] as const);
  const rules = [{ apiGroups: [group], resources: [resource], verbs }];
  await client.create(role, { metadata, rules } as KubeObject);
  await client.create(binding, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }],
  } as KubeObject);
}

interface NewPod {
  readonly namespace: string;
  readonly name: string;
  readonly address: string;
  readonly changes?: object | undefined;
}

/** Returns the UID. */
async function createPod(client: KubeClient, { namespace, name, address, changes }: NewPod): Promise<string> {
  const labels = { 'cloister.dev/role': 'minimal', 'cloister.dev/sandbox': name };
  const containers = [{ name: 'agent', image: 'packages.example.com/agent' }];
  const { metadata } = await client.create<KubeObject>(resources.pods, {
    metadata: { namespace, name, labels },
    spec: { nodeName: 'node-1', automountServiceAccountToken: false, containers, ...changes },
  } as KubeObject);
  await writeStatus(client, { namespace, name }, { phase: 'Running', podIPs: [{ ip: address }] });
  return metadata.uid ?? '';
}

/** Mints a token of a ServiceAccount, bound to a pod where there is one. */
async function mint(
  client: KubeClient,
  namespace: string,
  pod: Pick<StartedPod, 'name' | 'uid'> | null,
  { audience = GATEWAY.audience, account = 'default' }: MintOptions = {},
): Promise<string> {
  const bound = pod === null ? {} : { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', ...pick(pod) } };
  const request = {
    metadata: { namespace, name: account },
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [audience], expirationSeconds: 600, ...bound },
  } as KubeObject;
  const subresource = 'token';
  const { status } = await client.create<KubeObject & { status?: { token: string } }>(
    resources.serviceAccounts,
    request,
    { subresource },
  );
  return status?.token ?? '';
}

function pick({ name, uid }: Pick<StartedPod, 'name' | 'uid'>) {
  return { name, uid };
}
