import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { singleLine } from '../../lib/single-line.ts';
import { operatorPolicy } from '../../policy/vault/operator-policy.ts';
import { readVaultMounts } from '../../policy/vault/vault-mounts.ts';
import { type Command, EXIT, type ExitCode, type Terminal } from '../command.ts';
import { readCloisterObject } from '../input/read-cloister-object.ts';
import { readInput } from '../input/read-input.ts';
import { printUnreadable } from '../report.ts';

interface Flags {
  readonly filename: readonly string[];
  readonly vaultNamespace?: string;
}

const EXAMPLES = `
Examples:
  cloister vault policy -f tenants.yaml | vault policy write operator-cloister -
  kubectl get tenantisolations -o yaml | cloister vault policy -f -

Prints the policy that the operator needs in Vault: for the auth mounts, the namespaces and the database mounts that the
TenantIsolation objects of the input name, and nothing else. Every tenant must be in the input. Print and write the policy again
when a tenant names another mount.

Exit code: 0 complete, 2 something could not be read, or names what a policy cannot hold.
`;

/** `cloister vault`: what belongs into Vault. */
export const vault: Command = {
  name: 'vault',
  register: (program, terminal, finish) => {
    const group = program.command('vault').description('print what the operator needs in Vault');
    group
      .command('policy')
      .description('print the policy of the operator, for the mounts that tenants name')
      .requiredOption('-f, --filename <path...>', 'file, folder or - for standard input; can be repeated')
      .option('--vault-namespace <path>', 'namespace of Vault in which the operator logs in')
      .addHelpText('after', EXAMPLES)
      .action(async (flags: Flags) => finish(await runPolicy(flags, terminal)));
  },
};

async function runPolicy({ filename, vaultNamespace }: Flags, terminal: Terminal): Promise<ExitCode> {
  const { documents } = await readInput({ filename }, terminal);
  const tenants: TenantIsolation[] = [];
  let isComplete = true;
  for (const document of documents) {
    const reading = 'error' in document ? document : readCloisterObject(document.object);
    if (reading === null) continue;
    if ('error' in reading) {
      printUnreadable({ ...document, error: reading.error }, 'cannot be read', terminal);
      isComplete = false;
    } else if (reading.object.kind === 'TenantIsolation') tenants.push(reading.object);
  }
  const { mounts, problems } = readVaultMounts(tenants, vaultNamespace ?? null);
  for (const problem of problems) terminal.error(`error: ${singleLine(problem)}\n`);
  // A part of a policy would take rights from the tenants that are left out.
  if (!isComplete || problems.length > 0) return EXIT.unusable;
  if (mounts.length === 0) {
    terminal.error('error: the input holds no TenantIsolation with spec.vault; add them with another -f\n');
    return EXIT.unusable;
  }
  terminal.out(operatorPolicy(mounts));
  return EXIT.clean;
}
