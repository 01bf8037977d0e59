import { type Command as Program, Option } from 'commander';
import { singleLine } from '../../lib/single-line.ts';
import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import { unobeyedWarnings } from '../../policy/unobeyed-warnings.ts';
import { type Command, EXIT, type ExitCode, paint, type Terminal } from '../command.ts';
import { type Conversion, convertDocuments } from '../convert/convert-documents.ts';
import {
  CONVERT_OUTPUTS,
  type ConvertOutput,
  printConversion,
  type SourceDocuments,
} from '../convert/print-conversion.ts';
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
  readonly compose?: string;
  readonly output: ConvertOutput;
}

/** Many times what such a file has. */
const MAX_FILE_BYTES = 1024 * 1024;

const EXAMPLES = `
Examples:
  cloister convert hermes-agent-production.yaml --image 'ghcr.io/acme/*' | kubectl apply -f -
  cloister convert hermes-agent-production.yaml --compose docker-compose.yml
  cloister convert hermes-agent-production.yaml -o account            what became of each value, as a table
  cloister convert hermes-agent-production.yaml -o values > values.yaml
  cloister convert hermes-agent-production.yaml -o json               objects, values and account

Reads the complete configuration of the chapter "Production Security" and prints the AgentRoles and the TenantIsolation that hold
the same, or less. From the file for Docker Compose it takes the user, the scratch space, the limits and the data that are read. What holds for the installation and not for a tenant are values of the chart: -o values.

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
    .option('--compose <file>', 'file for Docker Compose that runs the agent; - for standard input')
    .addOption(
      new Option('-o, --output <format>', 'what is printed').choices([...CONVERT_OUTPUTS]).default('yaml'),
    );
}

async function runConvert(file: string, flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const configuration = await readOne(file, terminal);
  const compose = flags.compose === undefined ? null : await readOne(flags.compose, terminal);
  for (const read of [configuration, compose]) {
    if (read !== null && 'error' in read) return refuse(read, terminal);
  }
  const documents = { configuration, compose } as SourceDocuments;
  const sources = {
    configuration: documents.configuration.object,
    compose: documents.compose?.object ?? null,
  };
  const conversion = convertDocuments(sources, completeSettings(flags));
  if ('error' in conversion) {
    return refuse({ ...(documents[conversion.source] ?? configuration), error: conversion.error }, terminal);
  }
  printConversion(documents, conversion, flags.output, terminal);
  if (conversion.chartValues === null) {
    terminal.error('error: a value was not understood, so no object is printed; correct it or remove it\n');
    return EXIT.unusable;
  }
  if (flags.output === 'yaml') printMissing(conversion, flags, terminal);
  return EXIT.clean;
}

function refuse(document: UnreadableDocument, terminal: Terminal): ExitCode {
  printUnreadable(document, 'cannot be converted', terminal);
  return EXIT.unusable;
}

/** Reads a file that holds one document. */
async function readOne(file: string, { stdin }: Terminal): Promise<ManifestDocument | UnreadableDocument> {
  const texts = await readTexts([file], { stdin, maxFileBytes: MAX_FILE_BYTES });
  const documents = [...parseTexts(texts)];
  // Of a text that holds nothing there is an error too.
  const [first, second] = documents as [(typeof documents)[0], ...typeof documents];
  if ('error' in first || second === undefined) return first;
  return { ...second, error: 'it is a second document; give a file with one' };
}

/** What people have to know about the objects beside the account. */
function printMissing({ objects }: Conversion, flags: SettingFlags, terminal: Terminal): void {
  for (const text of missingSettings(flags)) terminal.error(`not in the file: ${text}\n`);
  const title = paint(terminal, 'yellow', 'warning');
  for (const object of objects) {
    const identity = identify({ object });
    for (const warning of unobeyedWarnings(identity.kind, object)) {
      terminal.error(`${singleLine(describeIdentity(identity))}: ${title}: ${warning}\n`);
    }
  }
}
