import { VAULT_FINALIZER } from '../../api/names.ts';
import { type KubeObject, objectKey } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { sha256 } from '../../lib/sha256.ts';
import { withServiceAccount } from '../../policy/vault/sandbox-policy.ts';
import { FormerIdentityError } from '../../vault/former-identity-error.ts';
import type { VaultIdentities } from '../../vault/vault-identities.ts';
import { recordCredential } from '../audit/record-event.ts';
import { createAccount } from './account-store.ts';
import { ensureAnchor } from './anchor-store.ts';
import {
  hasFinalizer,
  type IdentityDecision,
  type IdentityRecord,
  type WantedByRole,
} from './decide-identity.ts';
import type { IdentityContext, IdentityRun } from './identity-context.ts';
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
  if (decision.action !== 'Provide') await addFinalizer(run, context);
  if (decision.action === 'Adopt') {
    return { record: decision.record, waitsFor: 'what is left of an earlier sandbox of the name goes first' };
  }
  if (decision.action === 'Begin') return begin(decision.wanted, run, context);
  try {
    return await provide(decision, run, context);
  } catch (error) {
    if (!(error instanceof FormerIdentityError)) throw error;
    // Recorded, it is none that this sandbox may have, and the next look removes it.
    const { serviceAccountUID, message } = error;
    return { record: { ...decision.record, serviceAccountUID }, waitsFor: message };
  }
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
  const hash = sha256(canonicalJson([wanted.policy, wanted.place, record.serviceAccountUID]));
  const isSeen = await see(hash, { wanted, record }, run, context);
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
  const { owner, place } = wanted;
  const policy = withServiceAccount(wanted.policy, record.serviceAccountUID);
  const isFirst = record.policyHash === undefined;
  const written = await vault.provide({ owner, place, policy, isFirst }, signal);
  seen.set(key, { hash, time: clock.now() });
  if (written.length > 0 && record.policyHash === hash) {
    logger.warn({ ...owner, parts: written }, 'identity in Vault was changed by somebody else; repaired');
    events.record(driftEvent(sandbox, written));
  }
  return false;
}

/** Before anything is made, so that nothing is left when the sandbox is deleted. */
async function addFinalizer({ sandbox, signal }: IdentityRun, { client }: IdentityContext): Promise<void> {
  if (hasFinalizer(sandbox)) return;
  const { name, namespace = '', finalizers = [], resourceVersion = '' } = sandbox.metadata;
  const patch = { metadata: { finalizers: [...finalizers, VAULT_FINALIZER] } };
  await client.patch<KubeObject>(resources.agentSandboxes, { namespace, name }, patch, {
    resourceVersion,
    signal,
  });
}
