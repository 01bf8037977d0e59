import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API_VERSION, AUDIT_KEY, GATEWAY, systemNamespaceOf } from '../../src/api/names.ts';
import { auditRecordProblem } from '../audit/record-schema.ts';
import { readDocCommands } from '../docs/doc-commands.ts';
import { installChart } from '../testbed/node/install-chart.ts';
import { HOSTS, NODE_ADDRESS } from '../testbed/node/node-network.ts';
import { startNode, type StartedNode } from '../testbed/node/start-node.ts';
import { workloadImage } from '../testbed/node/workload-images.ts';
import { orThrow, runCommand } from '../testbed/run-command.ts';
import { AGENT_IMAGES, agentPod, agentRole, enrol, TOKEN_FILE, withGatewayToken } from './agents.ts';
import { type AgentAnswer, type AgentCall, callOut } from './call-out.ts';
import { type GatewayPod, gatewayPods } from './gateway-pods.ts';
import { agentSandbox, waitForConditions } from './sandboxes.ts';
import { type TenantAudit, tenantAudit } from './tenant-audit.ts';

const TENANT = 'acme';
const SYSTEM = systemNamespaceOf(TENANT);
const AGENT = 'hermes';
/** Waits for ever, in a container with room for a second process of Node. */
const COMMAND = ['/usr/bin/node', '--eval', 'setInterval(() => undefined, 3_600_000)'];
const MEMORY = '256Mi';
const CLOISTER = fileURLToPath(new URL('../../src/bin/cloister.ts', import.meta.url));
const REPLICAS = [`${GATEWAY.name}-0`, `${GATEWAY.name}-1`];

let node: StartedNode;
let namespace: string;
let audit: TenantAudit;

beforeAll(async () => {
  node = await startNode();
  audit = tenantAudit(node, TENANT);
  await installChart(node, ['webhook.replicas=1']);
  const tar = join(node.folder, 'node.tar');
  await writeFile(tar, (await workloadImage('Node', node.folder)).tar);
  const image = await node.importImage(tar, `${AGENT_IMAGES}/node`);
  namespace = await node.createNamespace('agents');
  // The name of the metadata service is allowed, so that its address is what refuses it.
  const hosts = [HOSTS.public, HOSTS.metadata];
  const roles = [agentRole('gated', { startGate: 'Required' }, hosts), agentRole('ungated', {}, hosts)];
  const gatewayAddresses = await enrol(node, { name: TENANT, namespace, roles });
  await waitForConditions(node, { object: `tenantisolation/${TENANT}`, types: ['GatewayReady', 'Ready'] });
  const agent = { namespace, image, command: COMMAND, memory: MEMORY };
  await node.apply([
    agentSandbox({ ...agent, name: AGENT, role: 'gated' }),
    agentPod({ ...agent, name: 'token', role: 'ungated', gatewayAddresses, tweak: withGatewayToken }),
  ]);
  await waitForConditions(node, { namespace, object: `agentsandbox/${AGENT}`, types: ['Ready'] });
  await kubectl('wait', '--for=condition=Ready', '--timeout=60s', 'pod/token', `--namespace=${namespace}`);
});

afterAll(() => node?.stop());

const kubectl = async (...args: string[]): Promise<string> =>
  (await orThrow(`kubectl ${args.join(' ')}`, node.kubectl(args))).stdout;

const call = async (pod: string, one: AgentCall): Promise<AgentAnswer | undefined> =>
  (await callOut(node, { namespace, pod }, [one]))[0];

/** Where what came to the internet by TLS came from. */
const reachedOutside = async (): Promise<readonly string[]> =>
  (await node.reached())
    .filter(({ protocol, port }) => protocol === 'TCP' && port === 443)
    .map(({ from }) => from);

const statusOf = async (name: string): Promise<GatewayPod['status'] | undefined> =>
  (await gatewayPods(node, TENANT)).find(({ metadata }) => metadata.name === name)?.status;

test('the pods of the gateway are ready, and resolve names by the name server of the cluster', async () => {
  const pods = await gatewayPods(node, TENANT);
  expect(pods.map(({ metadata }) => metadata.name)).toEqual(REPLICAS);
  for (const { spec, status } of pods) {
    expect(spec.dnsPolicy).toBe('ClusterFirst');
    expect(status.containerStatuses).toMatchObject([{ ready: true, restartCount: 0 }]);
  }
});

