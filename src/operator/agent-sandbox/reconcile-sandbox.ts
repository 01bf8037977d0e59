import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { LABEL } from '../../api/names.ts';
import type { EventRecorder } from '../../controller/events.ts';
import type { Work, WorkResult } from '../../controller/keyed-queue.ts';
import { writeStatus } from '../../controller/write-status.ts';
import { findObject } from '../../kube/find-object.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { unlessGone } from '../../kube/unless-gone.ts';
import type { Clock } from '../../lib/clock.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import { ingressPolicyName } from '../../render/sandbox/ingress-policy.ts';
import { sandboxServiceAccountName } from '../../render/sandbox/service-account.ts';
import type { VaultIdentities } from '../../vault/vault-identities.ts';
import { hasFinalizer } from '../identity/decide-identity.ts';
import type { IdentityRun } from '../identity/identity-context.ts';
import { createIdentityKeeper, type IdentityKeeper } from '../identity/identity-keeper.ts';
import type { DatabaseWitness } from '../identity/database-witness.ts';
import { findNeeds } from '../identity/wanted-identity.ts';
import type { QuarantineLookup } from '../agent-quarantine/quarantine-lookup.ts';
import type { ObservedPod } from '../observed-objects.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { applyDecision, type Outcome } from './apply.ts';
import { decide, type SandboxDecision, type SandboxSettings, type SandboxWorld } from './decide.ts';
import { containedCondition } from './contained-condition.ts';
import { containmentLeft } from '../removal/decide-removal.ts';
import { LIVE } from './pod-state.ts';
import { sandboxEvents } from './sandbox-events.ts';
import { type CredentialsReport, type SandboxReport, sandboxStatus } from './sandbox-status.ts';

export interface SandboxReconcilerOptions {
  readonly client: KubeClient;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  readonly caches: Pick<
    OperatorCaches,
    | 'sandboxes'
    | 'pods'
    | 'roles'
    | 'namespaces'
    | 'serviceAccounts'
    | 'tenants'
    | 'networkPolicies'
    | 'otherPolicies'
    | 'nodes'
    | 'installerPods'
  >;
  /** The tenant that lists a namespace. */
  readonly tenantOf: (namespace: string) => TenantPolicy | null;
  readonly quarantineOf: Pick<QuarantineLookup, 'ofSandbox'>;
  readonly settings: SandboxSettings;
  /** Null where the operator has no Vault. */
  readonly vault: VaultIdentities | null;
  /** Null where nothing but Vault says what is left of logins in a database. */
  readonly databases: DatabaseWitness | null;
}

type StoredSandbox = AgentSandbox & KubeObject;

/** The pause after a refusal or another obstacle that no event announces the end of, doubled with each in a row. */
const PAUSE = { firstMilliseconds: 1_000, maxMilliseconds: 300_000 };

/** Creates the reconciler of sandboxes, whose keys are `namespace/name`. */
export function createSandboxReconciler(given: SandboxReconcilerOptions): Work {
  const obstacles = new Map<string, number>();
  const options = { ...given, identities: createIdentityKeeper(given) };
  return async (key, signal) => {
    const [namespace = '', name = ''] = key.split('/');
    const sandbox = options.caches.sandboxes.get(namespace, name);
    // The garbage collector deletes what belongs to it.
    if (sandbox === undefined || isGone(sandbox)) {
      obstacles.delete(key);
      await options.identities.forget({ namespace, name }, signal);
      return {};
    }
    const { result, isHindered } = await reconcile(sandbox, options, signal);
    if (!isHindered) {
      obstacles.delete(key);
      return result;
    }
    const count = obstacles.get(key) ?? 0;
    obstacles.set(key, count + 1);
    const pause = Math.min(PAUSE.firstMilliseconds * 2 ** Math.min(count, 16), PAUSE.maxMilliseconds);
    return { requeueAfterMilliseconds: Math.min(pause, result.requeueAfterMilliseconds ?? Infinity) };
  };
}

/** Whether a sandbox is deleted but for what others have to do first. */
function isGone(sandbox: StoredSandbox): boolean {
  return sandbox.metadata.deletionTimestamp !== undefined && !hasFinalizer(sandbox);
}

interface Options extends SandboxReconcilerOptions {
  readonly identities: IdentityKeeper;
}

