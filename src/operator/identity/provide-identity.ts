import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { VAULT_FINALIZER } from '../../api/names.ts';
import { findListed } from '../../kube/find-object.ts';
import { KubeError } from '../../kube/kube-error.ts';
import { type KubeObject, objectKey } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { sha256 } from '../../lib/sha256.ts';
import { type PolicyHolder, withHolder } from '../../policy/vault/sandbox-policy.ts';
import { FormerIdentityError } from '../../vault/former-identity-error.ts';
import type { VaultIdentities } from '../../vault/vault-identities.ts';
import { recordCredential } from '../audit/record-event.ts';
import { createAccount } from './account-store.ts';
import { ensureAnchor } from './anchor-store.ts';
import {
  hasFinalizer,
  type IdentityDecision,
  type IdentityRecord,
  isRecordedIn,
  type WantedByRole,
} from './decide-identity.ts';
import type { IdentityContext, IdentityRun } from './identity-context.ts';
import { withoutForce } from './remove-identity.ts';
import { driftEvent } from './identity-events.ts';

/** What there is of an identity now. */
export interface ProvidedIdentity {
  readonly record: IdentityRecord | null;
  /** What it waits for before somebody can log in; null where it waits for nothing. */
  readonly waitsFor: string | null;
}

/** When Vault was last seen to be as wanted, by the key of the sandbox. */
export type SeenIdentities = Map<string, { readonly hash: string; readonly time: number }>;

/** Vault is looked at again after so long: less than the time between two rounds, so that each round does it. */
const MAX_UNSEEN_MILLISECONDS = 530_000;

/** A decision by which something is made, or is to be. */
export type Providing = Extract<IdentityDecision, { readonly action: 'Begin' | 'Adopt' | 'Provide' }>;

/** Makes what is missing of an identity. What may come into being in Vault is in the status before it does. */
export async function provideIdentity(
  decision: Providing,
  run: IdentityRun,
  context: IdentityContext & { readonly vault: VaultIdentities; readonly seen: SeenIdentities },
): Promise<ProvidedIdentity> {
  if (decision.action !== 'Provide') await addFinalizer(run, context, decision.action === 'Begin');
  if (decision.action === 'Adopt') {
    const { owner, place } = decision.record;
    const holder = await context.vault.findHolder(owner, place, run.signal);
    const waitsFor = 'what is left of an earlier sandbox of the name goes first';
    return { record: holder === null ? decision.record : heldBy(holder, decision.record), waitsFor };
  }
  if (decision.action === 'Begin') return begin(decision.wanted, run, context);
  try {
    return await provide(decision, run, context);
  } catch (error) {
    if (!(error instanceof FormerIdentityError)) throw error;
    // Recorded, it is none that this sandbox may have, and the next look removes it.
    return { record: heldBy(error.holder, decision.record), waitsFor: error.message };
  }
}

/** An identity that was made for another: at its own mount, which the tenant may have changed since. */
function heldBy({ serviceAccountUID, authMount }: PolicyHolder, record: IdentityRecord): IdentityRecord {
  const place = { ...record.place, authMount: authMount ?? record.place.authMount };
  return { ...record, place, serviceAccountUID };
}

async function begin(
  { owner, place, databaseMounts }: WantedByRole,
  { sandbox, signal }: IdentityRun,
  context: IdentityContext,
): Promise<ProvidedIdentity> {
  const sandboxUID = sandbox.metadata.uid ?? '';
  const { uid: serviceAccountUID } = await createAccount(owner, sandboxUID, context, signal);
  // Should it be an earlier sandbox's, the next look removes what is recorded here.
  const known = { owner, place, databaseMounts, serviceAccountUID };
  const record = { ...known, policyHash: undefined, podUID: undefined };
  return { record, waitsFor: 'its ServiceAccount is recorded' };
}

