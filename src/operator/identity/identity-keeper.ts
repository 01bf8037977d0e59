import { isKubeError } from '../../kube/kube-error.ts';
import { objectKey } from '../../kube/kube-object.ts';
import { isVaultError } from '../../vault/vault-error.ts';
import { findAccount } from './account-store.ts';
import {
  conditionWithoutVault,
  failedCondition,
  readyCondition,
  removalCondition,
  REVOKED,
} from './credentials-condition.ts';
import {
  decideIdentity,
  type IdentityDecision,
  type IdentityRecord,
  readRecord,
  recordFields,
} from './decide-identity.ts';
import {
  type IdentityContext,
  type IdentityOutcome,
  type IdentityRun,
  refuseWithoutVault,
} from './identity-context.ts';
import { provideIdentity, type Providing, type SeenIdentities } from './provide-identity.ts';
import { deleteOrphans, finishRemoval, removeIdentity } from './remove-identity.ts';
import { createSpareVault } from './spare-vault.ts';

/** Keeps the identities of sandboxes in Vault. */
export interface IdentityKeeper {
  /**
   * Takes away what must go, before anything is done to the pod. Returns a function that makes what is missing, for afterwards:
   * a pod must not wait for Vault. Neither throws what Vault or the API server answers.
   */
  readonly remove: (run: IdentityRun) => Promise<() => Promise<IdentityOutcome>>;
  /** Takes away what is left of a sandbox that does not exist. */
  readonly forget: (
    sandbox: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ) => Promise<void>;
}

/** The pause after something was refused or not answered, doubled with each in a row. */
const PAUSE = { firstMilliseconds: 1_000, maxMilliseconds: 30_000 };

interface Failures {
  readonly count: number;
  readonly retryTime: number;
}

/** All of it by `namespace/name`, and forgotten with the sandbox. */
interface Keeping extends IdentityContext {
  readonly seen: SeenIdentities;
  readonly failures: Map<string, Failures>;
  /** How far the removal of an identity has come, until the cache of sandboxes shows it. */
  readonly removals: Map<string, { readonly serviceAccountUID: string; readonly outcome: IdentityOutcome }>;
}

/** Creates the keeper. It remembers when it looked at Vault, and what it has just taken away. */
export function createIdentityKeeper(given: IdentityContext): IdentityKeeper {
  const vault = given.vault === null ? null : createSpareVault(given.vault, given.clock);
  const keeping: Keeping = { ...given, vault, seen: new Map(), failures: new Map(), removals: new Map() };
  return {
    remove: async (run) => {
      try {
        return await begin(run, keeping);
      } catch (error) {
        const failed = failure(error, run, keeping);
        return () => Promise.resolve(failed);
      }
    },
    forget: async (sandbox, signal) => {
      const key = objectKey(sandbox);
      for (const memory of [keeping.seen, keeping.failures, keeping.removals]) memory.delete(key);
      await deleteOrphans(sandbox, keeping, signal);
    },
  };
}

async function begin(run: IdentityRun, keeping: Keeping): Promise<() => Promise<IdentityOutcome>> {
  const decision = await decideFor(run, keeping);
  const record = decision.action === 'Remove' ? decision.record : null;
  const isTaken = record !== null || (run.isContained && !isProviding(decision));
  if (!isTaken) keeping.removals.delete(objectKey(run.sandbox.metadata));
  const taken = isTaken ? await take(record, run, keeping) : null;
  return async () => {
    try {
      if (decision.action === 'Finish') await finishRemoval(run, keeping);
      if (taken !== null) return taken;
      return isProviding(decision) ? await provide(decision, run, keeping) : rest(run, keeping);
    } catch (error) {
      return failure(error, run, keeping);
    }
  };
}

async function take(
  record: IdentityRecord | null,
  run: IdentityRun,
  keeping: Keeping,
): Promise<IdentityOutcome> {
  const key = objectKey(run.sandbox.metadata);
  const { removals, failures, seen } = keeping;
  const found = removals.get(key);
  const last =
    found !== undefined && found.serviceAccountUID === record?.serviceAccountUID ? found.outcome : null;
  if (last !== null && isEnough(last, run, keeping)) return last;
  seen.delete(key);
  const outcome = await removeIdentity(record, run, {
    ...keeping,
    doneBefore: last?.fields.removal ?? [],
    retryTime: () => retryTime(run, keeping),
  });
  if (outcome.nextTime === Infinity) failures.delete(key);
  if (record === null) removals.delete(key);
  else removals.set(key, { serviceAccountUID: record.serviceAccountUID, outcome });
  return outcome;
}

