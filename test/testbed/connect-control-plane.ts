import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubeconfig } from './kubeconfig.ts';
import { type CommandResult, orThrow, runCommand } from './run-command.ts';

/** All that is needed to talk to a running control plane; plain data, so that it can be handed to a test file. */
export interface ControlPlaneConnection {
  url: string;
  /** PEM. */
  certificateAuthority: string;
  /** Where kubeconfig files are written. */
  folder: string;
  /** Bearer tokens by the short names of `users.ts`. */
  tokens: Readonly<Record<string, string>>;
  /** Path of kubectl. */
  kubectl: string;
  /** Whether a kube-controller-manager runs. */
  controllerManager: boolean;
  /** Whether it held what installs Cloister from the start, but for the registrations of webhooks; false unless set. */
  hasCloister?: boolean;
}

/** Options of one kubectl call. */
export interface KubectlOptions {
  /** Standard input, for `-f -`. */
  input?: string;
  /** Who calls; `admin` unless told. */
  user?: string;
}

/** A running control plane, as a test uses it. */
export interface ControlPlane {
  readonly url: string;
  /** PEM. */
  readonly certificateAuthority: string;
  /** Path of the admin's kubeconfig. */
  readonly kubeconfig: string;
  readonly connection: ControlPlaneConnection;
  /**
   * Path of a kubeconfig for a user: a short name of `users.ts`, or any other name, which is impersonated by the
   * admin with the groups given (`system:authenticated` is added).
   */
  kubeconfigFor: (user: string, groups?: readonly string[]) => string;
  kubectl: (args: readonly string[], options?: KubectlOptions) => Promise<CommandResult>;
  /** Server-side applies the objects and waits until CustomResourceDefinitions are served; throws when refused. */
  apply: (objects: readonly object[], options?: { user?: string }) => Promise<void>;
  /** Makes a namespace `PREFIX-RANDOM` that pods can be made in (it has its ServiceAccount); gives its name. */
  createNamespace: (prefix: string, labels?: Readonly<Record<string, string>>) => Promise<string>;
}

/** Rebuilds the control plane's functions from its connection data. */
export function connectControlPlane(connection: ControlPlaneConnection): ControlPlane {
  const kubeconfigFor = (user: string, groups: readonly string[] = []): string =>
    writeKubeconfig(connection, user, groups);
  const kubectl = (args: readonly string[], options: KubectlOptions = {}): Promise<CommandResult> =>
    runCommand({
      program: connection.kubectl,
      args,
      environment: {
        KUBECONFIG: kubeconfigFor(options.user ?? 'admin'),
        HOME: connection.folder,
        KUBECACHEDIR: join(connection.folder, 'kubectl-cache'),
      },
      ...(options.input === undefined ? {} : { input: options.input }),
    });
  return {
    url: connection.url,
    certificateAuthority: connection.certificateAuthority,
    kubeconfig: kubeconfigFor('admin'),
    connection,
    kubeconfigFor,
    kubectl,
    apply: (objects, options = {}) => apply(kubectl, objects, options.user ?? 'admin'),
    createNamespace: (prefix, labels = {}) => createNamespace(kubectl, prefix, labels),
  };
}

function writeKubeconfig(
  connection: ControlPlaneConnection,
  user: string,
  groups: readonly string[],
): string {
  const { url, certificateAuthority, folder, tokens } = connection;
  const own = tokens[user];
  const name = [user, ...groups].map(encodeURIComponent).join('+');
  const path = join(folder, `user-${name}.kubeconfig`);
  if (existsSync(path)) return path;
  const token = own ?? tokens['admin'] ?? '';
  const impersonate = own === undefined ? { user, groups: [...groups, 'system:authenticated'] } : undefined;
  const text = kubeconfig({
    url,
    certificateAuthority,
    token,
    ...(impersonate === undefined ? {} : { impersonate }),
  });
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

type Kubectl = ControlPlane['kubectl'];

async function apply(kubectl: Kubectl, objects: readonly object[], user: string): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const args = ['apply', '--server-side', '--force-conflicts', '-f', '-'];
  await orThrow(
    `kubectl apply as ${user}`,
    untilSynced(() => kubectl(args, { input, user })),
  );
  const definitions = objects.flatMap((object) =>
    'kind' in object && object.kind === 'CustomResourceDefinition' && 'metadata' in object
      ? [`crd/${(object.metadata as { name: string }).name}`]
      : [],
  );
  if (definitions.length === 0) return;
  const wait = ['wait', '--for=condition=Established', '--timeout=30s', ...definitions];
  await orThrow('waiting for the CustomResourceDefinitions', kubectl(wait));
}

/** An API server that has just started refuses what a policy judges by parameters that it has not read yet. */
async function untilSynced(run: () => Promise<CommandResult>): Promise<CommandResult> {
  for (let tries = 1; ; tries++) {
    const result = await run();
    const isSynced = !result.stderr.includes('not yet synced to use for admission');
    if (result.code === 0 || isSynced || tries === MAX_TRIES) return result;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const MAX_TRIES = 120;

async function createNamespace(
  kubectl: Kubectl,
  prefix: string,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  // Pods are refused until the namespace has it; made here, nobody has to wait for the controller.
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: name },
  };
  await apply(kubectl, [namespace, account], 'admin');
  return name;
}
