import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCertificateAuthority } from '../../src/certificates/issue.ts';
import { systemNetwork } from '../../src/gate/network.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import { type KubeClient } from '../../src/kube/kube-client.ts';
import { resources } from '../../src/kube/resources.ts';
import { type GateFacts } from '../../src/policy/gate/gate-facts.ts';
import { buildGateFacts } from '../build/gate-facts.ts';
import { startControlPlane, type StartedControlPlane } from '../testbed/control-plane.ts';
import { askFrom, type RawAnswer, requestFrom } from './ask-from.ts';
import { issueFiles } from './certificate-volume.ts';
import { type GatewayOnCluster, startGatewayOnCluster } from './gateway-on-cluster.ts';
import { createPod, writeStatus } from './pod-writer.ts';

let controlPlane: StartedControlPlane;
let client: KubeClient;
let gateway: GatewayOnCluster;
let agents: string;
/** An address of the loopback device that no test before has used. */
let address: string;
let used = 1;

beforeAll(async () => {
  controlPlane = await startControlPlane({ controllerManager: false });
  client = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
  gateway = await startGatewayOnCluster(controlPlane);
  agents = await controlPlane.createNamespace('agents');
  await gateway.bind(agents);
  await gateway.writeFacts(buildGateFacts({ namespaces: [agents] }));
  await gateway.ready();
});

afterAll(async () => {
  await gateway?.stop();
  await client?.close();
  await controlPlane?.stop();
});

beforeEach(() => {
  used += 1;
  address = `127.0.0.${used}`;
});

const POLL = { timeout: 30_000, interval: 300 } as const;

const statusFrom = async (source: string): Promise<number> =>
  (await requestFrom(source, gateway.connection)).status;

/** Waits until an answer has the status, and returns it. */
async function untilStatus(source: string, status: number): Promise<RawAnswer> {
  let answer: RawAnswer | undefined;
  await expect
    .poll(async () => {
      answer = await requestFrom(source, gateway.connection);
      return answer.status;
    }, POLL)
    .toBe(status);
  return answer as RawAnswer;
}

const SOURCE_NOT_A_POD = { status: 403, reason: 'SourceNotAPod' };

describe('the gateway answers the start gate of', () => {
  test('a pod that it knows, with the targets of its node, and its canary greets', async () => {
    await createPod(client, { namespace: agents, name: 'known', address });
    await untilStatus(address, 200);
    const answer = await askFrom(address, gateway.connection);
    expect(answer).toMatchObject({
      format: 1,
      nodePorts: 'Refuse',
      canary: { address: '127.0.0.1', port: gateway.canaryPort },
    });
    expect(
      answer.targets.map((target) => `${target.name} ${target.address} ${target.port} ${target.protocol}`),
    ).toEqual([
      'outside 1.1.1.1 443 TCP',
      'node-dns 192.0.2.10 53 TCP',
      'node-dns 192.0.2.10 53 UDP',
      'node-kubelet 192.0.2.10 10250 TCP',
      'node-api-server 192.0.2.10 6443 TCP',
    ]);
    expect(await systemNetwork.reachCanary(answer.canary, 5_000)).toBe(true);
  });

  test('a pod whose address one that has ended had before', async () => {
    await createPod(client, { namespace: agents, name: 'ended', address, status: { phase: 'Failed' } });
    await createPod(client, { namespace: agents, name: 'next', address });
    await untilStatus(address, 200);
  });

  test('a pod with what the facts say by then', async () => {
    await createPod(client, { namespace: agents, name: 'later', address });
    await untilStatus(address, 200);
    await gateway.writeFacts(buildGateFacts({ namespaces: [agents], nodePorts: 'Report' }));
    await expect
      .poll(async () => (await requestFrom(address, gateway.connection)).body['nodePorts'], POLL)
      .toBe('Report');
  });
});

describe('the gateway refuses', () => {
  test('an address that no pod has, with the reason', async () => {
    const { status, type, body } = await requestFrom(address, gateway.connection);
    expect({ status, type }).toEqual({ status: 403, type: 'application/problem+json' });
    expect(body).toMatchObject(SOURCE_NOT_A_POD);
    expect(body['detail']).toContain(`${address} is that of no live pod`);
    await expect(askFrom(address, gateway.connection)).rejects.toThrow('it answered 403');
  });

  test('an address that two live pods have', async () => {
    await createPod(client, { namespace: agents, name: 'first', address });
    await untilStatus(address, 200);
    await createPod(client, { namespace: agents, name: 'second', address });
    const { body } = await untilStatus(address, 403);
    expect(body).toMatchObject(SOURCE_NOT_A_POD);
    expect(body['detail']).toContain('2 live pods');
  });

  test.for(['Succeeded', 'Failed'])('a pod that has %s', async (phase) => {
    const name = `phase-${phase.toLowerCase()}`;
    await createPod(client, { namespace: agents, name, address });
    await untilStatus(address, 200);
    await writeStatus(client, { namespace: agents, name }, { phase });
    expect((await untilStatus(address, 403)).body).toMatchObject(SOURCE_NOT_A_POD);
  });

  test('a pod that is being deleted', async () => {
    await createPod(client, { namespace: agents, name: 'deleted', address });
    await untilStatus(address, 200);
    await client.delete(resources.pods, { namespace: agents, name: 'deleted' });
    const { metadata } = await client.get(resources.pods, { namespace: agents, name: 'deleted' });
    expect(metadata.deletionTimestamp).toBeDefined();
    expect((await untilStatus(address, 403)).body).toMatchObject(SOURCE_NOT_A_POD);
  });

  test('a pod on the network of its node', async () => {
    await createPod(client, { namespace: agents, name: 'on-host', address, hostNetwork: true });
    const other = `127.0.1.${used}`;
    await createPod(client, { namespace: agents, name: 'after-it', address: other });
    await untilStatus(other, 200);
    expect(await statusFrom(address)).toBe(403);
  });

  test('a pod whose node has no address yet', async () => {
    const status = { hostIP: undefined, hostIPs: [] };
    await createPod(client, { namespace: agents, name: 'no-node', address, status });
    const { body } = await untilStatus(address, 503);
    expect(body).toMatchObject({ reason: 'NotReady' });
    expect(body['detail']).toContain('the addresses of the node of the pod "no-node" are not known');
  });

  test('another path with 404, and another method with 405', async () => {
    const ask = (request: object) => requestFrom(address, gateway.connection, request);
    expect(await ask({ path: '/v1/gates' })).toMatchObject({ status: 404, body: { reason: 'UnknownPath' } });
    expect(await ask({ method: 'DELETE' })).toMatchObject({ status: 405, body: { reason: 'UnknownMethod' } });
  });
});

