import { Argument } from 'commander';
import { type Command, EXIT } from '../command.ts';
import { bashCompletion } from '../completion/bash.ts';
import { type CommandWords, commandWords } from '../completion/command-words.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const satisfies Readonly<
  Record<string, (commands: readonly CommandWords[]) => string>
>;

const EXAMPLES = `
Examples:
  source <(cloister completion bash)                                           in ~/.bashrc
  source <(cloister completion zsh)                                            in ~/.zshrc, after compinit
  cloister completion fish > ~/.config/fish/completions/cloister.fish
`;

/** `cloister completion`: the script by which a shell completes commands and options. */
export const completion: Command = {
  name: 'completion',
  register: (program, terminal, finish) =>
    void program
      .command('completion')
      .description('print the script by which a shell completes commands and options')
      .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
      .addHelpText('after', EXAMPLES)
      .action((shell: keyof typeof SHELLS) => {
        terminal.out(SHELLS[shell](commandWords(program)));
        finish(EXIT.clean);
      }),
};
