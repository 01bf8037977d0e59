import { Argument, type Command as Program, Option } from 'commander';
import { currentNamespace } from '../../kube/current-namespace.ts';
import { findObject } from '../../kube/find-object.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { apiVersionOf } from '../../kube/kube-resource.ts';
import { resources } from '../../kube/resources.ts';
import { show } from '../../lib/show.ts';
import { writeDocument } from '../../lib/yaml/write-document.ts';
import { type Command, EXIT, type ExitCode, paint, type Terminal } from '../command.ts';
import { LISTED_KINDS, type ListedKind, type ListedName, type ListedObject } from '../listing/listed-kind.ts';
import { describeNotReady, listTable } from '../listing/list-table.ts';
import { useCluster } from '../use-cluster.ts';

interface Flags {
  readonly namespace?: string;
  readonly allNamespaces: boolean;
  readonly kubeconfig?: string;
  readonly output: 'table' | 'wide' | 'json' | 'yaml';
}

const EXAMPLES = `
Examples:
  cloister get sandboxes                          those of the current namespace
  cloister get sandboxes -A -o wide               those of all namespaces, with all conditions
  cloister get sandboxes hermes -n acme-agents    one of them
  cloister get tenants
  cloister get quarantines                        what is cut off, and how long that took
  cloister get roles -o yaml

Prints a table, and below it what is not ready, with the message of each condition that does not hold.

Exit code: 0 listed, 2 something could not be read, or does not exist.
`;

/** `cloister get`: lists sandboxes, tenants, quarantines or roles of a cluster. */
export const get: Command = {
  name: 'get',
  register: (program, terminal, finish) =>
    void addOptions(program.command('get'))
      .description(
        'list the sandboxes, tenants, quarantines or roles of a cluster, and say what is not ready',
      )
      .addHelpText('after', EXAMPLES)
      .action(async (kind: ListedName, names: readonly string[], flags: Flags) =>
        finish(await runGet(kind, names, { flags, terminal })),
      ),
};

function addOptions(command: Program): Program {
  return command
    .addArgument(new Argument('<kind>', 'what to list').choices(Object.keys(LISTED_KINDS)))
    .argument('[names...]', 'only these')
    .option('-n, --namespace <name>', 'namespace of the sandboxes')
    .option('-A, --all-namespaces', 'sandboxes of all namespaces', false)
    .option('--kubeconfig <path>', 'how to reach the cluster')
    .addOption(
      new Option('-o, --output <format>', 'output format')
        .choices(['table', 'wide', 'json', 'yaml'])
        .default('table'),
    );
}

interface Run {
  readonly flags: Flags;
  readonly terminal: Terminal;
}

/** Says which options do not go together; null where they do. */
function findConflict(name: ListedName, { namespace, allNamespaces }: Flags): string | null {
  if (namespace !== undefined && !LISTED_KINDS[name].resource.namespaced) {
    return `--namespace is ${show(namespace)}, but ${name} have no namespace; leave it out`;
  }
  return namespace !== undefined && allNamespaces
    ? `--namespace is ${show(namespace)}, but --all-namespaces is given too; leave one of them out`
    : null;
}

async function runGet(name: ListedName, names: readonly string[], run: Run): Promise<ExitCode> {
  const { flags, terminal } = run;
  const kind: ListedKind = LISTED_KINDS[name];
  const conflict = findConflict(name, flags);
  if (conflict !== null) {
    terminal.error(`error: ${conflict}\n`);
    return EXIT.unusable;
  }
  const options = { kubeconfig: flags.kubeconfig, userAgent: 'cloister-get' };
  return useCluster(options, terminal, async (client) => {
    const namespace = await namespaceOf(kind, flags);
    const { items } = await client.list<ListedObject>(kind.resource, { namespace });
    if (items.length === 0 && namespace !== undefined && (await isAbsent(client, namespace))) {
      terminal.error(
        `error: Namespace "${namespace}" does not exist; correct --namespace, or the current context\n`,
      );
      return EXIT.unusable;
    }
    const found =
      names.length === 0 ? items : items.filter(({ metadata }) => names.includes(metadata.name ?? ''));
    print(found, kind, run);
    return reportAbsent(kind, { names, namespace, found }, terminal);
  });
}

/** Whether a namespace is known not to exist: not everybody may read it. */
async function isAbsent(client: KubeClient, name: string): Promise<boolean> {
  try {
    return (await findObject(client, resources.namespaces, { name })) === null;
  } catch (error) {
    if (isKubeError(error, 'Forbidden')) return false;
    throw error;
  }
}

/** Returns undefined for all namespaces. */
async function namespaceOf({ resource }: ListedKind, flags: Flags): Promise<string | undefined> {
  if (!resource.namespaced || flags.allNamespaces) return undefined;
  return flags.namespace ?? currentNamespace({ kubeconfig: flags.kubeconfig });
}

function print(objects: readonly ListedObject[], kind: ListedKind, { flags, terminal }: Run): void {
  const { output, allNamespaces } = flags;
  if (output === 'json' || output === 'yaml') {
    const list = { apiVersion: 'v1', kind: 'List', items: objects.map((object) => complete(object, kind)) };
    terminal.out(output === 'json' ? `${JSON.stringify(list, null, 2)}\n` : writeDocument(list));
    return;
  }
  if (objects.length === 0) {
    terminal.error('none found\n');
    return;
  }
  const showsNamespace = allNamespaces && kind.resource.namespaced;
  terminal.out(listTable(objects, kind, { isWide: output === 'wide', showsNamespace, now: terminal.now() }));
  const problems = describeNotReady(objects, kind);
  if (problems.length === 0) return;
  terminal.out(
    `\n${paint(terminal, 'bold', 'Not ready:')}\n${problems.map((line) => `  ${line}\n`).join('')}`,
  );
}

/** The items of a list name no kind; who wrote which field is of no interest here. */
function complete(object: ListedObject, { resource }: ListedKind): Record<string, unknown> {
  const { managedFields: _writers, ...metadata } = object.metadata as Record<string, unknown>;
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
}

function reportAbsent(
  { resource }: ListedKind,
  asked: {
    readonly names: readonly string[];
    readonly namespace: string | undefined;
    readonly found: readonly ListedObject[];
  },
  terminal: Terminal,
): ExitCode {
  const known = new Set(asked.found.map(({ metadata }) => metadata.name));
  const absent = asked.names.filter((name) => !known.has(name));
  const where = asked.namespace === undefined ? '' : ` in namespace "${asked.namespace}"`;
  for (const name of absent) terminal.error(`error: ${resource.kind} "${name}"${where} does not exist\n`);
  return absent.length === 0 ? EXIT.clean : EXIT.unusable;
}