async function reconcile(
  sandbox: StoredSandbox,
  options: Options,
  signal: AbortSignal,
): Promise<{ readonly result: WorkResult; readonly isHindered: boolean }> {
  const { caches, clock } = options;
  const { namespace = '', name, deletionTimestamp } = sandbox.metadata;
  const pod = await findPod(sandbox, options);
  const now = clock.now();
  const world = worldOf(sandbox, pod, { ...options, now });
  const decision = decide(world);
  const isExpired = decision.expiration !== null && now >= decision.expiration;
  if (sandbox.status?.endTime !== undefined && isExpired && deletionTimestamp === undefined) {
    await deleteSandbox(sandbox, options, signal);
    return { isHindered: false, result: {} };
  }
  const provide = await options.identities.remove(
    identityRunOf(sandbox, world, decision, { ...options, signal }),
  );
  const serviceAccount = caches.serviceAccounts.get(namespace, sandboxServiceAccountName(name));
  const ingressPolicy = caches.networkPolicies.get(namespace, ingressPolicyName(name));
  const objects = { pod, serviceAccount, ingressPolicy };
  const outcome = await applyDecision(sandbox, decision, objects, { ...options, signal });
  const identity = await provide();
  const contained = containedCondition({
    ...world,
    ...decision,
    stepsLeft: containmentLeft(identity.fields.removal),
  });
  const said = { report: { ...reportOf(decision, outcome), contained }, credentials: identity };
  await report(sandbox, said, { ...options, now, signal });
  if (outcome.outcome !== 'Done' && outcome.error !== undefined) throw outcome.error;
  if (identity.error !== undefined) throw identity.error;
  const dueTime = Math.min(
    decision.plan.dueTime ?? Infinity,
    decision.expiration !== null && !isExpired ? decision.expiration : Infinity,
    identity.nextTime,
  );
  return {
    isHindered: outcome.outcome !== 'Done',
    // Of the time that is now: Vault may have taken seconds.
    result: dueTime === Infinity ? {} : { requeueAfterMilliseconds: Math.max(0, dueTime - clock.now()) },
  };
}

function worldOf(
  sandbox: StoredSandbox,
  pod: ObservedPod | undefined,
  { caches, tenantOf, quarantineOf, settings, now }: Options & { readonly now: number },
): SandboxWorld {
  const { namespace = '' } = sandbox.metadata;
  const namespaceLabels = caches.namespaces.get(undefined, namespace)?.metadata.labels ?? {};
  return {
    sandbox,
    pod,
    quarantine: quarantineOf.ofSandbox(sandbox),
    tenant: tenantOf(namespace),
    enrolledFor: namespaceLabels[LABEL.tenant],
    role: (roleName) => caches.roles.get(undefined, roleName),
    networkPolicies: caches.networkPolicies.byIndex('namespace', namespace),
    namespaceLabels,
    otherPolicies: caches.otherPolicies.concerning,
    nodes: caches.nodes.list,
    installerPods: caches.installerPods.list,
    settings,
    now,
  };
}

function identityRunOf(
  sandbox: StoredSandbox,
  { pod, quarantine, tenant: policy }: SandboxWorld,
  { mayRun, state, report: { fields } }: SandboxDecision,
  { caches, signal }: Options & { readonly signal: AbortSignal },
): IdentityRun {
  const tenant = caches.tenants.get(undefined, policy?.name ?? '');
  const role = caches.roles.get(undefined, fields.resolvedRole?.name ?? '');
  const isUsable = mayRun && tenant !== undefined && role !== undefined;
  return {
    sandbox,
    needs: isUsable ? findNeeds(sandbox, role, tenant) : null,
    isContained: quarantine !== null,
    pod: state === 'Foreign' ? undefined : pod,
    podLives: LIVE.has(state),
    signal,
  };
}

/** The garbage collector deletes what belongs to it. */
async function deleteSandbox(
  { metadata: { namespace = '', name, uid } }: StoredSandbox,
  { client, logger }: SandboxReconcilerOptions,
  signal: AbortSignal,
): Promise<void> {
  logger.info({ namespace, name }, 'sandbox deleted some time after its end');
  await unlessGone(client.delete(resources.agentSandboxes, { namespace, name }, { uid, signal }));
}

/**
 * The pod under the name of the sandbox, that of a sandbox alone. Where another one stands in the status than in the cache, it is
 * asked for: the caches of sandboxes and pods do not hear of everything at the same moment, and its loss may end the task.
 */
async function findPod(
  { metadata, status }: StoredSandbox,
  { caches, client }: SandboxReconcilerOptions,
): Promise<ObservedPod | undefined> {
  const name = { namespace: metadata.namespace ?? '', name: metadata.name };
  const cached = caches.pods.get(name.namespace, name.name);
  const isBehind = status?.pod !== undefined && cached?.metadata.uid !== status.pod.uid;
  const found = isBehind ? await findObject<ObservedPod>(client, resources.pods, name) : cached;
  return found?.metadata.labels?.[LABEL.sandbox] === metadata.name ? found : undefined;
}

function reportOf({ report: said }: SandboxDecision, outcome: Outcome): SandboxDecision['report'] {
  // How a task ended is said once, and nothing that keeps its objects from being deleted says it anew.
  if (outcome.outcome === 'Done' || said.fields.endTime !== undefined) return said;
  const { outcome: reason, message } = outcome;
  return { ...said, podReady: { type: 'PodReady', status: 'False', reason, message } };
}

async function report(
  sandbox: StoredSandbox,
  said: { readonly report: SandboxReport; readonly credentials: CredentialsReport },
  {
    client,
    events,
    now,
    signal,
  }: SandboxReconcilerOptions & { readonly now: number; readonly signal: AbortSignal },
): Promise<void> {
  const status = sandboxStatus(sandbox, said.report, now, said.credentials);
  if (status === null) return;
  const { name, namespace, uid, resourceVersion } = sandbox.metadata;
  // Of this object as it was read: written over a newer status, that would lose the end of a task, and the task would run again.
  const object = { metadata: { name, namespace, uid, resourceVersion }, status };
  const facts = sandboxEvents(sandbox, status);
  await writeStatus({ resource: resources.agentSandboxes, object, facts }, { client, events, signal });
}
