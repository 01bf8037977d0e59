import { vaultName } from '../../../src/policy/vault/vault-identity.ts';
import type { ApiServerCaller } from '../../testbed/api-server-caller.ts';
import type { BoundVault } from '../../testbed/vault/bind-vault.ts';
import type { CallVault, VaultResponse } from '../../testbed/vault/call-vault.ts';
import { NAMESPACE, SECRET, TENANT, tokenOf } from './vaulted-tenant.ts';

/** Who has logged in to Vault as a sandbox. */
export interface Intruder {
  /** Asks for the secret of the sandbox. */
  readonly read: () => Promise<VaultResponse>;
  /** Logs in once more, by the same token of the identity. */
  readonly logIn: () => Promise<VaultResponse>;
}

/** When what was tried as a sandbox was first refused, in milliseconds since the beginning. */
export interface Refusals {
  readonly readMilliseconds: number;
  readonly logInMilliseconds: number;
}

/** Between an answer and the next attempt: fifty at once must not be what keeps Vault busy. */
const PAUSE_MILLISECONDS = 200;
const PATIENCE_MILLISECONDS = 120_000;

/** Logs in as a sandbox and reads its secret; throws where that is refused. */
export async function intrude(
  sandbox: string,
  vault: BoundVault,
  caller: ApiServerCaller,
): Promise<Intruder> {
  const role = vaultName({ tenant: TENANT, namespace: NAMESPACE, sandbox });
  const token = await tokenOf(sandbox, caller);
  const call: CallVault = await vault.loggedIn(role, token);
  const read = (): Promise<VaultResponse> => call('GET', SECRET);
  const { status, errors } = await read();
  if (status !== 200) throw new Error(`${sandbox} cannot read its secret: ${status} ${errors.join('; ')}`);
  return { read, logIn: () => vault.login(role, token) };
}

/** Reads until that is refused, and then logs in until that is. What is refused first ends the attempts, so both are tried to the end. */
export async function tryUntilRefused({ read, logIn }: Intruder, began: number): Promise<Refusals> {
  // Not all in the same moment.
  await sleep(PAUSE_MILLISECONDS * Math.random());
  const readMilliseconds = await untilRefused(read, began);
  const logInMilliseconds = await untilRefused(logIn, began);
  return { readMilliseconds, logInMilliseconds };
}

async function untilRefused(attempt: () => Promise<VaultResponse>, began: number): Promise<number> {
  for (;;) {
    const { status, errors } = await attempt();
    const milliseconds = performance.now() - began;
    // Of a role that does not exist Vault says 400.
    if (status === 403 || status === 400) return milliseconds;
    if (status !== 200) throw new Error(`Vault answers ${status}: ${errors.join('; ')}`);
    if (milliseconds > PATIENCE_MILLISECONDS) throw new Error('nothing was refused in two minutes');
    await sleep(PAUSE_MILLISECONDS);
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
