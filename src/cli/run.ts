import { Command as Program, CommanderError } from 'commander';
import { type Command, EXIT, type ExitCode, type Terminal } from './command.ts';
import { audit } from './commands/audit.ts';
import { canI } from './commands/can-i.ts';
import { completion } from './commands/completion.ts';
import { convert } from './commands/convert.ts';
import { doctor } from './commands/doctor.ts';
import { explain } from './commands/explain.ts';
import { get } from './commands/get.ts';
import { harden } from './commands/harden.ts';
import { isolation } from './commands/isolation.ts';
import { quarantine } from './commands/quarantine.ts';
import { release } from './commands/release.ts';
import { render } from './commands/render.ts';
import { review } from './commands/review.ts';
import { vault } from './commands/vault.ts';
import { version } from './commands/version.ts';

/** In the order of the help. */
const COMMANDS: readonly Command[] = [
  review,
  harden,
  render,
  explain,
  canI,
  convert,
  get,
  quarantine,
  release,
  doctor,
  vault,
  isolation,
  audit,
  completion,
  version,
];

const EXAMPLES = `
Examples:
  cloister review -f pod.yaml
  cloister harden -f role.yaml -f pod.yaml --role data-analyst --diff
  cloister render -f tenant.yaml -f role.yaml -f sandbox.yaml
  cloister explain privileged
  cloister can-i -f role.yaml --role data-analyst --connect github.com:443
  cloister convert hermes-agent-production.yaml
  cloister get sandboxes -A
  cloister quarantine sandbox/acme-agents/hermes --reason 'It called home.'
`;

/** Runs one command line, without the name of the program, and returns its exit code: 2 if the command line is wrong. */
export async function run(parameters: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.clean;
  const program = new Program('cloister')
    .description(
      'Reviews, hardens and renders the manifests of AI agents without a cluster, and lists, examines and contains what is on one.',
    )
    .addHelpText('after', EXAMPLES)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.error })
    .exitOverride();
  for (const command of COMMANDS) command.register(program, terminal, (result) => void (code = result));
  program.showHelpAfterError('To see what there is: cloister --help');
  for (const command of program.commands) inheritSettings(command, program);
  try {
    await program.parseAsync([...parameters], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.clean : EXIT.unusable;
  }
}

function inheritSettings(command: Program, parent: Program): void {
  command.copyInheritedSettings(parent);
  command.showHelpAfterError(`To see what it takes: ${pathOf(command)} --help`);
  for (const below of command.commands) inheritSettings(below, command);
}

function pathOf(command: Program): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
