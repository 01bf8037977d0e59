import { type Command as Program, Option } from 'commander';
import { singleLine } from '../../lib/single-line.ts';
import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import { writeDocument } from '../../lib/yaml/write-document.ts';
import { type Command, EXIT, type ExitCode, paint, type Terminal } from '../command.ts';
import { checkImage, checkPinned } from '../input/check-pinned.ts';
import type { Policies } from '../input/policies.ts';
import { readCloisterObject } from '../input/read-cloister-object.ts';
import { readInput } from '../input/read-input.ts';
import { describeIdentity, describePlace, identify } from '../manifest/describe-manifest.ts';
import type { ManifestObject, Rendering } from '../render/rendering.ts';
import { renderSandbox } from '../render/render-sandbox.ts';
import { renderTenant } from '../render/render-tenant.ts';
import { printUnreadable } from '../report.ts';

interface Flags {
  readonly filename: readonly string[];
  readonly namespace?: string;
  readonly startGateImage?: string;
  readonly gatewayImage?: string;
  readonly output: 'yaml' | 'json';
}

interface Options {
  readonly policies: Policies;
  readonly namespace: string | undefined;
  readonly startGateImage: string | null;
  readonly gatewayImage: string | null;
  readonly now: number;
}

const EXAMPLES = `
Examples:
  cloister render -f tenant.yaml -f role.yaml -f sandbox.yaml        everything, as YAML
  kubectl get tenantisolation acme -o yaml | cloister render -f - -f role.yaml -f sandbox.yaml -o json

Prints what the operator creates for each AgentSandbox and TenantIsolation of the input, in its order. The input holds the
tenant and the role of a sandbox too. What only the cluster knows is taken from the status of the tenant, and is listed on
standard error where it is missing. Random values, certificates and UIDs are written as <placeholder: …>, which the API
server does not accept in their place. A sandbox that would get no pod becomes nothing, and the condition that would say why
is printed on standard error.

Exit code: 0 complete, 1 something is refused or missing, 2 something could not be read (takes precedence over 1).
`;

/** `cloister render`: the objects that sandboxes and tenants become, without a cluster. */
export const render: Command = {
  name: 'render',
  register: (program, terminal, finish) =>
    void addOptions(program.command('render'))
      .description('print the objects that sandboxes and tenants become')
      .addHelpText('after', EXAMPLES)
      .action(async (flags: Flags) => finish(await runRender(flags, terminal))),
};

function addOptions(command: Program): Program {
  return command
    .requiredOption('-f, --filename <path...>', 'file, folder or - for standard input; can be repeated')
    .option('-n, --namespace <name>', 'namespace of sandboxes that name none')
    .option('--start-gate-image <image>', 'start gate of the installation, named by digest', checkPinned)
    .option('--gateway-image <image>', 'image of the gateway of the installation', checkImage)
    .addOption(
      new Option('-o, --output <format>', 'output format').choices(['yaml', 'json']).default('yaml'),
    );
}

async function runRender(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const { documents, policies } = await readInput({ filename: flags.filename }, terminal);
  const { namespace, startGateImage = null, gatewayImage = null } = flags;
  const options = { policies, namespace, startGateImage, gatewayImage, now: terminal.now() };
  const objects: ManifestObject[] = [];
  const codes: ExitCode[] = [];
  for (const document of documents) {
    const outcome = 'error' in document ? document : renderDocument(document, options);
    if (outcome === null) continue;
    if ('error' in outcome) {
      printUnreadable(outcome, 'cannot be rendered', terminal);
      codes.push(EXIT.unusable);
      continue;
    }
    objects.push(...outcome.objects);
    codes.push(report(document as ManifestDocument, outcome, terminal));
  }
  if (codes.length === 0) {
    terminal.error(
      'error: the input holds no AgentSandbox and no TenantIsolation; add one with another -f\n',
    );
    return EXIT.unusable;
  }
  print(objects, flags.output, terminal);
  return Math.max(...codes) as ExitCode;
}

/** Returns null for an object that becomes nothing by its kind. */
function renderDocument(
  document: ManifestDocument,
  { namespace, policies, ...images }: Options,
): Rendering | UnreadableDocument | null {
  const reading = readCloisterObject(document.object);
  if (reading === null) return null;
  if ('error' in reading) return { ...document, error: reading.error };
  const { object } = reading;
  const definition = policies.definitionOf(object);
  if (definition !== null && describePlace(definition) !== describePlace(document)) {
    const error = `another ${object.kind} of this name, at ${describePlace(definition)}, is used instead; remove one of them`;
    return { ...document, error };
  }
  if (object.kind === 'TenantIsolation') return renderTenant(object, { policies, ...images });
  if (object.kind !== 'AgentSandbox') return null;
  const metadata = { ...object.metadata, namespace: object.metadata.namespace ?? namespace };
  if (metadata.namespace === undefined) {
    return { ...document, error: 'metadata.namespace is not set; set it, or give --namespace' };
  }
  return renderSandbox({ ...object, metadata }, { policies, ...images });
}

function report(document: ManifestDocument, { refusal, missing }: Rendering, terminal: Terminal): ExitCode {
  if (refusal === null && missing.length === 0) return EXIT.clean;
  const title = singleLine(`${describePlace(document)}: ${describeIdentity(identify(document))}`);
  const lines = [
    ...(refusal === null ? [] : [refusal]),
    ...missing.map((text) => `not in the input: ${text}`),
  ];
  terminal.error(`${paint(terminal, 'bold', title)}\n${lines.map((line) => `  - ${line}\n`).join('')}`);
  return EXIT.violations;
}

function print(objects: readonly ManifestObject[], output: Flags['output'], terminal: Terminal): void {
  if (output === 'json') {
    terminal.out(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2)}\n`);
    return;
  }
  terminal.out(objects.map((object) => writeDocument(object)).join('---\n'));
}
