import { isKubeError } from '../../kube/kube-error.ts';
import { resources } from '../../kube/resources.ts';
import { type Command, EXIT, type ExitCode, type Terminal } from '../command.ts';
import { useCluster } from '../use-cluster.ts';

interface Flags {
  readonly kubeconfig?: string;
}

const EXAMPLES = `
Examples:
  cloister get quarantines
  cloister release tenant-acme

Deletes an AgentQuarantine. What no other one holds is released: pods of sandboxes are created again, and pods of other
workloads have their network back.

Exit code: 0 released, 2 not.
`;

/** `cloister release`: ends quarantines. */
export const release: Command = {
  name: 'release',
  register: (program, terminal, finish) =>
    void program
      .command('release')
      .description('end a quarantine')
      .argument('<names...>', 'names of AgentQuarantines')
      .option('--kubeconfig <path>', 'how to reach the cluster')
      .addHelpText('after', EXAMPLES)
      .action(async (names: readonly string[], flags: Flags) =>
        finish(await runRelease(names, flags, terminal)),
      ),
};

async function runRelease(names: readonly string[], flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const options = { kubeconfig: flags.kubeconfig, userAgent: 'cloister-release' };
  return useCluster(options, terminal, async (client) => {
    let code: ExitCode = EXIT.clean;
    for (const name of names) {
      try {
        await client.delete(resources.agentQuarantines, { name });
        terminal.out(`AgentQuarantine "${name}" deleted\n`);
      } catch (error) {
        if (!isKubeError(error, 'NotFound')) throw error;
        terminal.error(`error: AgentQuarantine "${name}" does not exist\n`);
        code = EXIT.unusable;
      }
    }
    return code;
  });
}
