import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { hasEverything } from '../../../src/controller/has-everything.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { readFeedName } from '../../../src/policy/feed/feed-name.ts';
import { applyTenant } from '../../demo/prepare.ts';
import { startGateDigest } from '../../e2e/samples.ts';
import { managedIn } from '../../operator/managed-objects.ts';
import {
  type OperatorOnCluster,
  prepareCluster,
  startOperatorOn,
} from '../../operator/operator-on-cluster.ts';
import { startControlPlane, type StartedControlPlane } from '../../testbed/control-plane.ts';
import { orThrow } from '../../testbed/run-command.ts';
import { runCommand, SAMPLES, writeFiles } from '../run-command.ts';

const COUNT = 'count/agentsandboxes.cloister.dev';
const NAMESPACES = ['acme-agents', 'cloister-t-acme'] as const;
const START_GATE = `packages.example.com/cloister/start-gate@${startGateDigest()}`;
const GATEWAY = `packages.example.com/cloister/cloister@${startGateDigest()}`;

let controlPlane: StartedControlPlane;
let operator: OperatorOnCluster;

const kubectl = async (...args: readonly string[]): Promise<string> =>
  (await orThrow(`kubectl ${args.join(' ')}`, controlPlane.kubectl(args))).stdout;

beforeAll(async () => {
  controlPlane = await startControlPlane();
  await prepareCluster(controlPlane);
  const flags = [`--start-gate-image=${START_GATE}`, `--start-gate-digests=${startGateDigest()}`];
  operator = await startOperatorOn(controlPlane, { flags: [...flags, `--gateway-image=${GATEWAY}`] });
  await applyTenant(controlPlane);
  const provided = async (): Promise<void> => {
    expect(await kubectl('get', 'statefulset', '-n', 'cloister-t-acme', '-o', 'name')).not.toBe('');
  };
  await vi.waitFor(provided, { timeout: 60_000, interval: 300 });
  await kubectl('apply', '-f', `${SAMPLES}/sandbox-hermes.yaml`);
  const made = async (): Promise<void> => void (await kubectl('get', 'pod/hermes', '-n', 'acme-agents'));
  await vi.waitFor(made, { timeout: 60_000, interval: 300 });
});
afterAll(async () => {
  await operator?.stop();
  await controlPlane?.stop();
});

/** What is rendered, with the values of the cluster where there are placeholders. */
function filled(rendered: unknown, live: unknown): unknown {
  if (typeof rendered === 'string') return rendered.startsWith('<placeholder: ') ? live : rendered;
  if (typeof rendered !== 'object' || rendered === null) return rendered;
  const other = (live ?? {}) as Record<string, unknown>;
  if (Array.isArray(rendered)) return rendered.map((item, index) => filled(item, other[index]));
  return Object.fromEntries(
    Object.entries(rendered).map(([name, value]) => [name, filled(value, other[name])]),
  );
}

/** The operator waits with the count of sandboxes until the quota controller counts them. */
function withoutCount(object: KubeObject, live: KubeObject): KubeObject {
  const hardOf = (quota: object) => (quota as { spec?: { hard?: Record<string, string> } }).spec?.hard ?? {};
  if (hardOf(live)[COUNT] === undefined) delete hardOf(object)[COUNT];
  return object;
}

/** What the operator tells the gateway has the UIDs and hashes of the cluster, and is not rendered. */
function isFeed(object: string): boolean {
  const [kind, name = ''] = object.split(' ');
  return kind === 'ConfigMap' && readFeedName(name) !== null;
}

async function render(): Promise<KubeObject[]> {
  const folder = writeFiles({
    'tenant.yaml': await kubectl('get', 'tenantisolation/acme', '-o', 'yaml'),
    'roles.yaml': await kubectl('get', 'agentroles', '-o', 'yaml'),
    'sandbox.yaml': await kubectl('get', 'agentsandbox/hermes', '-n', 'acme-agents', '-o', 'yaml'),
  });
  const flags = ['--start-gate-image', START_GATE, '--gateway-image', GATEWAY, '-o', 'json'];
  const { code, out, error } = await runCommand(['render', '-f', folder, ...flags]);
  expect(error).toBe('');
  expect(code).toBe(0);
  return (JSON.parse(out) as { items: KubeObject[] }).items;
}

test('cloister render prints the objects that the operator writes, and no others', async () => {
  const rendered = await render();
  for (const object of rendered) {
    const { name = '', namespace } = object.metadata;
    const where = namespace === undefined ? [] : ['-n', namespace];
    const kind = String(object.kind);
    const live = JSON.parse(await kubectl('get', `${kind}/${name}`, ...where, '-o', 'json')) as KubeObject;
    const wanted = withoutCount(filled(object, live) as KubeObject, live);
    expect(hasEverything(live, wanted, kind === 'NetworkPolicy' ? ['spec'] : []), `${kind} ${name}`).toBe(
      true,
    );
  }
  for (const namespace of NAMESPACES) {
    const names = rendered
      .filter(({ kind, metadata }) => metadata.namespace === namespace && kind !== 'Pod')
      .map(({ kind, metadata }) => `${String(kind)} ${metadata.name}`);
    const managed = await managedIn(controlPlane, namespace);
    expect(names.toSorted(), namespace).toEqual(managed.filter((object) => !isFeed(object)));
  }
});

test('the API server takes no Secret with placeholders', async () => {
  const secrets = (await render()).filter(({ kind }) => kind === 'Secret');
  const file = `${writeFiles({ 'secrets.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: secrets }) })}/secrets.json`;
  expect(readFileSync(file, 'utf8')).toContain('<placeholder: 32 random bytes>');
  const { code, stderr } = await controlPlane.kubectl(['create', '--dry-run=server', '-f', file]);
  expect(code).toBe(1);
  expect(stderr.match(/illegal base64 data/g)).toHaveLength(secrets.length);
});
