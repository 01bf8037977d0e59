import { singleLine } from '../../lib/single-line.ts';
import { namespaceWarnings } from '../../policy/vault/namespace-warnings.ts';
import { operatorPolicy } from '../../policy/vault/operator-policy.ts';
import { readVaultMounts } from '../../policy/vault/vault-mounts.ts';
import { type Command, EXIT, type ExitCode, type Terminal } from '../command.ts';
import { readTenantFiles } from '../input/read-tenant-files.ts';
import { runSweep, type SweepFlags } from '../vault/run-sweep.ts';
import { addVaultOptions } from '../vault/vault-flags.ts';

interface Flags {
  readonly filename: readonly string[];
  readonly vaultNamespace?: string;
}

const POLICY_EXAMPLES = `
Examples:
  cloister vault policy -f tenants.yaml | vault policy write operator-cloister -
  kubectl get tenantisolations -o yaml | cloister vault policy -f -

Prints the policy that the operator needs in Vault: for the auth mounts, the namespaces and the database mounts that the
TenantIsolation objects of the input name, and nothing else. Every tenant must be in the input. Print and write the policy again
when a tenant names another mount. Standard error has a warning for each tenant that names a namespace, which Vault without
namespaces ignores.

Exit code: 0 complete, 2 something could not be read, or names what a policy cannot hold.
`;

const SWEEP_EXAMPLES = `
Examples:
  cloister vault sweep                list what Vault holds of sandboxes that do not exist
  cloister vault sweep --yes          remove it

Vault keeps an identity whose sandbox the cluster has forgotten: after a restore of etcd, or a forced release. This command logs
in to Vault as the operator, for which you must be allowed to create tokens of its ServiceAccount. It looks at the mounts that
the tenants name, and removes in this order: the auth role, the entity, the leases, the database roles, the policy. It does
nothing unless it has read all sandboxes of the cluster, and touches no name that does not begin with cloister.

A policy that no auth role of this cluster names may be of another cluster that uses the same Vault. It is kept without
--policies.

Without --kubeconfig: $KUBECONFIG, ~/.kube/config, or the ServiceAccount of the pod, in this order.

Exit code: 0 nothing is left to remove, 1 something is, 2 something could not be read or removed (takes precedence over 1).
`;

/** `cloister vault`: what belongs into Vault, and what does not. */
export const vault: Command = {
  name: 'vault',
  register: (program, terminal, finish) => {
    const group = program
      .command('vault')
      .description('print what the operator needs in Vault, and remove what is left of sandboxes');
    group
      .command('policy')
      .description('print the policy of the operator, for the mounts that tenants name')
      .requiredOption('-f, --filename <path...>', 'file, folder or - for standard input; can be repeated')
      .option('--vault-namespace <path>', 'namespace of Vault in which the operator logs in')
      .addHelpText('after', POLICY_EXAMPLES)
      .action(async (flags: Flags) => finish(await runPolicy(flags, terminal)));
    addVaultOptions(group.command('sweep'))
      .description('list what Vault holds of sandboxes that do not exist, and remove it')
      .option('--yes', 'remove what is listed', false)
      .option('--policies', 'also policies that no auth role of this cluster names', false)
      .option('--kubeconfig <path>', 'how to reach the cluster')
      .addHelpText('after', SWEEP_EXAMPLES)
      .action(async (flags: SweepFlags) => finish(await runSweep(flags, terminal)));
  },
};

async function runPolicy({ filename, vaultNamespace }: Flags, terminal: Terminal): Promise<ExitCode> {
  const { tenants, isComplete } = await readTenantFiles(filename, terminal);
  const { mounts, problems } = readVaultMounts(tenants, vaultNamespace ?? null);
  for (const problem of problems) terminal.error(`error: ${singleLine(problem)}\n`);
  // A part of a policy would take rights from the tenants that are left out.
  if (!isComplete || problems.length > 0) return EXIT.unusable;
  if (mounts.length === 0) {
    terminal.error('error: the input holds no TenantIsolation with spec.vault; add them with another -f\n');
    return EXIT.unusable;
  }
  for (const warning of namespaceWarnings(tenants, vaultNamespace ?? null)) {
    terminal.error(`warning: ${singleLine(warning)}\n`);
  }
  terminal.out(operatorPolicy(mounts));
  return EXIT.clean;
}