/** Whether there is nothing to do that was not done a moment ago. */
function isEnough(
  { fields, nextTime }: IdentityOutcome,
  { podLives }: IdentityRun,
  { clock }: Keeping,
): boolean {
  // All of it is away, and the cache does not show it yet.
  if (fields.vaultRole === undefined) return true;
  // Vault has just not responded: the pod is ended before it is asked again.
  return podLives && nextTime !== Infinity && clock.now() < nextTime;
}

async function decideFor(run: IdentityRun, keeping: Keeping): Promise<IdentityDecision> {
  const { sandbox, needs, signal } = run;
  const wanted = needs?.identity ?? null;
  const record = readRecord(sandbox.status);
  if (keeping.vault === null) {
    // An operator that has lost its Vault takes nothing from a sandbox that goes on.
    if (record !== null && wanted !== null) refuseWithoutVault();
    return decideIdentity({ sandbox, wanted: null, account: undefined });
  }
  const account =
    wanted === null ? undefined : await findAccount(wanted.owner, record?.serviceAccountUID, keeping, signal);
  return decideIdentity({ sandbox, wanted, account });
}

function isProviding(decision: IdentityDecision): decision is Providing {
  const { action } = decision;
  return action === 'Begin' || action === 'Adopt' || action === 'Provide';
}

async function provide(decision: Providing, run: IdentityRun, keeping: Keeping): Promise<IdentityOutcome> {
  const { vault } = keeping;
  if (vault === null || run.needs === null) throw new TypeError('nothing can be provided');
  const { record, waitsFor } = await provideIdentity(decision, run, { ...keeping, vault });
  keeping.failures.delete(objectKey(run.sandbox.metadata));
  const condition = readyCondition(run.needs, waitsFor);
  return { condition, fields: { ...recordFields(record), removal: undefined }, nextTime: Infinity };
}

/** Nothing is in Vault, and nothing has to be. The steps of a removal stay in the status of a sandbox that has ended. */
function rest({ sandbox, needs }: IdentityRun, { vault }: Keeping): IdentityOutcome {
  const removal = needs === null ? sandbox.status?.removal : undefined;
  const fields = { ...recordFields(null), removal };
  if (vault === null) return { condition: conditionWithoutVault(needs), fields, nextTime: Infinity };
  const ended = removal === undefined ? REVOKED : removalCondition(removal);
  return { condition: needs === null ? ended : readyCondition(needs, null), fields, nextTime: Infinity };
}

/** What was recorded stays. An error that is not Vault's, and that no event announces the end of, is thrown in the end. */
function failure(error: unknown, run: IdentityRun, keeping: Keeping): IdentityOutcome {
  run.signal.throwIfAborted();
  const { removal } = run.sandbox.status ?? {};
  const fields = { ...recordFields(readRecord(run.sandbox.status)), removal };
  const isAwaited = isVaultError(error) || isKubeError(error, 'NotFound', 'Conflict', 'Forbidden');
  return {
    condition: failedCondition(error),
    fields,
    nextTime: retryTime(run, keeping),
    ...(isAwaited ? {} : { error }),
  };
}

/** Whatever has the sandbox looked at before its time does not make the pause longer: a new pod changes many times a second. */
function retryTime({ sandbox }: IdentityRun, { failures, clock }: Keeping): number {
  const key = objectKey(sandbox.metadata);
  const { count, retryTime: planned } = failures.get(key) ?? { count: 0, retryTime: 0 };
  if (clock.now() < planned) return planned;
  const pause = PAUSE.firstMilliseconds * 2 ** Math.min(count, 16);
  const time = clock.now() + Math.min(pause, PAUSE.maxMilliseconds);
  failures.set(key, { count: count + 1, retryTime: time });
  return time;
}
