import { Option } from 'commander';
import { readServerTime } from '../../kube/server-time.ts';
import { systemClock } from '../../lib/clock.ts';
import { singleLine } from '../../lib/single-line.ts';
import { type Command, EXIT, type ExitCode, paint, type Terminal } from '../command.ts';
import { examineClock } from '../doctor/examine-clock.ts';
import { examineCredentials } from '../doctor/examine-credentials.ts';
import { examineDatabases } from '../doctor/examine-databases.ts';
import { examineEgress } from '../doctor/examine-egress.ts';
import { examineKinds } from '../doctor/examine-kinds.ts';
import { examineNamespaces } from '../doctor/examine-namespaces.ts';
import { examinePolicies } from '../doctor/examine-policies.ts';
import { examinePrograms } from '../doctor/examine-programs.ts';
import { examineRegistrations } from '../doctor/examine-registrations.ts';
import { examineRights } from '../doctor/examine-rights.ts';
import { examineVault } from '../doctor/examine-vault.ts';
import type { Examination, Finding, FindingState } from '../doctor/finding.ts';
import { useCluster } from '../use-cluster.ts';
import { addVaultOptions, type VaultFlags } from '../vault/vault-flags.ts';

interface Flags extends VaultFlags {
  readonly kubeconfig?: string;
  readonly output: 'text' | 'json';
}

/** In the order of the output. */
const EXAMINATIONS: readonly Examination[] = [
  examineKinds,
  examinePolicies,
  examineRegistrations,
  examinePrograms,
  examineRights,
  examineClock,
  examineNamespaces,
  examineEgress,
  examineCredentials,
  examineDatabases,
  examineVault,
];

const MARK: Readonly<
  Record<FindingState, { readonly text: string; readonly style: 'green' | 'yellow' | 'red' }>
> = {
  Passed: { text: 'passed', style: 'green' },
  Noted: { text: 'noted ', style: 'yellow' },
  Failed: { text: 'failed', style: 'red' },
  Unread: { text: 'unread', style: 'red' },
};

const EXAMPLES = `
Examples:
  cloister doctor
  cloister doctor --kubeconfig admin.kubeconfig -o json
  cloister doctor --vault-address https://127.0.0.1:8200 --vault-ca-file vault.crt
  helm test cloister --namespace cloister-system          the same, from inside the cluster

Examines the installation of Cloister on a cluster: kinds, policies, registrations and the authority that they trust, programs,
rights of the operator, the clock of the API server, and enrolled namespaces. It changes nothing. In the first enrolled
namespace it asks for a privileged pod as a dry run, if you may create pods there. Whether the network of the cluster enforces
NetworkPolicies, only a pod can prove: it reads what the start gates of sandboxes have found. Each line that failed says what to
do.

It says what the operator found when it tried the databases of tenants, and does not connect to them.

It compares the credentials that roles name with what tenants bind. Of the Secrets that tenants bind it says which do not exist,
lack a key or have not changed for 30 days. It asks the API server for their metadata alone.

Where the operator uses Vault, it logs in to Vault as the operator, if you may create tokens of its ServiceAccount. It examines
the rights of the operator there, the database connections, how often static logins are rotated, the age and the names of the keys of secrets that tenants bind, and
whether Vault holds identities of sandboxes that do not exist. It reads no value of a secret.

Without --kubeconfig: $KUBECONFIG, ~/.kube/config, or the ServiceAccount of the pod, in this order.

Exit code: 0 nothing failed, 1 something failed, 2 something could not be read (takes precedence over 1).
`;

/** `cloister doctor`: examines the installation on a cluster. */
export const doctor: Command = {
  name: 'doctor',
  register: (program, terminal, finish) =>
    void addVaultOptions(program.command('doctor'))
      .description('examine the installation of Cloister on a cluster')
      .option('--kubeconfig <path>', 'how to reach the cluster')
      .addOption(
        new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'),
      )
      .addHelpText('after', EXAMPLES)
      .action(async (flags: Flags) => finish(await runDoctor(flags, terminal))),
};

async function runDoctor(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const { kubeconfig, output } = flags;
  return useCluster({ kubeconfig, userAgent: 'cloister-doctor' }, terminal, async (client) => {
    const context = {
      now: terminal.now,
      readServerTime: () => readServerTime({ kubeconfig }, systemClock),
      vaultFlags: flags,
    };
    const findings = (await Promise.all(EXAMINATIONS.map((examine) => examine(client, context)))).flat();
    print(findings, output, terminal);
    const has = (state: FindingState): boolean => findings.some((finding) => finding.state === state);
    if (has('Unread')) return EXIT.unusable;
    return has('Failed') ? EXIT.violations : EXIT.clean;
  });
}

function print(findings: readonly Finding[], output: Flags['output'], terminal: Terminal): void {
  if (output === 'json') {
    terminal.out(`${JSON.stringify(findings, null, 2)}\n`);
    return;
  }
  for (const { subject, state, message } of findings) {
    const { text, style } = MARK[state];
    terminal.out(`${paint(terminal, style, text)}  ${singleLine(`${subject}: ${message}`)}\n`);
  }
  const count = (state: FindingState): number => findings.filter((one) => one.state === state).length;
  const counts = [`${count('Passed')} passed`, `${count('Noted')} noted`, `${count('Failed')} failed`];
  terminal.out(`${counts.join(', ')}, ${count('Unread')} unread\n`);
}
