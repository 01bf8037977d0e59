import { describe, expect, test } from 'vitest';
import { systemNetwork } from '../../src/gate/network.ts';
import { resources } from '../../src/kube/resources.ts';
import { buildGateFacts } from '../build/gate-facts.ts';
import { askFrom, requestFrom } from './ask-from.ts';
import { writeStatus } from './pod-writer.ts';
import { POLL, useGateway } from './use-gateway.ts';

const gateway = useGateway();

const SOURCE_NOT_A_POD = { status: 403, reason: 'SourceNotAPod' };

describe('the gateway answers the start gate of', () => {
  test('a pod that it knows, with the targets of its node, and its canary greets', async () => {
    await gateway.createPod('known');
    await gateway.untilStatus(gateway.address, 200);
    const answer = await askFrom(gateway.address, gateway.connection);
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
    await gateway.createPod('ended', { status: { phase: 'Failed' } });
    await gateway.createPod('next');
    await gateway.untilStatus(gateway.address, 200);
  });

  test('a pod with what the facts say by then', async () => {
    await gateway.createPod('later');
    await gateway.untilStatus(gateway.address, 200);
    await gateway.writeFacts(buildGateFacts({ namespaces: [gateway.agents], nodePorts: 'Report' }));
    await expect
      .poll(async () => (await requestFrom(gateway.address, gateway.connection)).body['nodePorts'], POLL)
      .toBe('Report');
  });
});

describe('the gateway refuses', () => {
  test('an address that no pod has, with the reason', async () => {
    const { status, type, body } = await requestFrom(gateway.address, gateway.connection);
    expect({ status, type }).toEqual({ status: 403, type: 'application/problem+json' });
    expect(body).toMatchObject(SOURCE_NOT_A_POD);
    expect(body['detail']).toContain(`${gateway.address} is that of no live pod`);
    await expect(askFrom(gateway.address, gateway.connection)).rejects.toThrow('it answered 403');
  });

  test('an address that two live pods have', async () => {
    await gateway.createPod('first');
    await gateway.untilStatus(gateway.address, 200);
    await gateway.createPod('second');
    const { body } = await gateway.untilStatus(gateway.address, 403);
    expect(body).toMatchObject(SOURCE_NOT_A_POD);
    expect(body['detail']).toContain('2 live pods');
  });

  test.for(['Succeeded', 'Failed'])('a pod that has %s', async (phase) => {
    const name = `phase-${phase.toLowerCase()}`;
    await gateway.createPod(name);
    await gateway.untilStatus(gateway.address, 200);
    await writeStatus(gateway.client, { namespace: gateway.agents, name }, { phase });
    expect((await gateway.untilStatus(gateway.address, 403)).body).toMatchObject(SOURCE_NOT_A_POD);
  });

  test('a pod that is being deleted', async () => {
    await gateway.createPod('deleted');
    await gateway.untilStatus(gateway.address, 200);
    await gateway.client.delete(resources.pods, { namespace: gateway.agents, name: 'deleted' });
    const { metadata } = await gateway.client.get(resources.pods, {
      namespace: gateway.agents,
      name: 'deleted',
    });
    expect(metadata.deletionTimestamp).toBeDefined();
    expect((await gateway.untilStatus(gateway.address, 403)).body).toMatchObject(SOURCE_NOT_A_POD);
  });

  test('a pod on the network of its node', async () => {
    await gateway.createPod('on-host', { hostNetwork: true });
    await gateway.createPod('after-it', { address: gateway.otherAddress });
    await gateway.untilStatus(gateway.otherAddress, 200);
    expect(await gateway.statusFrom(gateway.address)).toBe(403);
  });

  test('a pod whose node has no address yet', async () => {
    const status = { hostIP: undefined, hostIPs: [] };
    await gateway.createPod('no-node', { status });
    const { body } = await gateway.untilStatus(gateway.address, 503);
    expect(body).toMatchObject({ reason: 'NotReady' });
    expect(body['detail']).toContain('the addresses of the node of the pod "no-node" are not known');
  });

  test('another path with 404, and another method with 405', async () => {
    const ask = (request: object) => requestFrom(gateway.address, gateway.connection, request);
    expect(await ask({ path: '/v1/gates' })).toMatchObject({ status: 404, body: { reason: 'UnknownPath' } });
    expect(await ask({ method: 'DELETE' })).toMatchObject({ status: 405, body: { reason: 'UnknownMethod' } });
  });
});

describe('while the facts', () => {
  const unusable: readonly (readonly [string, () => object | string | null, string])[] = [
    [
      'have a format that is not known',
      () => ({ ...gateway.facts, format: 2 }),
      'format is 2; this gateway knows only 1',
    ],
    ['are of another tenant', () => ({ ...gateway.facts, tenant: 'other' }), 'tenant is "other"'],
    ['are no JSON', () => '{', 'it is not a JSON object'],
    ['are not there', () => null, 'the ConfigMap "cloister-gate" is not in the namespace'],
  ];

  test.for(unusable)('%s, the gateway answers 503 and its readiness says why', async ([, facts, problem]) => {
    await gateway.createPod(`facts-${gateway.address.replaceAll('.', '-')}`);
    await gateway.untilStatus(gateway.address, 200);
    await gateway.writeFacts(facts());
    const { body } = await gateway.untilStatus(gateway.address, 503);
    expect(body['detail']).toContain(problem);
    await expect.poll(gateway.readiness, POLL).toContainEqual(expect.stringContaining(problem));
    await gateway.writeFacts(gateway.facts);
    await gateway.untilStatus(gateway.address, 200);
    await gateway.ready();
  });

  test('list another namespace, its pods may ask, and may not once it is gone', async () => {
    const added = await gateway.controlPlane.createNamespace('added');
    await gateway.createPod('there', { namespace: added });
    expect(await gateway.statusFrom(gateway.address)).toBe(403);
    await gateway.bind(added);
    await gateway.writeFacts(buildGateFacts({ namespaces: [gateway.agents, added] }));
    await gateway.untilStatus(gateway.address, 200);
    await gateway.writeFacts(gateway.facts);
    await gateway.untilStatus(gateway.address, 403);
  });

  test('list a namespace whose pods the gateway may not read, no address is told, and readiness names it', async () => {
    const closed = await gateway.controlPlane.createNamespace('closed');
    await gateway.createPod('beside');
    await gateway.untilStatus(gateway.address, 200);
    await gateway.writeFacts(buildGateFacts({ namespaces: [gateway.agents, closed] }));
    const { body } = await gateway.untilStatus(gateway.address, 503);
    expect(body['detail']).toContain(closed);
    await expect.poll(gateway.readiness, POLL).toContainEqual(expect.stringMatching(`^pods: .*${closed}`));
    await gateway.writeFacts(gateway.facts);
    await gateway.untilStatus(gateway.address, 200);
  });
});
