import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readSampleObject } from '../demo/samples.ts';
import { NAMESPACE } from './samples.ts';
import { SANDBOXES } from './sandbox-calls.ts';
import { changeTenant, ROLES } from './tenants.ts';
import { useSandboxes } from './use-sandboxes.ts';

const { calls, changeSandbox, controlPlane, isGone, make, nextPod, run, says } = useSandboxes();

const POLICY = `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies/cloister-ingress-s-served`;
const from = [{ podSelector: { matchLabels: { app: 'front' } } }];
const WAIT = { timeout: 30_000 };

const ingressOf = async (): Promise<unknown> => {
  const { object } = await calls().read(POLICY);
  return (object['spec'] as { ingress?: unknown } | undefined)?.ingress;
};
const wanted = [{ from, ports: [{ protocol: 'TCP', port: 8080 }] }];

beforeAll(async () => {
  const { spec } = readSampleObject('role-read-only.yaml') as { spec: object };
  const role = { apiVersion: 'cloister.dev/v1alpha1', kind: 'AgentRole', metadata: { name: 'served' } };
  await controlPlane().apply([{ ...role, spec: { ...spec, network: { ingress: [{ port: 8080, from }] } } }]);
  await changeTenant(calls(), 'acme', ({ roles }) => ({
    roles: { ...roles, allowed: [...roles.allowed, 'served'] },
    imagePullSecrets: ['registry'],
  }));
});

describe('the ports of a sandbox', () => {
  test('are open to whom its role allows, and nobody else may change that', async () => {
    await vi.waitFor(() => make('served', { roleRef: { name: 'served' }, ports: [8080] }), WAIT);
    await nextPod('served');
    await vi.waitFor(async () => expect(await ingressOf()).toEqual(wanted), WAIT);
    expect((await calls().remove(POLICY)).status).toBe(403);
  });

  test('are closed when the role says so, and when the task ends', async () => {
    expect((await calls().merge(`${ROLES}/served`, { spec: { network: { ingress: [] } } })).status).toBe(200);
    await isGone(POLICY);
    const network = { ingress: [{ port: 8080, from }] };
    await calls().merge(`${ROLES}/served`, { spec: { network } });
    await vi.waitFor(async () => expect(await ingressOf()).toEqual(wanted), WAIT);
    await changeSandbox('served', { state: 'Stopped' });
    await isGone(POLICY);
  });
});

test('the images of a sandbox are pulled with the Secrets that its tenant names', async () => {
  await vi.waitFor(async () => {
    const { object } = await calls().read(`/apis/cloister.dev/v1alpha1/tenantisolations/acme`);
    expect(object['spec']).toMatchObject({ imagePullSecrets: ['registry'] });
  }, WAIT);
  await make('private');
  expect((await nextPod('private')).spec).toMatchObject({ imagePullSecrets: [{ name: 'registry' }] });
});

test('a sandbox with ttlSecondsAfterFinished is deleted after its end, and not before', async () => {
  await run('short', { ttlSecondsAfterFinished: 1 });
  await says('short', 'PodReady True/Running');
  await changeSandbox('short', { state: 'Stopped' });
  await isGone(`${SANDBOXES}/short`);
});
