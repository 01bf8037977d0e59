import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { neededRights } from '../../policy/vault/operator-policy.ts';
import { readVaultMounts, type VaultMounts } from '../../policy/vault/vault-mounts.ts';
import { isVaultError } from '../../vault/vault-error.ts';
import { readVaultHealth } from '../../vault/vault-inventory.ts';
import type { VaultSettings } from '../../vault/vault-settings.ts';
import { readTenants } from '../input/read-cluster-objects.ts';
import {
  logInAsOperator,
  type OperatorVault,
  type ReachedVault,
  reachVault,
  readOperatorVault,
  requestOperatorToken,
  VaultSetupError,
} from '../vault/operator-vault.ts';
import { readOrphans } from '../vault/read-orphans.ts';
import { areasOf } from '../vault/vault-places.ts';
import { examineConnections } from './examine-connections.ts';
import { examineStaticLogins } from './examine-static-logins.ts';
import { examineVaultSecrets } from './examine-vault-secrets.ts';
import {
  type Examination,
  type ExaminationContext,
  failed,
  type Finding,
  noted,
  passed,
  readOr,
} from './finding.ts';
import { judgeOrphans } from './judge-orphans.ts';
import { describeVaultError, judgeVaultRights, readVaultOr } from './vault-findings.ts';

const LOGIN = 'Vault, login of the operator';
const MOUNTS = 'Vault, what tenants name';

/** Vault, where the operator uses it, asked as the operator asks it. */
export const examineVault: Examination = (client, context) =>
  readOr('Vault', async () => {
    try {
      const settings = await readOperatorVault(client);
      return settings === null ? [] : await examineConfigured(client, settings, context);
    } catch (error) {
      if (error instanceof VaultSetupError) return [failed('Vault', error.message)];
      throw error;
    }
  });

async function examineConfigured(
  client: KubeClient,
  settings: VaultSettings,
  context: ExaminationContext,
): Promise<readonly Finding[]> {
  const token = await requestOperatorToken(client).catch((error: unknown) => {
    if (isKubeError(error, 'Forbidden')) return null;
    throw error;
  });
  if (token === null) return [noted(LOGIN, NO_TOKEN)];
  const reached = await reachVault(client, settings, context.vaultFlags);
  try {
    const reach = await examineReach(reached);
    if (reach.some(({ state }) => state !== 'Passed')) return reach;
    const vault = await logInAsOperator(reached, settings, token).catch((error: unknown) => {
      if (isVaultError(error)) return error;
      throw error;
    });
    if (isVaultError(vault)) {
      const message = `${describeVaultError(vault)}. ${mendLogin(settings)}`;
      return [...reach, failed(LOGIN, message)];
    }
    try {
      const found = await examineContents(client, { vault, settings, context });
      return [...reach, passed(LOGIN, `is accepted at auth/${settings.authMount}`), ...found];
    } finally {
      await vault.logOut();
    }
  } finally {
    await reached.port.close();
  }
}

const NO_TOKEN =
  'was not tried, because you have no right to create serviceaccounts/token of cloister-operator in cloister-system. Nothing of Vault is examined';

function mendLogin({ authMount, role }: VaultSettings): string {
  return (
    `Write the auth role ${role} at auth/${authMount} as docs/vault.md does (ServiceAccount cloister-operator of the namespace ` +
    'cloister-system, audience vault), and see that the token with which Vault asks the API server has not ended'
  );
}

/** Whether Vault answers, and can do anything. */
async function examineReach({ address, port }: ReachedVault): Promise<readonly Finding[]> {
  const subject = `Vault ${address}`;
  return readVaultOr(
    subject,
    'Where this machine reaches it otherwise than the operator does, give --vault-address and --vault-ca-file',
    async () => {
      const health = await readVaultHealth(port);
      if (health === 'Ready') return [passed(subject, 'answers, and is not sealed')];
      const found = health === 'Sealed' ? 'is sealed' : 'is not initialized';
      const effect = 'no sandbox gets an identity, and none loses one';
      const mend =
        health === 'Sealed' ? 'Unseal it: vault operator unseal' : 'Initialize it: vault operator init';
      return [failed(subject, `${found}: ${effect}. ${mend}`)];
    },
  );
}

interface Examined {
  readonly vault: OperatorVault;
  readonly settings: VaultSettings;
  readonly context: ExaminationContext;
}

async function examineContents(
  client: KubeClient,
  { vault: { inventory }, settings, context }: Examined,
): Promise<readonly Finding[]> {
  const read = await readTenants(client);
  const { mounts, problems } = readVaultMounts(read.objects, settings.namespace);
  const unusable = [...read.problems, ...problems].map((problem) => failed(MOUNTS, problem));
  const parts = await Promise.all([
    judgeVaultRights(inventory, neededRights(mounts)),
    examineConnections(inventory, read.objects),
    examineStaticLogins(inventory, read.objects),
    examineOrphans(client, { inventory, mounts, settings }),
    examineVaultSecrets(inventory, read.objects, context.now()),
  ]);
  return [...unusable, ...parts.flat()];
}

interface Searched {
  readonly inventory: OperatorVault['inventory'];
  readonly mounts: readonly VaultMounts[];
  readonly settings: VaultSettings;
}

/** Of one cluster and all of Vault at once: half of either would make orphans of what is there. */
async function examineOrphans(
  client: KubeClient,
  { inventory, mounts, settings }: Searched,
): Promise<readonly Finding[]> {
  const subject = 'Vault, identities';
  const mend = 'Mend the rights that failed above, or correct spec.vault.authMount of the tenants';
  return readOr(subject, () =>
    readVaultOr(subject, mend, async () =>
      judgeOrphans(subject, await readOrphans(client, inventory, areasOf(mounts, settings))),
    ),
  );
}
