import { beforeAll, describe, expect, test, vi } from 'vitest';
import { whoRefused } from '../../testbed/who-refused.ts';
import { compliantPod, podsPath, writableRootPod } from '../samples.ts';
import { changeTenant, listed } from '../tenants.ts';
import { inUse } from '../in-use.ts';

const BEFORE = 'acme-before';
const OLD = `${podsPath(BEFORE)}/old`;
const POD = `${podsPath()}/reviewed`;

/** A pod that no role would allow, there before its namespace is enrolled. */
beforeAll(async () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: BEFORE } };
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'hermes', namespace: BEFORE },
  };
  await inUse.controlPlane.apply([namespace, account]);
  const old = writableRootPod('old', {
    '/metadata/labels': { app: 'old' },
    '/metadata/finalizers': ['example.com/hold', 'example.com/keep'],
    '/spec/nodeName': 'gone',
  });
  expect(await inUse.calls.create(podsPath(BEFORE), old)).toMatchObject({ status: 201 });
  await changeTenant(inUse.calls, 'acme', ({ namespaces }) => ({
    namespaces: [...namespaces, listed(BEFORE)],
  }));
  const refused = async (): Promise<string> => {
    const { message } = await inUse.calls.create(`${podsPath(BEFORE)}?dryRun=All`, writableRootPod('probe'));
    return whoRefused(message);
  };
  await vi.waitFor(async () => expect(await refused()).toBe('Explain'), { timeout: 20_000 });
  await inUse.calls.create(podsPath(), compliantPod('reviewed'));
});

describe('a pod that was there before its namespace was enrolled, and would be refused now', () => {
  const allowed: readonly [string, string, object][] = [
    ['is given a label', OLD, { metadata: { labels: { team: 'reports' } } }],
    [
      'is given a harmless annotation',
      OLD,
      { metadata: { annotations: { 'prometheus.io/scrape': 'true' } } },
    ],
    ['is given a status', `${OLD}/status`, { status: { phase: 'Running' } }],
    ['loses a finalizer', OLD, { metadata: { finalizers: ['example.com/keep'] } }],
  ];
  test.for(allowed)('%s', async ([, path, patch]) => {
    expect(await inUse.calls.merge(path, patch)).toMatchObject({ status: 200, message: '' });
  });

  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: '1' };
  const refused: readonly [string, object][] = [
    ['is not given an owner', { metadata: { ownerReferences: [owner] } }],
    ['is not given a role', { metadata: { labels: { 'cloister.dev/role': 'data-analyst' } } }],
    ['is not given a label of the operator', { metadata: { labels: { 'cloister.dev/sandbox': 'hermes' } } }],
    [
      'is not given an annotation of the operator',
      { metadata: { annotations: { 'cloister.dev/policy-hash': 'x' } } },
    ],
    [
      'is not given an annotation that a CNI obeys',
      { metadata: { annotations: { 'k8s.v1.cni.cncf.io/networks': 'storage' } } },
    ],
  ];
  test.for(refused)('%s', async ([, patch]) => {
    const { status, message } = await inUse.calls.merge(OLD, patch);
    expect({ status, by: whoRefused(message) }).toEqual({ status: 403, by: 'Explain' });
  });

  test('does not change its image', async () => {
    const spec = { containers: [{ name: 'agent', image: 'ghcr.io/acme/other:latest' }] };
    const { status, message } = await inUse.calls.strategicMerge(OLD, { spec });
    expect({ status, by: whoRefused(message) }).toEqual({ status: 403, by: 'Explain' });
    expect(message).toContain('- read-only-root-filesystem:');
  });

  test('is deleted: it waits for its last finalizer, and goes with it', async () => {
    expect(await inUse.calls.remove(`${OLD}?gracePeriodSeconds=0`)).toMatchObject({ status: 200 });
    expect((await inUse.calls.read(OLD)).status).toBe(200);
    expect(await inUse.calls.merge(OLD, { metadata: { finalizers: null } })).toMatchObject({ status: 200 });
    expect((await inUse.calls.read(OLD)).status).toBe(404);
  });
});

describe('what changes a pod through a subresource is reviewed', () => {
  const debuggers = (image: string): object => ({
    spec: { ephemeralContainers: [{ name: 'shell', image }] },
  });
  const resize = (memory: string): object => ({
    spec: { containers: [{ name: 'agent', resources: { limits: { memory } } }] },
  });

  test('an ephemeral container is refused where the role does not allow Debug', async () => {
    const { status, message } = await inUse.calls.strategicMerge(
      `${POD}/ephemeralcontainers`,
      debuggers('docker.io/library/busybox'),
    );
    expect({ status, by: whoRefused(message) }).toEqual({ status: 403, by: 'Explain' });
    for (const check of ['debug', 'image-policy']) expect(message).toContain(`- ${check}:`);
  });

  test('a resize beyond the role is refused', async () => {
    const { status, message } = await inUse.calls.strategicMerge(`${POD}/resize`, resize('64Gi'));
    expect({ status, by: whoRefused(message) }).toEqual({ status: 403, by: 'Decide' });
    expect(message).toContain('- resource-limits:');
  });

  test('a resize within the role is admitted', async () => {
    expect(await inUse.calls.strategicMerge(`${POD}/resize`, resize('1536Mi'))).toMatchObject({
      status: 200,
      message: '',
    });
  });

  test('a compliant pod does not change its image to another', async () => {
    const spec = { containers: [{ name: 'agent', image: 'docker.io/library/busybox' }] };
    const { status, message } = await inUse.calls.strategicMerge(POD, { spec });
    expect({ status, by: whoRefused(message) }).toEqual({ status: 403, by: 'Decide' });
  });
});