describe('from inside of a sandbox', () => {
  test('an allowed host is reached by TLS, with the environment that the operator set', async () => {
    const answer = await call(AGENT, { kind: 'fetch', url: `https://${HOSTS.public}/page` });
    expect(answer).toMatchObject({ status: 200, answer: { host: HOSTS.public, url: '/page' } });
    // The gateway is who comes there, not the agent.
    expect((await gatewayPods(node, TENANT)).map(({ status }) => status.podIP)).toContain(
      answer?.answer?.['from'],
    );
  });

  test.for<[what: string, target: string, reason: string]>([
    ['a host that the role does not allow', `${HOSTS.other}:443`, 'HostNotAllowed'],
    ['a port that the role does not allow', `${HOSTS.public}:80`, 'PortNotAllowed'],
    ['the metadata service by a name that the role allows', `${HOSTS.metadata}:443`, 'AddressNotAllowed'],
    ['the metadata service by its address', '169.254.169.254:443', 'HostNotCanonical'],
  ])('%s is refused', async ([, target, reason]) => {
    const before = await reachedOutside();
    const answer = await call(AGENT, { kind: 'tunnel', target });
    expect(answer).toMatchObject({ status: 403, answer: { reason } });
    expect(await reachedOutside()).toEqual(before);
  });

  test.for<[what: string, address: string, port: number]>([
    ['the internet', '8.8.8.8', 443],
    ['its name server', '8.8.8.8', 53],
    ['the metadata service', '169.254.169.254', 80],
    ['the API server', NODE_ADDRESS, 6443],
  ])('%s is closed past the gateway', async ([, address, port]) => {
    expect(await call(AGENT, { kind: 'dial', address, port })).toEqual({ state: 'Closed' });
  });

  test.for<[path: string, decision: string, reason: string | null]>([
    ['/data/reports/june.csv', 'Allow', null],
    ['/data/reports-evil/june.csv', 'Deny', 'PathNotAllowed'],
  ])('reading %s is decided: %s', async ([path, decision, reason]) => {
    const answer = await call(AGENT, { kind: 'authorize', tool: 'read_file', arguments: { path } });
    expect(answer).toMatchObject({ status: 200, answer: { decision, reason } });
  });
});

test('a pod with a projected token is known by it, and is asked for a proof without', async () => {
  const ask = {
    kind: 'authorize',
    tool: 'read_file',
    arguments: { path: '/data/reports/june.csv' },
  } as const;
  expect(await call('token', { ...ask, tokenFile: TOKEN_FILE })).toMatchObject({
    status: 200,
    answer: { decision: 'Allow' },
  });
  expect(await call('token', { kind: 'tunnel', target: `${HOSTS.public}:443` })).toMatchObject({
    status: 407,
  });
});

/** Has the agent read what has no end, and call on after it; resolves when it comes, with the replica that carries it. */
async function openStream(...next: readonly AgentCall[]) {
  const before = await reachedOutside();
  const stream = { kind: 'stream', url: `https://${HOSTS.public}/stream` } as const;
  const ended = callOut(node, { namespace, pod: AGENT }, [stream, ...next]);
  await expect.poll(reachedOutside, { timeout: 10_000 }).toHaveLength(before.length + 1);
  const from = (await reachedOutside()).at(-1);
  const carrier = (await gatewayPods(node, TENANT)).find(({ status }) => status.podIP === from);
  return { ended, carrier: carrier?.metadata.name ?? '' };
}

test('the operator registers the epoch of each replica, and how far it is', async () => {
  const epochs = await audit.untilRegistered();
  expect(epochs.map(({ replica }) => replica).sort()).toEqual(REPLICAS);
  for (const epoch of epochs) {
    expect(epoch).toMatchObject({ number: 1, previous: null });
    expect(epoch).not.toHaveProperty('contradiction');
  }
});

test('a replica that is told to end gives a stream its time, and its next start follows on', async () => {
  const { ended, carrier } = await openStream();
  const kill = ['node', '--eval', 'process.kill(1, "SIGTERM")'];
  await orThrow('ending a replica', node.exec({ namespace: SYSTEM, pod: carrier }, kill));
  const [stream] = await ended;
  expect(stream?.bytes).toBeGreaterThan(0);
  expect(stream?.end).not.toBe('Ended');
  const container = async () => (await statusOf(carrier))?.containerStatuses?.[0];
  await expect.poll(container, { timeout: 30_000 }).toMatchObject({ restartCount: 1, ready: true });
  const epochs = (await audit.untilRegistered()).filter(({ replica }) => replica === carrier);
  expect(epochs.map(({ number }) => number)).toEqual([1, 2]);
  expect(epochs[1]?.previous?.epoch).toBe(epochs[0]?.epoch);
});

