import { beforeAll, describe, expect, test, vi } from 'vitest';
import { changedObject } from '../../build/changed-object.ts';
import { readSampleObject } from '../../demo/samples.ts';
import { whoRefused } from '../../testbed/who-refused.ts';
import { compliantPod, NAMESPACE, podsPath } from '../samples.ts';
import { changeTenant, ROLES } from '../tenants.ts';
import { clusterCalls } from '../cluster-calls.ts';
import { inUse } from '../in-use.ts';

const SERVICE = `/api/v1/namespaces/${NAMESPACE}/services/agents/proxy`;

/** Beside the samples' role, which allows nobody in: one that allows Exec alone, and a pod without a role. */
beforeAll(async () => {
  const debuggable = changedObject(readSampleObject('role-data-analyst.yaml'), {
    '/metadata/name': 'debuggable',
    '/spec/sandbox/allowedAccess': ['Exec'],
  });
  await inUse.controlPlane.apply([debuggable]);
  await changeTenant(inUse.calls, 'acme', ({ roles }) => ({
    roles: { ...roles, allowed: [...roles.allowed, 'debuggable'] },
  }));
  const port = { port: 80 };
  await inUse.controlPlane.apply([
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'agents', namespace: NAMESPACE },
      spec: { ports: [port] },
    },
  ]);
  const open = compliantPod('open', {
    '/metadata/labels': { 'cloister.dev/role': 'debuggable' },
    '/spec/containers/0/env/0/valueFrom/secretKeyRef/name': 'cloister-proxy-r-debuggable',
  });
  const create = async (pod: object): Promise<string> => (await inUse.calls.create(podsPath(), pod)).message;
  // Until the webhook has seen the changed tenant and the new role.
  await vi.waitFor(async () => expect(await create(open)).toMatch(/^$|already exists/), { timeout: 10_000 });
  expect(await create(compliantPod('shut'))).toBe('');
});

const RBAC = 'rbac.authorization.k8s.io';
/** Who has `edit` in the namespace, and the verb `use` on no role at first. */
const DEVELOPER = { kind: 'User', apiGroup: RBAC, name: 'nobody' };
const ACCOUNT = { kind: 'ServiceAccount', namespace: NAMESPACE, name: 'ci' };
const ACCOUNT_USER = `system:serviceaccount:${NAMESPACE}:ci`;

const letEdit = (): Promise<void> =>
  inUse.controlPlane.apply([
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'access-edit', namespace: NAMESPACE },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'edit' },
      subjects: [DEVELOPER, ACCOUNT],
    },
  ]);

const letUse = (): Promise<void> => {
  const metadata = { name: 'access-use' };
  const rule = { apiGroups: ['cloister.dev'], resources: ['agentroles'], verbs: ['use'] };
  return inUse.controlPlane.apply([
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata,
      rules: [{ ...rule, resourceNames: ['debuggable'] }],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'access-use' },
      subjects: [DEVELOPER, ACCOUNT],
    },
  ]);
};

const at = (pod: string, subresource: string): string => `${podsPath()}/${pod}/${subresource}`;

describe('reaching into a running pod', () => {
  const refusals: readonly [string, string][] = [
    ['exec into a pod whose role allows nothing', at('shut', 'exec?command=sh&stdout=true')],
    ['attach to it', at('shut', 'attach?stdout=true')],
    ['forward a port of it', at('shut', 'portforward?ports=8080')],
    ['the proxy of it', at('shut', 'proxy/')],
    ['the proxy of a port of it', `${podsPath()}/shut:8080/proxy/`],
    ['the proxy of a port of it over TLS', `${podsPath()}/https:shut:8443/proxy/`],
    ['attach to a pod whose role allows Exec alone', at('open', 'attach?stdout=true')],
    ['forward a port of a pod whose role allows Exec alone', at('open', 'portforward?ports=8080')],
    ['the proxy of a pod whose role allows Exec alone', at('open', 'proxy/')],
    ['exec into a pod that is not known', at('nobody', 'exec?command=sh&stdout=true')],
    ['the proxy of a service, which may lead to any pod', SERVICE],
    ['the proxy of a port of a service', SERVICE.replace('agents/proxy', 'agents:80/proxy')],
  ];

  test.for(refusals)('%s is refused', async ([, path]) => {
    const { status, message } = await inUse.calls.connect(path);
    expect({ status, by: whoRefused(message) }).toEqual({ status: 403, by: 'Decide' });
    expect(message).toContain('- access:');
  });

  test('exec into a pod whose role allows it passes admission; there is no node that would answer', async () => {
    const { message } = await inUse.calls.connect(at('open', 'exec?command=sh&stdout=true'));
    expect(message).toContain('does not have a host assigned');
  });

  test('exec asks for the verb use on the role, and passes as soon as it is granted', async () => {
    await letEdit();
    const exec = async (): Promise<string> => {
      const path = at('open', 'exec?command=sh&stdout=true');
      return (await clusterCalls(inUse.controlPlane, 'nobody').connect(path)).message;
    };
    await expect.poll(exec, { timeout: 5_000 }).toContain('webhook');
    const refused = await exec();
    expect(whoRefused(refused)).toBe('Decide');
    expect(refused).toContain('verb "use" on agentroles.cloister.dev/debuggable is not granted');
    await letUse();
    await expect.poll(exec, { timeout: 5_000 }).toContain('does not have a host assigned');
  });

  test('exec is refused to a ServiceAccount of the tenant, which everybody with edit may impersonate', async () => {
    const args = ['exec', '--namespace', NAMESPACE, 'open', '--', 'sh'];
    const { code, stderr } = await inUse.controlPlane.kubectl(args, { user: ACCOUNT_USER });
    expect(code).not.toBe(0);
    expect(stderr).toContain('must not be a ServiceAccount of an enrolled namespace');
  });

  test('exec is refused as long as the tenant does not allow the role', async () => {
    const setAllowed = (change: (allowed: string[]) => string[]): Promise<void> =>
      changeTenant(inUse.calls, 'acme', ({ roles }) => ({
        roles: { ...roles, allowed: change(roles.allowed) },
      }));
    const exec = async (): Promise<string> =>
      (await inUse.calls.connect(at('open', 'exec?command=sh&stdout=true'))).message;
    await setAllowed((allowed) => allowed.filter((name) => name !== 'debuggable'));
    await expect.poll(exec, { timeout: 5_000 }).toContain('must be a role that the tenant');
    await setAllowed((allowed) => [...allowed, 'debuggable']);
    await expect.poll(exec, { timeout: 5_000 }).toContain('does not have a host assigned');
  });

  test('exec is refused as soon as the role no longer allows it', async () => {
    const path = `${ROLES}/debuggable`;
    await inUse.calls.merge(path, { spec: { sandbox: { allowedAccess: [] } } });
    const by = async (): Promise<string> =>
      whoRefused((await inUse.calls.connect(at('open', 'exec?command=sh&stdout=true'))).message);
    await expect.poll(by, { timeout: 5_000 }).toBe('Decide');
  });
});