describe('while the facts', () => {
  const good = (): GateFacts => buildGateFacts({ namespaces: [agents] });

  const unusable: readonly (readonly [string, () => object | string | null, string])[] = [
    [
      'have a format that is not known',
      () => ({ ...good(), format: 2 }),
      'format is 2; this gateway knows only 1',
    ],
    ['are of another tenant', () => ({ ...good(), tenant: 'other' }), 'tenant is "other"'],
    ['are no JSON', () => '{', 'it is not a JSON object'],
    ['are not there', () => null, 'the ConfigMap "cloister-gate" is not in the namespace'],
  ];

  test.for(unusable)('%s, the gateway answers 503 and its readiness says why', async ([, facts, problem]) => {
    await createPod(client, { namespace: agents, name: `facts-${used}`, address });
    await untilStatus(address, 200);
    await gateway.writeFacts(facts());
    const { body } = await untilStatus(address, 503);
    expect(body['detail']).toContain(problem);
    await expect.poll(gateway.readiness, POLL).toContainEqual(expect.stringContaining(problem));
    await gateway.writeFacts(good());
    await untilStatus(address, 200);
    await gateway.ready();
  });

  test('list another namespace, its pods may ask, and may not once it is gone', async () => {
    const added = await controlPlane.createNamespace('added');
    await createPod(client, { namespace: added, name: 'there', address });
    expect(await statusFrom(address)).toBe(403);
    await gateway.bind(added);
    await gateway.writeFacts(buildGateFacts({ namespaces: [agents, added] }));
    await untilStatus(address, 200);
    await gateway.writeFacts(good());
    await untilStatus(address, 403);
  });

  test('list a namespace whose pods the gateway may not read, no address is told, and readiness names it', async () => {
    const closed = await controlPlane.createNamespace('closed');
    await createPod(client, { namespace: agents, name: 'beside', address });
    await untilStatus(address, 200);
    await gateway.writeFacts(buildGateFacts({ namespaces: [agents, closed] }));
    const { body } = await untilStatus(address, 503);
    expect(body['detail']).toContain(closed);
    await expect.poll(gateway.readiness, POLL).toContainEqual(expect.stringMatching(`^pods: .*${closed}`));
    await gateway.writeFacts(good());
    await untilStatus(address, 200);
  });
});

test('another certificate is served once it and its key are there, and the one before until then', async () => {
  const before = await issueFiles(gateway.authority);
  const { connection } = gateway;
  const other = await createCertificateAuthority(Date.now());
  const next = await issueFiles(other);
  const served = (authorities: string): Promise<number | string> =>
    requestFrom(address, { ...connection, authorities }).then(
      ({ status }) => status,
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'failed',
    );
  gateway.certificate.write({ ...next, 'tls.key': before['tls.key'] });
  gateway.certificate.write({ 'tls.crt': next['tls.crt'] });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  expect(await served(connection.authorities)).toBe(403);
  gateway.certificate.write(next);
  await expect.poll(() => served(other.certificate), POLL).toBe(403);
  gateway.certificate.write(await issueFiles(gateway.authority));
  await expect.poll(() => served(connection.authorities), POLL).toBe(403);
});

test('one address that connects without end is refused, while another is answered', async () => {
  const other = `127.0.1.${used}`;
  const results = await Promise.allSettled(
    Array.from({ length: 60 }, () => requestFrom(address, gateway.connection)),
  );
  expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(20);
  expect(await statusFrom(other)).toBe(403);
  expect(await gateway.metrics()).toMatch(/cloister_gateway_connections_refused_total\{server="api"\} [1-9]/);
});

test('without an API server nobody is told for long, and all is as before when it is back', async () => {
  await createPod(client, { namespace: agents, name: 'outage', address });
  await untilStatus(address, 200);
  await controlPlane.stopApiServer();
  const { body } = await untilStatus(address, 503);
  expect(body['detail']).toContain('last heard of more than 10 s ago');
  expect(await gateway.readiness()).toContainEqual(
    expect.stringContaining('last heard of more than 10 s ago'),
  );
  await controlPlane.startApiServer();
  await untilStatus(address, 200);
  await writeStatus(client, { namespace: agents, name: 'outage' }, { phase: 'Failed' });
  await untilStatus(address, 403);
}, 120_000);