test('a quarantine cuts the stream that is open, and lets no other begin', async () => {
  // Tried by the process whose stream was cut: the pod of a quarantined sandbox ends a second later, maybe before its answer.
  const { ended } = await openStream({ kind: 'tunnel', target: `${HOSTS.public}:443` });
  const target = { type: 'Sandbox', namespace, name: AGENT };
  const quarantine = { apiVersion: API_VERSION, kind: 'AgentQuarantine', metadata: { name: 'drill' } };
  await node.apply([{ ...quarantine, spec: { target, reason: 'A drill.' } }]);
  const before = await reachedOutside();
  const [stream, next] = await ended;
  expect(stream?.bytes).toBeGreaterThan(0);
  expect(stream?.end).not.toBe('Ended');
  expect(next?.status).not.toBe(200);
  expect(await reachedOutside()).toEqual(before);
});

test('what was decided is recorded, each record by the published schema', async () => {
  const records = await audit.records();
  expect(records.map(auditRecordProblem).filter((problem) => problem !== null)).toEqual([]);
  const of = (host: string) =>
    records
      .filter(
        ({ metadata, dst_endpoint }) => metadata.event_code === 'Connect' && dst_endpoint?.hostname === host,
      )
      .map(({ unmapped, status_detail }) => [
        unmapped.phase,
        unmapped.effect,
        unmapped.sandbox,
        status_detail,
      ]);
  expect(of(HOSTS.other)).toContainEqual(['Event', 'Deny', AGENT, 'HostNotAllowed']);
  expect(of(HOSTS.metadata)).toContainEqual(['Event', 'Deny', AGENT, 'AddressNotAllowed']);
  expect(of(HOSTS.public)).toContainEqual(['Intent', 'Allow', AGENT, undefined]);
  expect(of(HOSTS.public)).toContainEqual(['Outcome', 'Deny', AGENT, 'Draining']);
  expect(of(HOSTS.public)).toContainEqual(['Outcome', 'Deny', AGENT, 'Contained']);
  const asked = records.filter(({ metadata }) => metadata.event_code === 'Authorize');
  expect(new Set(asked.map(({ unmapped }) => unmapped.proof))).toEqual(new Set(['Secret', 'Token']));
  // With the key that the operator made.
  const output = `--output=jsonpath={.data.${AUDIT_KEY.idKey}}`;
  const key = await kubectl('get', 'secret', AUDIT_KEY.secret, `--namespace=${SYSTEM}`, output);
  const key_id = Buffer.from(key, 'base64').toString('utf8');
  for (const { unmapped } of asked) expect(unmapped.arguments).toMatchObject({ recorded: 'Digest', key_id });
});

test('the audit is proven by what the operator registered, and a changed or shortened copy is found', async () => {
  await audit.untilRegistered();
  expect(await audit.verify('copied')).toMatchObject({ code: 0, stderr: '' });
  const changed = await audit.verify('changed', (text) => text.replace(HOSTS.other, HOSTS.public));
  expect(changed).toMatchObject({ code: 1, stdout: expect.stringContaining('Changed') });
  const shortened = await audit.verify('shortened', (text) => text.replace(/[^\n]*\n$/, ''));
  expect(shortened).toMatchObject({ code: 1, stdout: expect.stringContaining('Missing') });
});

test('the commands of the page on the audit copy it out of the gateways, and prove it', async () => {
  const folder = join(node.folder, 'documented');
  await mkdir(folder);
  const commands = readDocCommands()
    .filter(({ file, command }) => file === 'docs/audit.md' && /heads\.yaml$|kubectl exec/.test(command))
    .map(({ command }) => command.replace(/^cloister /, `${process.execPath} ${CLOISTER} `));
  expect(commands).toHaveLength(3);
  const environment = {
    PATH: `${join(node.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    KUBECONFIG: node.kubeconfig,
    HOME: node.folder,
  };
  for (const command of commands) {
    const shell = { program: 'sh', args: ['-ec', `cd ${folder}; ${command}`], environment };
    await orThrow(command, runCommand(shell));
  }
});

test('a replica whose pod is deleted begins a new audit, and that the earlier one is gone is found', async () => {
  const [deleted = ''] = REPLICAS;
  const before = (await audit.epochs()).length;
  await kubectl('delete', 'pod', deleted, `--namespace=${SYSTEM}`, '--timeout=60s');
  const ready = async () => (await statusOf(deleted))?.containerStatuses?.[0]?.ready;
  await expect.poll(ready, { timeout: 60_000 }).toBe(true);
  expect(await audit.untilRegistered()).toHaveLength(before + 1);
  const { code, stdout } = await audit.verify('gone');
  expect({ code, stdout }).toMatchObject({
    code: 1,
    stdout: expect.stringContaining(`MissingEpoch ${deleted}`),
  });
});
