import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { ANNOTATION, LABEL, tenantOfSystemNamespace, VAULT_FINALIZER } from '../../api/names.ts';
import { findListed } from '../../kube/find-object.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { unlessGone } from '../../kube/unless-gone.ts';
import { type IdentityOwner, identityPlace } from '../../policy/vault/vault-identity.ts';
import { isVaultError } from '../../vault/vault-error.ts';
import {
  type RecordedStep,
  recordSteps,
  type RemovalStep,
  type RemovalWorld,
} from '../removal/decide-removal.ts';
import { runRemoval, type RemovalProgress } from '../removal/run-removal.ts';
import { recordCredential } from '../audit/record-event.ts';
import { deleteAccount } from './account-store.ts';
import { deleteAnchor } from './anchor-store.ts';
import { removalCondition } from './credentials-condition.ts';
import { LoginsLeftError } from './database-witness.ts';
import { type IdentityRecord, recordFields } from './decide-identity.ts';
import type { IdentityContext, IdentityOutcome, IdentityRun } from './identity-context.ts';
import { describeLeft, forceReleasedEvent } from './identity-events.ts';
import { removalActions } from './removal-actions.ts';

/** What a removal needs beside what identities are made with. */
interface RemovalContext extends IdentityContext {
  /** Steps that this process has done, which the cache of sandboxes may not show yet. */
  readonly doneBefore: readonly RecordedStep[];
  readonly retryTime: () => number;
}

/** Takes everything from a sandbox, as far as that can be done now. `record` is null where nothing is in Vault. */
export async function removeIdentity(
  record: IdentityRecord | null,
  run: IdentityRun,
  context: RemovalContext,
): Promise<IdentityOutcome> {
  const sandboxUID = run.sandbox.metadata.uid ?? '';
  const actions = removalActions({ pod: run.pod, sandboxUID, record }, context);
  const progress = await runRemoval(worldOf(record, run, context), actions, { ...context, ...run });
  const { decision, world, error } = progress;
  if (decision.next === 'Abandon' && record !== null) {
    await abandon(record, decision.steps, run, context);
    return outcome(null, progress, context);
  }
  if (decision.next === 'None' && world.isForced && record !== null && world.podLives) {
    context.events.record(forceReleasedEvent(run.sandbox, [`pod ${run.pod?.metadata.name}`]));
  }
  const isOver = decision.next === 'None';
  if (isOver && record !== null) {
    const { owner, podUID = null } = record;
    recordCredential(
      'CredentialTaken',
      { sandbox: run.sandbox, podUID },
      { ...context, tenant: owner.tenant },
    );
  }
  // Of Vault's, and of what a database has, the condition says it, and it is tried again at its own pace.
  const thrown = isVaultError(error) || error instanceof LoginsLeftError ? undefined : error;
  return { ...outcome(isOver ? null : record, progress, context), error: thrown };
}

function worldOf(
  record: IdentityRecord | null,
  { sandbox, needs, pod, podLives }: IdentityRun,
  { clock, doneBefore }: RemovalContext,
): RemovalWorld {
  return {
    hasIdentity: record !== null,
    hasDatabases: (record?.databaseMounts.length ?? 0) > 0,
    endsPod: needs === null,
    recorded: [...(sandbox.status?.removal ?? []), ...doneBefore],
    podLives,
    podIsCutOff: pod?.metadata.labels?.[LABEL.contained] !== undefined,
    networkProblem: null,
    problem: null,
    isEntityDisabled: false,
    isForced: sandbox.metadata.annotations?.[ANNOTATION.forceRelease] !== undefined,
    now: clock.now(),
  };
}

function outcome(
  record: IdentityRecord | null,
  { decision, world }: RemovalProgress,
  { retryTime }: { readonly retryTime: () => number },
): IdentityOutcome {
  const steps = recordSteps(world);
  return {
    condition: removalCondition(steps),
    fields: { ...recordFields(record), removal: steps },
    nextTime: nextTimeOf(decision, retryTime),
  };
}

