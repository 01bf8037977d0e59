import { type Command as Commander, InvalidArgumentError } from 'commander';
import { parseImage } from '../../policy/roles/image-pattern.ts';
import type { Command } from '../command.ts';
import type { HardenFlags } from '../harden/run-harden.ts';

const EXAMPLES = `
Examples:
  cloister harden -f role.yaml -f pod.yaml --role data-analyst             the manifests, as YAML
  cloister harden -f role.yaml -f pod.yaml --role data-analyst --diff      what would be changed
  kubectl get tenantisolation acme -o yaml | cloister harden -f - -f role.yaml -f pod.yaml --role data-analyst --tenant acme

Every object of the input is printed, in its order; those without a pod as they are, Lists as their items. Comments are
lost: they are no part of what YAML means. The addresses of the gateway are taken from the status of the tenant.
What takes a decision (an image without its digest, a host path, a credential in the environment, a privileged
container, a mount that the role does not grant) is left as it is, and told on standard error, as are limits that were
filled in.

Exit code: 0 complete, 1 something is left to decide, 2 something could not be read (2 outweighs 1).
`;

/** `cloister harden`: manifests as the contract of a role asks for them. */
export const harden: Command = {
  name: 'harden',
  register: (program, terminal, finish) =>
    void addOptions(program.command('harden'))
      .description('print manifests as the contract of a role asks for them, and what is left to decide')
      .addHelpText('after', EXAMPLES)
      .action(async (flags: HardenFlags) => {
        // Loaded when it is asked for: it is a third of the program.
        const { runHarden } = await import('../harden/run-harden.ts');
        finish(await runHarden(flags, terminal));
      }),
};

function addOptions(command: Commander): Commander {
  return command
    .requiredOption('-f, --filename <path...>', 'file, folder or - for standard input; may be repeated')
    .requiredOption('--role <name>', 'harden every pod for this AgentRole of the input')
    .option('--tenant <name>', 'take every pod for one of this TenantIsolation of the input')
    .option(
      '--start-gate-image <image>',
      'put this start gate, named by digest, into pods without one',
      pinned,
    )
    .option('--diff', 'print the change instead of the manifests', false);
}

function pinned(image: string): string {
  if (typeof parseImage(image)?.digest === 'string') return image;
  throw new InvalidArgumentError('Name it by digest: repository@sha256:….');
}
