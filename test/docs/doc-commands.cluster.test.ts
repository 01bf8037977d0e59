import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deleteRegistrations } from '../demo/prepare.ts';
import { startControlPlane, type StartedControlPlane } from '../testbed/control-plane.ts';
import { freePort } from '../testbed/free-port.ts';
import { installManifests } from '../testbed/install-cloister.ts';
import { createProgramRunner, type ProgramRunner } from '../testbed/program-runner.ts';
import { providePrograms } from '../testbed/provide-programs.ts';
import { type CommandResult, runCommand } from '../testbed/run-command.ts';
import { NOT_RUN, OTHER_TESTS } from './commands-not-run.ts';
import { type DocCommand, readDocCommands, ROOT } from './doc-commands.ts';

/** What begins the command that installs the chart; after it, the programs are started beside the API server. */
const INSTALL_WITH_HELM = 'helm install cloister charts/cloister ';
const INSTALL_WITH_KUBECTL = 'kubectl apply --server-side -f manifests/install.yaml';

interface Expected {
  readonly code?: number;
  /** A part of the output. */
  readonly prints?: string;
}

/** What a command that begins so must do; exit code 0, if nothing is said. */
const EXPECTED: readonly (readonly [beginning: string, expected: Expected])[] = [
  ['npm run -s cloister -- review ', { code: 1, prints: 'secret-in-environment is refused' }],
  ['npm run -s cloister -- harden ', { code: 1, prints: '+' }],
  ['npm run -s cloister -- render ', { code: 1, prints: 'kind: StatefulSet' }],
  ['cloister render ', { code: 1, prints: '"kind": "Pod"' }],
  ['cloister review -f manifests/samples -o sarif ', { code: 1 }],
  ['cloister get tenants', { prints: 'acme' }],
  ['cloister get sandboxes ', { prints: 'first' }],
  ['npm run -s cloister -- get sandboxes ', { prints: 'first' }],
  ['cloister get roles', { prints: 'data-analyst' }],
  // No node runs the Deployments here.
  ['cloister doctor', { code: 1, prints: 'failed  Deployment cloister-system/cloister-operator' }],
  [
    `cloister can-i -f manifests/samples/role-data-analyst.yaml --role data-analyst --tool read_file --arguments '{"path": "/data/reports-evil`,
    { code: 1, prints: 'denied' },
  ],
  ['npm run -s cloister -- explain ', { prints: 'image-policy' }],
  // Each command of docs/enrolling.md finds what is in `workloads-before-enrolment.yaml`.
  [
    'kubectl get deployments,statefulsets,daemonsets,jobs,cronjobs,pods ',
    { code: 1, prints: 'must be one of "data-analyst", "read-only"' },
  ],
  ['kubectl get deployment report ', { code: 1, prints: '+' }],
  ['kubectl get secrets --namespace reports --field-selector ', { prints: 'old-token' }],
  ['kubectl get secrets --namespace reports --output name ', { prints: 'secret/cloister-proxy-planted' }],
  ['kubectl get pods --namespace reports --selector ', { prints: 'data-analyst' }],
  ['kubectl get deployments,statefulsets,daemonsets,replicasets,jobs ', { prints: 'data-analyst' }],
  ['kubectl get controllerrevisions ', { prints: 'report' }],
  ['kubectl get services ', { prints: 'NodePort' }],
  ['kubectl get ingresses ', { prints: 'open-ingress' }],
  ['kubectl get networkpolicies ', { prints: 'open-policy' }],
  ['kubectl get rolebindings ', { prints: 'reads-all' }],
  ['kubectl get clusterrolebindings ', { prints: 'report-reads-cluster' }],
  ['kubectl get events --namespace acme-agents ', { prints: 'No resources found' }],
  ['kubectl get events --all-namespaces ', { prints: 'NamespaceMissing' }],
  ['kubectl get lease ', { prints: 'Z' }],
  ['kubectl get events ', { prints: 'is refused' }],
  ['kubectl label namespace reports ', { prints: 'unlabeled' }],
];

/** For how long a command may fail until caches, controllers and the operator have seen what came before. */
const PATIENCE_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 500;

const commands = readDocCommands();
const folder = mkdtempSync(join(tmpdir(), 'cloister-docs-'));
const path = `${join(folder, 'bin')}:${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`;
let controlPlane: StartedControlPlane;
let runner: ProgramRunner;

/** Makes a folder for the PATH, with the testbed's programs and the command line. */
async function linkPrograms(): Promise<void> {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const programs = await providePrograms(['kubectl', 'helm']);
  for (const name of ['kubectl', 'helm'] as const) symlinkSync(programs.path(name), join(bin, name));
  const source = join(ROOT, 'src', 'bin', 'cloister.ts');
  const script = `#!/bin/sh\nexec '${process.execPath}' '${source}' "$@"\n`;
  writeFileSync(join(bin, 'cloister'), script, { mode: 0o755 });
}

