import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { resources } from '../../src/kube/resources.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import type { ConfigMap } from './config-map-writer.ts';

const controlPlane = useControlPlane();
const { configMaps } = resources;

let client: KubeClient;
let nobody: KubeClient;
let namespace: string;

beforeAll(async () => {
  client = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
  nobody = await createKubeClient({ kubeconfig: controlPlane.kubeconfigFor('nobody') });
  namespace = await controlPlane.createNamespace('client');
});

afterAll(async () => {
  await client.close();
  await nobody.close();
});

function configMap(name: string, data: Record<string, string>): ConfigMap {
  return { metadata: { name, namespace }, data };
}

test('a second apply of the same object writes nothing', { retry: 0 }, async () => {
  const first = await client.apply(configMaps, configMap('same', { a: '1' }));
  const second = await client.apply(configMaps, configMap('same', { a: '1' }));
  expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
});

test('apply takes over a field that another manager holds, and drops what it no longer names', async () => {
  await client.apply(configMaps, configMap('owned', { a: '1', b: '1' }));
  await controlPlane.kubectl([
    '-n',
    namespace,
    'patch',
    'configmap',
    'owned',
    '-p',
    '{"data":{"a":"theirs"}}',
  ]);
  const applied = await client.apply(configMaps, configMap('owned', { a: '2' }));
  expect(applied.data).toEqual({ a: '2' });
});

test('apply of a status leaves the spec alone', async () => {
  type Pod = KubeObject & { spec?: object; status?: { message?: string } };
  const spec = { containers: [{ name: 'main', image: 'registry.example.com/agent:1' }] };
  const metadata = { name: 'status', namespace };
  const pod = await client.create<Pod>(resources.pods, { metadata, spec });
  const applied = await client.applyStatus<Pod>(resources.pods, { metadata, status: { message: 'seen' } });
  expect(applied.status?.message).toBe('seen');
  expect(applied.spec).toEqual(pod.spec);
});

test('a list of more than one page is complete and read at one version', async () => {
  const names = Array.from({ length: 503 }, (_, index) => `page-${index}`);
  const write = async (worker: number): Promise<void> => {
    for (const name of names.filter((_, index) => index % 8 === worker)) {
      await client.create(configMaps, { metadata: { name, namespace, labels: { page: 'yes' } } });
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, worker) => write(worker)));
  const { items, resourceVersion } = await client.list(configMaps, { namespace, labelSelector: 'page=yes' });
  expect(items.map(({ metadata }) => metadata.name ?? '').sort()).toEqual(names.sort());
  expect(Number(resourceVersion)).toBeGreaterThan(0);
  expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
});

test('a patch is refused once the object has changed', async () => {
  const { metadata } = await client.create(configMaps, configMap('guarded', { a: '1' }));
  const guard = { resourceVersion: metadata.resourceVersion ?? '' };
  const name = { namespace, name: 'guarded' };
  const patched = await client.patch<ConfigMap>(configMaps, name, { data: { a: '2' } }, guard);
  expect(patched.data).toEqual({ a: '2' });
  const again = client.patch(configMaps, name, { data: { a: '3' } }, guard);
  await expect(again).rejects.toMatchObject({
    reason: 'Conflict',
    message: expect.stringContaining(`patch ConfigMap ${namespace}/guarded`),
  });
});

test('a replace is refused once the object has changed, and without a version', async () => {
  const created = await client.create(configMaps, configMap('replaced', { a: '1' }));
  await client.replace(configMaps, { ...created, data: { a: '2' } });
  const again = client.replace(configMaps, { ...created, data: { a: '3' } });
  await expect(again).rejects.toMatchObject({ reason: 'Conflict', status: 409 });
  const blind = (): unknown => client.replace(configMaps, configMap('replaced', { a: '4' }));
  expect(blind).toThrow('metadata.resourceVersion is missing');
});

test('a delete with the uid of an earlier object leaves the present one alone', async () => {
  const name = { namespace, name: 'recreated' };
  const first = await client.create(configMaps, configMap('recreated', {}));
  await client.delete(configMaps, name);
  const second = await client.create(configMaps, configMap('recreated', {}));
  await expect(client.delete(configMaps, name, { uid: first.metadata.uid })).rejects.toMatchObject({
    reason: 'Conflict',
  });
  await client.delete(configMaps, name, { uid: second.metadata.uid });
  await expect(client.get(configMaps, name)).rejects.toMatchObject({ reason: 'NotFound' });
});

test('a dry run stores nothing', async () => {
  await client.create(configMaps, configMap('dry', {}), { dryRun: true });
  await expect(client.get(configMaps, { namespace, name: 'dry' })).rejects.toMatchObject({
    reason: 'NotFound',
  });
});

test('a token is made by its subresource', async () => {
  type TokenRequest = KubeObject & { spec: { audiences: string[] }; status?: { token: string } };
  const request: TokenRequest = { metadata: { name: 'default', namespace }, spec: { audiences: ['vault'] } };
  const answer = await client.create(resources.serviceAccounts, request, { subresource: 'token' });
  expect(answer.status?.token.split('.')).toHaveLength(3);
});

test.for([
  {
    what: 'what the user may not do is Forbidden and names user, verb, kind and object',
    act: () => nobody.get(resources.secrets, { namespace, name: 'key' }),
    expected: { reason: 'Forbidden', status: 403 },
    says: ['get Secret', '/key', 'cannot get resource "secrets"', 'User "'],
  },
  {
    what: 'an object that is there already is AlreadyExists',
    act: () => client.create(resources.serviceAccounts, { metadata: { name: 'default', namespace } }),
    expected: { reason: 'AlreadyExists', status: 409 },
    says: ['create ServiceAccount', '/default'],
  },
  {
    what: 'an object that breaks its schema is Invalid and names the field',
    act: () => client.create(configMaps, configMap('Upper', {})),
    expected: { reason: 'Invalid', status: 422 },
    says: ['/Upper', 'metadata.name'],
  },
  {
    what: 'a field that does not exist is refused, not dropped',
    act: () => client.create(configMaps, { ...configMap('strict', {}), dota: {} } as ConfigMap),
    expected: { reason: 'BadRequest', status: 400 },
    says: ['unknown field "dota"'],
  },
  {
    what: 'a kind that is not installed is not mistaken for a missing object',
    act: () => client.get({ ...resources.agentRoles, group: 'absent.example.com' }, { name: 'one' }),
    expected: { reason: 'KindNotServed', status: 404 },
    says: ['CustomResourceDefinition'],
  },
])('$what', async ({ act, expected, says }) => {
  const error: unknown = await act().then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({ name: 'KubeError', ...expected });
  for (const text of says) expect((error as Error).message).toContain(text);
});
