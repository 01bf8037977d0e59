import type { Command as Program, Help, Option } from 'commander';
import { CHECKS } from '../../policy/admission/checks/index.ts';
import { ACCESS } from '../../policy/admission/evaluate-access.ts';

/** What may follow: one of some words, the path of a file, or text that nobody can guess. Null where nothing does. */
export type Values = { readonly words: readonly string[] } | 'Files' | 'Text' | null;

/** An option of a command. */
export interface OptionWords {
  /** As they are typed: `-f`, `--filename`. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly values: Values;
  /** Whether several values may follow it. */
  readonly isVariadic: boolean;
}

/** A command, as far as a shell completes it. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** Of its first argument. */
  readonly values: Values;
}

const CHECK_NAMES: readonly string[] = CHECKS.map(({ name }) => name);
const FILE_OPTIONS: readonly string[] = ['--filename', '--kubeconfig', '--vault-ca-file', '--epochs'];

/** Returns the commands of a program, with all that they take. */
export function commandWords(program: Program): readonly CommandWords[] {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const names = commands.map((command) => command.name());
  return commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: optionsOf(command, help),
    values: argumentValues(command, names),
  }));
}

/** Of a group of commands, what any of them takes: the words of a line tell which it is only further on. */
function optionsOf(command: Program, help: Help): readonly OptionWords[] {
  const options = [command, ...command.commands].flatMap((one) => help.visibleOptions(one).map(optionWords));
  return options.filter(
    ({ flags }, index) => options.findIndex((other) => other.flags.join() === flags.join()) === index,
  );
}

function optionWords(option: Option): OptionWords {
  const { short, long, description } = option;
  return {
    flags: [short, long].filter((flag) => typeof flag === 'string'),
    description,
    values: optionValues(option),
    isVariadic: option.variadic,
  };
}

function optionValues({ long, argChoices, required, optional }: Option): Values {
  if (argChoices !== undefined) return { words: argChoices };
  if (FILE_OPTIONS.includes(long ?? '')) return 'Files';
  if (long === '--check') return { words: CHECK_NAMES };
  return required || optional ? 'Text' : null;
}

function argumentValues(command: Program, names: readonly string[]): Values {
  const [first] = command.registeredArguments;
  if (command.name() === 'explain') return { words: [...CHECK_NAMES, ACCESS.name] };
  if (command.commands.length > 0) return { words: command.commands.map((one) => one.name()) };
  if (command.name() === 'help') return { words: names };
  if (first?.argChoices !== undefined) return { words: first.argChoices };
  return first === undefined ? null : 'Text';
}