/** Runs a command as a reader would, in the root of the repository. Standard error is part of the output. */
function run(command: string, { kubeconfig }: StartedControlPlane = controlPlane): Promise<CommandResult> {
  return runCommand({
    program: 'bash',
    args: ['-e', '-o', 'pipefail', '-c', `cd '${ROOT}'; exec 2>&1; ${command}`],
    environment: { PATH: path, HOME: folder, KUBECONFIG: kubeconfig },
  });
}

/** Runs a command until it does what is expected; fails with what it did at last. */
async function runAsExpected({ command, output }: DocCommand): Promise<void> {
  const { code = 0, prints = '' } = EXPECTED.find(([beginning]) => command.startsWith(beginning))?.[1] ?? {};
  const end = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const result = await run(command);
    const isRight = result.code === code && result.stdout.includes(output ?? prints);
    if (isRight && (output === null || result.stdout.trimEnd() === output)) return;
    if (performance.now() > end) {
      expect(result).toMatchObject({ code, stdout: output ?? expect.stringContaining(prints) });
      throw new Error(`${command}: ${result.stdout}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

/** There is no node that could run the Deployments: starts both programs as they are installed, reached by URL. */
async function startPrograms(): Promise<void> {
  const installed = await run(
    "kubectl get deployment cloister-webhook --namespace cloister-system --output jsonpath='{.spec.template.spec.containers[0].args}'",
  );
  const digests = (JSON.parse(installed.stdout) as string[]).filter((flag) =>
    flag.startsWith('--start-gate'),
  );
  expect(digests).toHaveLength(1);
  const port = await freePort('127.0.0.1');
  const url = `https://127.0.0.1:${port}`;
  await deleteRegistrations(controlPlane);
  const isRegistration = ({ kind }: { kind?: unknown }): boolean =>
    String(kind).endsWith('WebhookConfiguration');
  await controlPlane.apply(installManifests(url).filter(isRegistration));
  const kubeconfig = (user: string): string => `--kubeconfig=${controlPlane.kubeconfigFor(user)}`;
  const flags = [
    `--port=${port}`,
    `--metrics-port=${await freePort('127.0.0.1')}`,
    `--url=${url}`,
    ...digests,
  ];
  const operator = await runner.start('operator', [kubeconfig('operator')]);
  const webhook = await runner.start('webhook', [kubeconfig('webhook'), '--drain-seconds=0', ...flags]);
  await Promise.all([operator.ready(), webhook.ready()]);
}

beforeAll(async () => {
  await linkPrograms();
  controlPlane = await startControlPlane();
  runner = await createProgramRunner();
  await controlPlane.controllersRunning();
  const workloads = await run('kubectl apply -f test/docs/workloads-before-enrolment.yaml');
  expect(workloads.code, workloads.stdout).toBe(0);
});
afterAll(async () => {
  await runner?.stop();
  await controlPlane?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('the lists name commands that are in the documentation', () => {
  const texts = commands.map(({ command }) => command);
  expect(Object.keys(NOT_RUN).filter((command) => !texts.includes(command))).toEqual([]);
  const isUsed = (beginning: string): boolean => texts.some((text) => text.startsWith(beginning));
  expect(EXPECTED.filter(([beginning]) => !isUsed(beginning))).toEqual([]);
  expect(texts.some((text) => text.startsWith(INSTALL_WITH_HELM))).toBe(true);
});

describe('the commands of the documentation do what it says', { timeout: 120_000 }, () => {
  // A session shows what happens on a cluster that the scripts have set up.
  const isSession = ({ output }: DocCommand): boolean => output !== null;
  const ran = commands.filter(
    ({ command, file }) =>
      NOT_RUN[command] === undefined && OTHER_TESTS[file] === undefined && command !== INSTALL_WITH_KUBECTL,
  );
  const files = [...new Set(ran.map(({ file }) => file))];
  const ordered = files.flatMap((file) => {
    const own = ran.filter((one) => one.file === file);
    return [...own.filter((one) => !isSession(one)), ...own.filter(isSession)];
  });
  test.for(ordered.map((one) => [`${one.file}:${one.line}`, one] as const))('%s', async ([, one]) => {
    await runAsExpected(one);
    if (one.command.startsWith(INSTALL_WITH_HELM)) await startPrograms();
  });
});

test(INSTALL_WITH_KUBECTL, { timeout: 120_000 }, async () => {
  expect(commands.map(({ command }) => command)).toContain(INSTALL_WITH_KUBECTL);
  const other = await startControlPlane({ controllerManager: false });
  try {
    const { code, stdout } = await run(INSTALL_WITH_KUBECTL, other);
    expect(code, stdout).toBe(0);
  } finally {
    await other.stop();
  }
});
