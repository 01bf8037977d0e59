import { API_VERSION } from '../../api/names.ts';
import { type Command, EXIT } from '../command.ts';
import { ownVersion } from '../own-version.ts';

/** `cloister version`: prints the version of the program and of the kinds that it reads. */
export const version: Command = {
  name: 'version',
  register: (program, terminal, finish) =>
    void program
      .command('version')
      .description('print the version of cloister and of the kinds that it reads')
      .addHelpText('after', '\nExamples:\n  cloister version\n')
      .action(() => {
        terminal.out(`cloister ${ownVersion()}\nkinds    ${API_VERSION}\n`);
        finish(EXIT.clean);
      }),
};
