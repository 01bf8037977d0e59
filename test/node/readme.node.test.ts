import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDocCommands, ROOT } from '../docs/doc-commands.ts';
import { provideImages } from '../testbed/node/built-images.ts';
import { startNode, type StartedNode } from '../testbed/node/start-node.ts';
import { providePrograms } from '../testbed/provide-programs.ts';
import { type CommandResult, runCommand } from '../testbed/run-command.ts';

const REGISTRY = 'packages.example.com/cloister';
const FIRST = 'helm install ';
const LAST = 'npm run -s cloister -- get sandboxes ';
/** The other way to install. */
const WITHOUT_HELM = 'kubectl apply --server-side -f manifests/install.yaml';

/** The sandbox whose image is a placeholder, and the repository of the reader's own, which the role allows. */
const SANDBOX = 'manifests/samples/sandbox-first.yaml';
const AGENT_REPOSITORY = 'ghcr.io/acme/own';

const all = readDocCommands()
  .filter(({ file, output }) => file === 'README.md' && output === null)
  .map(({ command }) => command);
const first = all.findIndex((command) => command.startsWith(FIRST));
const last = all.findIndex((command) => command.startsWith(LAST));
const commands = all.slice(first, last + 1).filter((command) => command !== WITHOUT_HELM);

let node: StartedNode;
let digests: Readonly<Record<string, string>>;
let ownSandbox: string;

beforeAll(async () => {
  node = await startNode();
  const images = await provideImages();
  for (const { archive, name } of Object.values(images)) {
    await node.importImage(archive, `${REGISTRY}/${name}`);
  }
  digests = Object.fromEntries(Object.values(images).map(({ name, digest }) => [name, digest]));
  const agent = await node.importImage(join(node.folder, 'busybox.tar'), AGENT_REPOSITORY);
  ownSandbox = await writeOwnSandbox(agent);
  const bin = join(node.folder, 'reader');
  await mkdir(bin);
  const programs = await providePrograms(['kubectl', 'helm']);
  for (const name of ['kubectl', 'helm'] as const) await symlink(programs.path(name), join(bin, name));
});

afterAll(() => node?.stop());

/** Sets an image in the sample, as the README says; returns the path of the copy. */
async function writeOwnSandbox(image: string): Promise<string> {
  const sample = await readFile(join(ROOT, SANDBOX), 'utf8');
  const own = sample.replace(/(\bimage: )\S+/, `$1${image}`);
  expect(own).not.toBe(sample);
  const path = join(node.folder, 'sandbox-first.yaml');
  await writeFile(path, own);
  return path;
}

/** Runs a command as a reader would, who puts in the digests of what they have built, and an image of their own. */
function run(command: string): Promise<CommandResult> {
  const own = command
    .replace(/(--set image\.digest=)\S+/, `$1${digests['cloister']}`)
    .replace(/(--set startGate\.image\.digest=)\S+/, `$1${digests['start-gate']}`)
    .replace(SANDBOX, ownSandbox);
  return runCommand({
    program: 'bash',
    args: ['-e', '-o', 'pipefail', '-c', `cd '${ROOT}'; exec 2>&1; ${own}`],
    environment: {
      PATH: `${join(node.folder, 'reader')}:${process.env['PATH'] ?? ''}`,
      HOME: node.folder,
      KUBECONFIG: node.kubeconfig,
    },
  });
}

test('the section has its commands from the installation to the first agent', () => {
  expect(commands.length).toBeGreaterThan(5);
  expect(commands.filter((command) => command.includes(SANDBOX))).toHaveLength(1);
});

test.for(commands)('README: %s', async (command) => {
  const { code, stdout } = await run(command);
  expect(code, stdout).toBe(0);
});

test('after them nothing is missing of the tenant but its database, which is nowhere', async () => {
  const said = 'These conditions do not hold: DatabaseIsolated.';
  const message = `jsonpath={.status.conditions[?(@.type=="Ready")].message}`;
  const { code, stdout } = await run(
    `kubectl wait tenantisolation acme --for='${message}'='${said}' --timeout=90s`,
  );
  expect(code, stdout).toBe(0);
});
