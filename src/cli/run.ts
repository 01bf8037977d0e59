import { Command as Commander, CommanderError } from 'commander';
import { COMMANDS } from './commands/index.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

const EXAMPLES = `
Examples:
  cloister review -f pod.yaml
  cloister harden -f role.yaml -f pod.yaml --role data-analyst --diff
  cloister explain privileged
`;

/** Runs one command line (without the program's own name) and gives its exit code. A wrong command line is unusable input. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.clean;
  const program = new Commander('cloister')
    .description('Keeps AI agents on Kubernetes inside their role: the decisions of the webhook, offline.')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.error })
    .exitOverride();
  for (const command of COMMANDS) command.register(program, terminal, (result) => void (code = result));
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.clean : EXIT.unusable;
  }
}
