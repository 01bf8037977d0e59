import { type Command as Program, Option } from 'commander';
import { singleLine } from '../../lib/single-line.ts';
import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import { unobeyedWarnings } from '../../policy/unobeyed-warnings.ts';
import { type Command, EXIT, type ExitCode, paint, type Terminal } from '../command.ts';
import { type Conversion, convertConfiguration } from '../convert/convert-configuration.ts';
import { CONVERT_OUTPUTS, type ConvertOutput, printConversion } from '../convert/print-conversion.ts';
import {
  addSettingOptions,
  completeSettings,
  missingSettings,
  type SettingFlags,
} from '../convert/settings.ts';
import { parseTexts, readTexts } from '../input/read-manifests.ts';
import { describeIdentity, identify } from '../manifest/describe-manifest.ts';
import { printUnreadable } from '../report.ts';

interface Flags extends SettingFlags {
  readonly output: ConvertOutput;
}

/** Many times what such a file has. */
const MAX_FILE_BYTES = 1024 * 1024;

const EXAMPLES = `
Examples:
  cloister convert hermes-agent-production.yaml --image 'ghcr.io/acme/*' | kubectl apply -f -
  cloister convert hermes-agent-production.yaml -o account            what became of each value, as a table
  cloister convert hermes-agent-production.yaml -o values > values.yaml
  cloister convert hermes-agent-production.yaml -o json               objects, values and account

Reads the complete configuration of the chapter "Production Security" and prints the AgentRoles and the TenantIsolation that hold
the same, or less. What holds for the installation and not for a tenant are values of the chart: -o values.

Standard error has one line for each value of the file: taken over, tightened, changed in form, cannot be kept or not
understood, and why. Where a value is not understood, no object is printed, because a role without it might allow more. It also
names what the file does not say. Until an option says it, nothing is allowed there.

Exit code: 0 every value was understood, 2 one was not, or the file could not be read.
`;

/** `cloister convert`: the objects that the chapter's configuration becomes, with an account of each of its values. */
export const convert: Command = {
  name: 'convert',
  register: (program, terminal, finish) =>
    void addSettingOptions(addOptions(program.command('convert')))
      .addHelpText('after', EXAMPLES)
      .action(async (file: string, flags: Flags) => finish(await runConvert(file, flags, terminal))),
};

function addOptions(command: Program): Program {
  return command
    .argument('<file>', 'the configuration, or - for standard input')
    .description("turn the chapter's configuration into a tenant and roles, and account for each value")
    .addOption(
      new Option('-o, --output <format>', 'what is printed').choices([...CONVERT_OUTPUTS]).default('yaml'),
    );
}

async function runConvert(file: string, flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const document = await readOne(file, terminal);
  const conversion =
    'error' in document ? document : convertConfiguration(document.object, completeSettings(flags));
  if ('error' in document || 'error' in conversion) {
    const { error } = conversion as { readonly error: string };
    printUnreadable({ ...document, error }, 'cannot be converted', terminal);
    return EXIT.unusable;
  }
  printConversion(document, conversion, flags.output, terminal);
  if (conversion.chartValues === null) {
    terminal.error('error: a value was not understood, so no object is printed; correct it or remove it\n');
    return EXIT.unusable;
  }
  if (flags.output === 'yaml') printMissing(conversion, flags, terminal);
  return EXIT.clean;
}

/** Reads a file that holds one document. */
async function readOne(file: string, { stdin }: Terminal): Promise<ManifestDocument | UnreadableDocument> {
  const texts = await readTexts([file], { stdin, maxFileBytes: MAX_FILE_BYTES });
  const [first, second] = [...parseTexts(texts)];
  if (first === undefined)
    return { file, document: 0, error: 'it holds no document; give the configuration of the chapter' };
  if ('error' in first || second === undefined) return first;
  if ('error' in second) return second;
  return { ...second, error: 'it is a second document; give one configuration at a time' };
}

function printMissing({ objects }: Conversion, flags: SettingFlags, terminal: Terminal): void {
  for (const text of missingSettings(flags)) terminal.error(`not in the file: ${text}\n`);
  for (const object of objects) {
    const identity = identify({ object });
    for (const warning of unobeyedWarnings(identity.kind, object)) {
      terminal.error(
        singleLine(`${describeIdentity(identity)}: ${paint(terminal, 'yellow', 'warning')}: ${warning}`) +
          '\n',
      );
    }
  }
}
