import type { ConditionState } from '../../controller/conditions.ts';
import { endSentence } from '../../lib/end-sentence.ts';
import { listFirst } from '../../lib/list-first.ts';
import { isVaultError } from '../../vault/vault-error.ts';
import type { RecordedStep, RemovalStep } from '../removal/decide-removal.ts';
import { describeFailure } from './describe-failure.ts';
import type { CredentialNeeds } from './wanted-identity.ts';

const MAX_LISTED = 16;

/** `CredentialsReady` where the identity is as it must be, or none is needed. `waitsFor`: null where it can log in. */
export function readyCondition(needs: CredentialNeeds, waitsFor: string | null): ConditionState {
  const { bound, problems } = needs;
  if (bound.count === 0) return condition('True', 'NoneNeeded', 'The role has no credentials.');
  const missing = [
    ...(bound.unbound.length === 0
      ? []
      : [`spec.credentials of the tenant has no ${listFirst(bound.unbound, MAX_LISTED)}`]),
    ...problems,
  ];
  if (missing.length > 0) return condition('False', 'NotBound', endSentence(missing.join('; ')));
  if (waitsFor !== null) return providing(waitsFor);
  if (needs.withholdsLogins)
    return condition(
      'False',
      'LoginsWithheld',
      'No login of the database is issued: DatabaseIsolated of the tenant says why.',
    );
  return condition('True', 'Ready', 'All credentials are bound.');
}

/** The same of an operator without Vault; null where nothing is kept in Secrets either, so that nobody waits for credentials. */
export function conditionWithoutVault(needs: CredentialNeeds | null): ConditionState | null {
  if (needs === null || needs.bound.secrets.length === 0) return null;
  const problems = needs.identity === null ? needs.problems : [...needs.problems, NO_VAULT];
  return readyCondition({ ...needs, problems }, null);
}

const NO_VAULT = 'credentials of the role are bound to Vault, and the operator has none: set --vault-address';

/** The same where the identity is not made yet. */
export function providing(waitsFor: string): ConditionState {
  return condition('False', 'Providing', endSentence(`The identity in Vault is being made: ${waitsFor}`));
}

/** The same where something was refused or not answered. */
export function failedCondition(error: unknown): ConditionState {
  const message = endSentence(describeFailure(error));
  if (isVaultError(error, 'Unreachable', 'Unavailable')) {
    return condition('False', 'StoreUnreachable', message);
  }
  return isVaultError(error) ? condition('False', 'StoreRefused', message) : providing(message);
}

/** The same while and after everything is taken away. */
export function removalCondition(steps: readonly RecordedStep[]): ConditionState {
  const left = steps.filter(({ completedTime }) => completedTime === undefined);
  if (left.length === 0) return REVOKED;
  const isOfLogins = left.some(({ name, message }) => LOGIN_STEPS.has(name) && message !== undefined);
  const why = left.find(({ message }) => message !== undefined)?.message;
  const names = left.map(({ name }) => name).join(', ');
  const text = `These steps are left: ${names}${why === undefined ? '' : `. ${why}`}`;
  return condition('False', isOfLogins ? 'LoginsLeft' : 'Revoking', endSentence(text));
}

/** The steps that cannot be done without the database. */
const LOGIN_STEPS: ReadonlySet<string> = new Set<RemovalStep>(['LeasesRevoked', 'LoginsVerified']);

/** The same where no pod may run. */
export const REVOKED = condition(
  'False',
  'Revoked',
  'No pod of the sandbox may run, and it has no identity in Vault.',
);

function condition(status: ConditionState['status'], reason: string, message: string): ConditionState {
  return { type: 'CredentialsReady', status, reason, message };
}
