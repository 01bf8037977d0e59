import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { singleLine } from '../../lib/single-line.ts';
import type { VaultOrphan } from '../../policy/vault/find-orphans.ts';
import { readVaultMounts } from '../../policy/vault/vault-mounts.ts';
import { isVaultError } from '../../vault/vault-error.ts';
import type { VaultSettings } from '../../vault/vault-settings.ts';
import { EXIT, type ExitCode, type Terminal } from '../command.ts';
import { useCluster } from '../use-cluster.ts';
import {
  logInAsOperator,
  type OperatorVault,
  reachVault,
  readOperatorVault,
  requestOperatorToken,
  VaultSetupError,
} from './operator-vault.ts';
import { removeOrphan } from './remove-orphan.ts';
import type { VaultFlags } from './vault-flags.ts';
import { describeUnread, readOrphans } from './read-orphans.ts';
import { readTenants } from '../input/read-cluster-objects.ts';
import { areasOf, type VaultArea } from './vault-places.ts';

/** The flags of `cloister vault sweep`. */
export interface SweepFlags extends VaultFlags {
  readonly kubeconfig?: string;
  /** Removes what is listed. */
  readonly yes: boolean;
  /** Policies too that no auth role of this cluster names. */
  readonly policies: boolean;
}

/** Lists what Vault holds of sandboxes that the cluster does not know, and removes it where the flags say so. */
export async function runSweep(flags: SweepFlags, terminal: Terminal): Promise<ExitCode> {
  const options = { kubeconfig: flags.kubeconfig, userAgent: 'cloister-vault-sweep' };
  return useCluster(options, terminal, async (client) => {
    try {
      const settings = await readOperatorVault(client);
      if (settings !== null) return await sweepAt(settings, { client, flags, terminal });
      return refuse('the operator uses no Vault: its Deployment has no --vault-address', terminal);
    } catch (error) {
      if (error instanceof VaultSetupError || isVaultError(error)) return refuse(error.message, terminal);
      throw error;
    }
  });
}

interface Sweep {
  readonly client: KubeClient;
  readonly flags: SweepFlags;
  readonly terminal: Terminal;
}

async function sweepAt(settings: VaultSettings, sweep: Sweep): Promise<ExitCode> {
  const { client, flags, terminal } = sweep;
  const { objects: tenants, problems: unread } = await readTenants(client);
  const { mounts, problems } = readVaultMounts(tenants, settings.namespace);
  for (const problem of [...unread, ...problems]) terminal.error(`error: ${singleLine(problem)}\n`);
  const reached = await reachVault(client, settings, flags);
  try {
    const vault = await logInAsOperator(reached, settings, await requestOperatorToken(client));
    try {
      const code = await sweepAreas(areasOf(mounts, settings), vault, sweep);
      // What such a tenant names was not looked at.
      return unread.length + problems.length > 0 ? EXIT.unusable : code;
    } finally {
      await vault.logOut();
    }
  } finally {
    await reached.port.close();
  }
}

async function sweepAreas(
  areas: readonly VaultArea[],
  vault: OperatorVault,
  { client, flags, terminal }: Sweep,
): Promise<ExitCode> {
  const searched = await readOrphans(client, vault.inventory, areas);
  const { orphans, unreadable, unread } = searched;
  for (const mount of unread) terminal.error(`error: ${singleLine(describeUnread(mount))}\n`);
  for (const name of unreadable)
    terminal.out(`kept     ${singleLine(name)}: no name of a sandbox, so Cloister did not make it\n`);
  const counts = { removed: 0, left: 0, failed: 0, kept: 0 };
  for (const orphan of orphans) {
    const isDue = orphan.authMounts.length > 0 || flags.policies;
    if (!isDue || !flags.yes) {
      terminal.out(`${isDue ? 'found ' : 'kept  '}   ${describe(orphan)}\n`);
      // What may be of another cluster is nothing to be done.
      if (isDue) counts.left += 1;
      continue;
    }
    counts[await remove(orphan, { areas: searched.areas, vault, client, terminal })] += 1;
  }
  terminal.out(`${counts.left} found, ${counts.removed} removed, ${counts.failed} failed\n`);
  if (counts.left > 0) terminal.out('Remove what is found: cloister vault sweep --yes\n');
  if (counts.failed > 0 || unread.length > 0) return EXIT.unusable;
  return counts.left > 0 ? EXIT.violations : EXIT.clean;
}

function describe({ name, owner, hasPolicy, authMounts, hasNamesake }: VaultOrphan): string {
  const roles = authMounts.map((mount) => `auth role at auth/${mount}`);
  const parts = [...roles, ...(hasPolicy ? ['policy'] : [])].join(', ');
  const sandbox = `AgentSandbox ${owner.namespace}/${owner.sandbox}`;
  const missing = hasNamesake ? `${sandbox} has not recorded it` : `${sandbox} does not exist`;
  const doubt =
    authMounts.length > 0
      ? ''
      : '; it may be of another cluster that uses this Vault; to remove it, add --policies';
  return `${name}: ${parts}; ${missing}${doubt}`;
}

interface RemovalScope {
  readonly areas: readonly VaultArea[];
  readonly vault: OperatorVault;
  readonly client: KubeClient;
  readonly terminal: Terminal;
}

/** One that fails keeps no other from being removed. */
async function remove(
  orphan: VaultOrphan,
  { areas, vault, client, terminal }: RemovalScope,
): Promise<'removed' | 'kept' | 'failed'> {
  const area = areas.find(({ namespace }) => namespace === orphan.namespace);
  if (area === undefined) throw new Error(`${orphan.name} is nowhere`);
  try {
    const parts = await removeOrphan(orphan, { client, vault, area });
    if (parts === null) {
      terminal.out(`kept     ${orphan.name}: its AgentSandbox exists by now\n`);
      return 'kept';
    }
    terminal.out(`removed  ${orphan.name}: ${parts.join(', ')}\n`);
    return 'removed';
  } catch (error) {
    if (!isVaultError(error) && !isKubeError(error)) throw error;
    terminal.error(`error: ${orphan.name}: ${singleLine(error.message)}\n`);
    return 'failed';
  }
}

function refuse(problem: string, terminal: Terminal): ExitCode {
  terminal.error(`error: ${singleLine(problem)}\n`);
  return EXIT.unusable;
}