function nextTimeOf(decision: RemovalProgress['decision'], retryTime: () => number): number {
  if (decision.next === 'Wait') return decision.untilTime;
  return decision.next === 'Retry' ? retryTime() : Infinity;
}

/** What takes the API server alone is done all the same: without its ServiceAccount nobody logs in. */
async function abandon(
  record: IdentityRecord,
  steps: readonly RemovalStep[],
  { sandbox }: IdentityRun,
  { client, events, logger, clock }: IdentityContext,
): Promise<void> {
  await deleteAnchor(record.owner, client);
  await deleteAccount(record.owner, record.serviceAccountUID, client);
  const left = describeLeft(record, steps);
  logger.warn({ ...record.owner, left }, 'a forced release leaves an identity behind in Vault');
  events.record(forceReleasedEvent(sandbox, left));
  const { owner, podUID = null } = record;
  const taken = { sandbox, podUID, problem: 'ForceReleased' };
  recordCredential('CredentialTaken', taken, { logger, clock, tenant: owner.tenant });
}

/**
 * Takes the finalizer off when nothing is in Vault, after what may have been made before it was recorded. What forced a release goes
 * with it: it must not force another.
 */
export async function finishRemoval(run: IdentityRun, context: IdentityContext): Promise<void> {
  const { metadata } = run.sandbox;
  const { name, namespace = '', uid = '', finalizers = [], resourceVersion = '' } = metadata;
  await deleteAccounts({ namespace, name }, (sandboxUID) => sandboxUID === uid, context);
  const kept = finalizers.filter((one) => one !== VAULT_FINALIZER);
  const patch = { metadata: { finalizers: kept, ...withoutForce(metadata) } };
  const options = { resourceVersion, signal: run.signal };
  await unlessGone(context.client.patch(resources.agentSandboxes, { namespace, name }, patch, options));
}

/** What takes the annotation off that forces a release. */
export function withoutForce({ annotations }: AgentSandbox['metadata']): {
  readonly annotations?: Readonly<Record<string, null>>;
} {
  return annotations?.[ANNOTATION.forceRelease] === undefined
    ? {}
    : { annotations: { [ANNOTATION.forceRelease]: null } };
}

/** Takes the ServiceAccounts and anchors of a sandbox away that does not exist: one was made while it was deleted. */
export async function deleteOrphans(
  sandbox: { readonly namespace: string; readonly name: string },
  context: IdentityContext,
  signal: AbortSignal,
): Promise<void> {
  if (accountsOf(sandbox, context).length === 0) return;
  const found = await findListed(context.client, resources.agentSandboxes, sandbox, { signal });
  if (found === undefined) await deleteAccounts(sandbox, () => true, context);
}

async function deleteAccounts(
  sandbox: { readonly namespace: string; readonly name: string },
  isDue: (sandboxUID: string | undefined) => boolean,
  context: IdentityContext,
): Promise<void> {
  for (const { owner, account } of accountsOf(sandbox, context)) {
    const { annotations, uid = '' } = account.metadata;
    if (!isDue(annotations?.[ANNOTATION.sandboxUID])) continue;
    await deleteAnchor(owner, context.client);
    await deleteAccount(owner, uid, context.client);
  }
}

/** In whichever tenant's system namespace they are: the namespace of the sandbox may have gone from one to another. */
function accountsOf(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { caches }: IdentityContext,
): readonly { readonly owner: IdentityOwner; readonly account: KubeObject }[] {
  return caches.serviceAccounts.list().flatMap((account) => {
    const tenant = tenantOfSystemNamespace(account.metadata.namespace ?? '');
    if (tenant === null) return [];
    const owner = { tenant, namespace, sandbox: name };
    return account.metadata.name === identityPlace(owner).name ? [{ owner, account }] : [];
  });
}
