import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { LABEL } from '../../api/names.ts';
import { isOwnedBy } from '../../api/ownership.ts';
import { applyWanted } from '../../controller/apply-wanted.ts';
import type { EventRecorder } from '../../controller/events.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { unlessGone } from '../../kube/unless-gone.ts';
import { errorMessage } from '../../lib/error-message.ts';
import type { SandboxPod } from '../../render/sandbox/pod.ts';
import { sandboxServiceAccount } from '../../render/sandbox/service-account.ts';
import type { SandboxDecision } from './decide.ts';
import { keepIngressPolicy } from './keep-ingress-policy.ts';
import { deleteProxySecret, ensureProxySecret } from './proxy-secret-store.ts';
import { podCreatedEvent } from './sandbox-events.ts';

/** How a decision is carried out. */
export interface ApplyContext {
  readonly client: KubeClient;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly logger: KubeLogger;
  readonly signal: AbortSignal;
}

/** What is there of a sandbox beside its pod, as the caches have it. */
export interface SandboxObjects {
  readonly pod: KubeObject | undefined;
  readonly serviceAccount: KubeObject | undefined;
  readonly ingressPolicy: KubeObject | undefined;
}

/**
 * What came of it. `Waiting` and `Refused` replace what was to be said of the pod; `error` is one that may pass by itself.
 */
export type Outcome =
  | { readonly outcome: 'Done' }
  | { readonly outcome: 'Refused' | 'Waiting'; readonly message: string; readonly error?: unknown };

const DONE: Outcome = { outcome: 'Done' };

/** Carries a decision out. Never throws what the API server answers. */
export async function applyDecision(
  sandbox: AgentSandbox,
  decision: SandboxDecision,
  objects: SandboxObjects,
  context: ApplyContext,
): Promise<Outcome> {
  const { plan, rendered, isReleased, ingress } = decision;
  try {
    // First: nothing but its end cuts a connection that the pod has open, and nothing else may hold that up.
    if (plan.action === 'Delete' && objects.pod !== undefined) {
      await deletePod(objects.pod, decision, context);
    }
    const problem = await keepIngressPolicy(sandbox, ingress, objects.ingressPolicy, context);
    if (problem !== null) return { outcome: 'Waiting', message: problem };
    if (plan.action === 'Create' && rendered !== null) {
      return await createPod(sandbox, rendered, objects, context);
    }
    if (isReleased) await release(sandbox, objects, context);
    if (plan.needsSecret === true) await ensureProxySecret(sandbox, context.client);
    return DONE;
  } catch (error) {
    return { outcome: 'Waiting', message: errorMessage(error), error };
  }
}

async function createPod(
  sandbox: AgentSandbox,
  { pod }: SandboxPod,
  { serviceAccount }: SandboxObjects,
  { client, events, logger, signal }: ApplyContext,
): Promise<Outcome> {
  const account = { resource: resources.serviceAccounts, object: sandboxServiceAccount(sandbox) };
  const applied = await applyWanted(account, serviceAccount, { client, signal });
  if (applied === 'Foreign' || applied === 'Terminating') {
    const is = applied === 'Foreign' ? "is not Cloister's: delete it" : 'is being deleted';
    const { name, namespace } = account.object.metadata;
    return { outcome: 'Waiting', message: `ServiceAccount "${name}" in namespace "${namespace}" ${is}.` };
  }
  await ensureProxySecret(sandbox, client);
  try {
    await client.create<KubeObject>(resources.pods, pod, { signal });
    logger.info({ namespace: pod.metadata.namespace, pod: pod.metadata.name }, 'pod of a sandbox created');
    events.record(podCreatedEvent(sandbox, pod.metadata.name));
    return DONE;
  } catch (error) {
    if (isKubeError(error, 'Forbidden', 'Invalid', 'BadRequest')) {
      return { outcome: 'Refused', message: error.message };
    }
    if (isKubeError(error, 'AlreadyExists')) return await explainPod(sandbox, client);
    throw error;
  }
}

/** The cache may not have seen yet what was created; or a pod of somebody else has the name. */
async function explainPod({ metadata }: AgentSandbox, client: KubeClient): Promise<Outcome> {
  const { name, namespace = '' } = metadata;
  const found = await client.get<KubeObject>(resources.pods, { namespace, name });
  // Anybody who makes a pod can name an owner; only the operator can set the label.
  const isOperators = found.metadata.labels?.[LABEL.sandbox] === name;
  if (isOperators && isOwnedBy(found, metadata.uid)) return DONE;
  return {
    outcome: 'Waiting',
    message: `Pod "${name}" in namespace "${namespace}" is not of this sandbox. Delete it, or create a sandbox of another name.`,
  };
}

async function deletePod(
  { metadata }: KubeObject,
  { plan, gracePeriodSeconds }: SandboxDecision,
  { client, logger, signal }: ApplyContext,
): Promise<void> {
  const name = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
  const { reason, message } = plan.condition;
  logger.info({ ...name, reason, message }, 'pod of a sandbox deleted');
  const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
  await unlessGone(client.delete(resources.pods, name, { uid: metadata.uid, signal, ...grace }));
}

/** Takes away what was made for the pods: the Secret first, for the ServiceAccount shows that there is something. */
async function release(
  sandbox: AgentSandbox,
  { serviceAccount }: SandboxObjects,
  { client }: ApplyContext,
): Promise<void> {
  if (serviceAccount === undefined || serviceAccount.metadata.deletionTimestamp !== undefined) return;
  await deleteProxySecret(sandbox, client);
  const { namespace = '', name = '', uid } = serviceAccount.metadata;
  await unlessGone(client.delete(resources.serviceAccounts, { namespace, name }, { uid }));
}
