import type { CommandWords, OptionWords, Values } from './command-words.ts';

/** Returns the script that has fish complete the commands. */
export function fishCompletion(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap((command) => [
    `complete -c cloister -n __fish_use_subcommand -a ${command.name} -d ${quote(command.description)}`,
    ...command.options.map((option) => optionLine(command, option)),
    ...argumentLines(command),
  ]);
  return `# fish completion of cloister\ncomplete -c cloister -f\n${lines.map((line) => `${line}\n`).join('')}`;
}

function optionLine({ name }: CommandWords, { flags, description, values }: OptionWords): string {
  const spelled = flags.map((flag) =>
    flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  );
  const parts = [`complete -c cloister -n ${within(name)}`, ...spelled, ...actionOf(values)];
  return `${parts.join(' ')} -d ${quote(description)}`;
}

function argumentLines({ name, values }: CommandWords): readonly string[] {
  if (values === null || typeof values === 'string') return [];
  return [`complete -c cloister -n ${within(name)} -a ${quote(values.words.join(' '))}`];
}

function actionOf(values: Values): readonly string[] {
  if (values === null) return [];
  if (values === 'Files') return ['-r', '-F'];
  return values === 'Text' ? ['-x'] : ['-x', '-a', quote(values.words.join(' '))];
}

function within(command: string): string {
  return quote(`__fish_seen_subcommand_from ${command}`);
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
