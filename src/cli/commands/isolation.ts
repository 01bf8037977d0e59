import { Option } from 'commander';
import type { Command } from '../command.ts';
import { type PlanFlags, runPlan } from '../isolation/run-plan.ts';

const PLAN_EXAMPLES = `
Examples:
  cloister isolation plan -f tenants.yaml --tenant acme --login-file login.txt
  cloister isolation plan --tenant acme

Connects to the database of a TenantIsolation and changes nothing. Prints the statements by which its rows are kept apart, one
transaction a table; what stops to work for the application that owns the tables; and what is found in the structure as it is now.
All other tenants of the input are taken to be there.

Without -f, the tenants are those of the cluster. Without --login-file, the login is that of the Secret of spec.credentials which
spec.database.connection.adminCredential names. A login file has the user in its first line and the password in its second. A login
that Vault rotates is read with vault read, and given in a file.

Roles of the database are named by the UID of the TenantIsolation. One that the API server does not have yet gets other names
than those that are printed.

Without --kubeconfig: $KUBECONFIG, ~/.kube/config, or the ServiceAccount of the pod, in this order.

Exit code: 0 the plan can be carried out, 1 it is refused, or nothing is left to do and the structure does not isolate, 2 something
could not be read or reached.
`;

/** `cloister isolation`: what keeps the rows of tenants apart. */
export const isolation: Command = {
  name: 'isolation',
  register: (program, terminal, finish) => {
    const group = program.command('isolation').description('show how the rows of tenants are kept apart');
    group
      .command('plan')
      .description('print what setting up the database of a tenant would change, and change nothing')
      .option('-f, --filename <path...>', 'file, folder or - for standard input; can be repeated')
      .option('--tenant <name>', 'the TenantIsolation; needed where more than one has a database')
      .option('--login-file <path>', 'file with the user and the password of the admin login')
      .option(
        '--connect <address:port>',
        'where the server is reached from here, for example by a port-forward',
      )
      .option('--kubeconfig <path>', 'how to reach the cluster')
      .addOption(
        new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'),
      )
      .addHelpText('after', PLAN_EXAMPLES)
      .action(async (flags: PlanFlags) => finish(await runPlan(flags, terminal)));
  },
};