async function provide(
  { wanted, record }: Extract<Providing, { readonly action: 'Provide' }>,
  run: IdentityRun,
  context: IdentityContext & { readonly vault: VaultIdentities; readonly seen: SeenIdentities },
): Promise<ProvidedIdentity> {
  const mounts = [...new Set([...record.databaseMounts, ...wanted.databaseMounts])].sort();
  if (!isDeepEqualJson(mounts, record.databaseMounts)) {
    return { record: { ...record, databaseMounts: mounts }, waitsFor: 'another database engine is recorded' };
  }
  const { authMount } = wanted.place;
  const policy = withHolder(wanted.policy, { serviceAccountUID: record.serviceAccountUID, authMount });
  const hash = sha256(canonicalJson([policy, wanted.place, ...wanted.databaseRoles]));
  const isSeen = await see(
    hash,
    { wanted: { ...wanted, policy, databaseMounts: mounts }, record },
    run,
    context,
  );
  const podUID = run.podLives ? run.pod?.metadata.uid : undefined;
  if (podUID === undefined) {
    return { record: { ...record, policyHash: hash }, waitsFor: 'there is no pod that could log in' };
  }
  if (!isSeen || record.podUID !== podUID) {
    const holder = { sandboxUID: run.sandbox.metadata.uid ?? '', podUID };
    await ensureAnchor(record.owner, holder, context.client);
  }
  if (record.podUID !== podUID) {
    const { tenant } = record.owner;
    recordCredential('CredentialGiven', { sandbox: run.sandbox, podUID }, { ...context, tenant });
  }
  return { record: { ...record, policyHash: hash, podUID }, waitsFor: null };
}

/** Has Vault be as wanted, unless it was a short time ago; returns whether it was. */
async function see(
  hash: string,
  { wanted, record }: { readonly wanted: WantedByRole; readonly record: IdentityRecord },
  { sandbox, signal }: IdentityRun,
  context: IdentityContext & { readonly vault: VaultIdentities; readonly seen: SeenIdentities },
): Promise<boolean> {
  const { seen, clock, vault, logger, events } = context;
  const key = objectKey(sandbox.metadata);
  const last = seen.get(key);
  if (last?.hash === hash && clock.now() - last.time < MAX_UNSEEN_MILLISECONDS) return true;
  const { owner, place, policy, databaseRoles, databaseMounts } = wanted;
  const isFirst = record.policyHash === undefined;
  const confirm = (): Promise<void> => confirmRecord({ sandbox, signal }, record, context);
  const written = await vault.provide(
    { owner, place, policy, databaseRoles, databaseMounts, isFirst, confirm },
    signal,
  );
  seen.set(key, { hash, time: clock.now() });
  if (written.length > 0 && record.policyHash === hash) {
    logger.warn({ ...owner, parts: written }, 'identity in Vault was changed by somebody else; repaired');
    events.record(driftEvent(sandbox, written));
  }
  return false;
}

/**
 * Asks for the sandbox before something is written into Vault. The cache of an operator that has just begun to lead may show it
 * as it was before another one took its identity away, and what is written then would be taken away by nobody.
 */
async function confirmRecord(
  { sandbox, signal }: Pick<IdentityRun, 'sandbox' | 'signal'>,
  record: IdentityRecord,
  { client }: IdentityContext,
): Promise<void> {
  const { namespace, name, uid } = sandbox.metadata;
  const found = await findListed(client, resources.agentSandboxes, { namespace, name }, { signal });
  const isThere = found?.metadata.uid === uid && found?.metadata.deletionTimestamp === undefined;
  if (isThere && isRecordedIn(found as AgentSandbox & KubeObject, record)) return;
  const message = `AgentSandbox "${name}" in namespace "${namespace}" has changed; it is looked at again`;
  throw new KubeError(message, { reason: 'Conflict' });
}

/** Before anything is made, so that nothing is left when the sandbox is deleted. A new identity is not given up for an earlier one. */
async function addFinalizer(
  { sandbox, signal }: IdentityRun,
  { client }: IdentityContext,
  isNew: boolean,
): Promise<void> {
  const force = isNew ? withoutForce(sandbox.metadata) : {};
  if (hasFinalizer(sandbox) && force.annotations === undefined) return;
  const { name, namespace = '', finalizers = [], resourceVersion = '' } = sandbox.metadata;
  const patch = { metadata: { finalizers: [...new Set([...finalizers, VAULT_FINALIZER])], ...force } };
  await client.patch<KubeObject>(resources.agentSandboxes, { namespace, name }, patch, {
    resourceVersion,
    signal,
  });
}
