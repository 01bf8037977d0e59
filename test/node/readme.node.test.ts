import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDocCommands, ROOT } from '../docs/doc-commands.ts';
import { provideImages } from '../testbed/node/built-images.ts';
import { startNode, type StartedNode } from '../testbed/node/start-node.ts';
import { providePrograms } from '../testbed/provide-programs.ts';
import { type CommandResult, runCommand } from '../testbed/run-command.ts';

const REGISTRY = 'packages.example.com/cloister';
const FIRST = 'helm install ';
const LAST = 'kubectl apply -f manifests/samples/access/';
/** The other way to install. */
const WITHOUT_HELM = 'kubectl apply --server-side -f manifests/install.yaml';

const all = readDocCommands()
  .filter(({ file, output }) => file === 'README.md' && output === null)
  .map(({ command }) => command);
const first = all.findIndex((command) => command.startsWith(FIRST));
const last = all.findIndex((command) => command.startsWith(LAST));
const commands = all.slice(first, last + 1).filter((command) => command !== WITHOUT_HELM);

let node: StartedNode;
let digests: Readonly<Record<string, string>>;

beforeAll(async () => {
  node = await startNode();
  const images = await provideImages();
  for (const { archive, name } of Object.values(images)) {
    await node.importImage(archive, `${REGISTRY}/${name}`);
  }
  digests = Object.fromEntries(Object.values(images).map(({ name, digest }) => [name, digest]));
  const bin = join(node.folder, 'reader');
  await mkdir(bin);
  const programs = await providePrograms(['kubectl', 'helm']);
  for (const name of ['kubectl', 'helm'] as const) await symlink(programs.path(name), join(bin, name));
});

afterAll(() => node?.stop());

/** Runs a command as a reader would, who puts in the digests of what they have built. */
function run(command: string): Promise<CommandResult> {
  const own = command
    .replace(/(--set image\.digest=)\S+/, `$1${digests['cloister']}`)
    .replace(/(--set startGate\.image\.digest=)\S+/, `$1${digests['start-gate']}`);
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

test('the section has its commands from the installation to the grant', () => {
  expect(commands.length).toBeGreaterThan(5);
});

test.for(commands)('README: %s', async (command) => {
  const { code, stdout } = await run(command);
  expect(code, stdout).toBe(0);
});

test('after them the tenant is ready', async () => {
  const { code, stdout } = await run('kubectl wait tenantisolation acme --for=condition=Ready --timeout=90s');
  expect(code, stdout).toBe(0);
});
