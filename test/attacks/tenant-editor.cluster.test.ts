import { beforeAll, describe, expect, test } from 'vitest';
import { deleteRegistrations, LAST_REFUSALS, waitUntilRefused } from '../demo/prepare.ts';
import { compliantPod, NAMESPACE, podsPath } from '../e2e/samples.ts';
import { useCloister } from '../e2e/use-cloister.ts';
import { type APIRequest, callAPI } from '../testbed/api-request.ts';
import { whoRefused } from '../testbed/who-refused.ts';
import { ATTACKS, podOfThousands, VICTIM } from './tenant-editor.ts';

const inUse = useCloister();
const victim = `${podsPath()}/${VICTIM}`;

async function answer(request: APIRequest): Promise<{ readonly by: string; readonly message: string }> {
  const { status, message } = await callAPI(inUse.controlPlane, request);
  return { by: status < 400 ? 'Admitted' : whoRefused(message), message };
}

beforeAll(async () => {
  const apiGroup = 'rbac.authorization.k8s.io';
  const apiVersion = `${apiGroup}/v1`;
  const rules = [
    { apiGroups: [''], resources: ['pods/ephemeralcontainers', 'pods/resize'], verbs: ['patch', 'update'] },
  ];
  const bind = (role: string, subjects: object) => ({
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name: `attacks-${role}`, namespace: NAMESPACE },
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: [subjects, { apiGroup, kind: 'User', name: 'nobody' }],
  });
  const editors = { apiGroup, kind: 'Group', name: 'tenant-editors' };
  await inUse.controlPlane.apply([
    { apiVersion, kind: 'ClusterRole', metadata: { name: 'debugger' }, rules },
    bind('edit', editors),
    bind('debugger', editors),
  ]);
  const { message } = await inUse.calls.create(podsPath(), compliantPod(VICTIM));
  expect(message).toBe('');
});

describe('an application team tries, with Cloister whole', () => {
  test.for(ATTACKS)('$name', async ({ request, whole }) => {
    const { by, message } = await answer(request);
    expect(by, message).toBe(whole);
  });

  test('labels in a patch of ephemeral containers or of resources change nothing', async () => {
    for (const subresource of ['ephemeralcontainers', 'resize']) {
      const labels = { 'cloister.dev/role': 'read-only', team: 'red' };
      await inUse.calls.merge(`${victim}/${subresource}`, { metadata: { labels } });
      const { metadata } = (await inUse.calls.read(victim)).object as { metadata: { labels: object } };
      expect(metadata.labels).toEqual({ 'cloister.dev/role': 'data-analyst' });
    }
  });

  test('a pod of a thousand containers and volumes is refused, and the next pod reviewed at once', async () => {
    const path = `${podsPath()}?dryRun=All`;
    const thousands = await answer({ user: 'editor', method: 'POST', path, body: podOfThousands(1_000) });
    expect(thousands.by).toBe('Explain');
    expect((await inUse.calls.create(path, compliantPod('next'))).message).toBe('');
  });

  test('CVE-2023-34091: a pod that is being deleted, held by a finalizer, is reviewed like any other', async () => {
    const finalizers = ['example.com/held'];
    expect((await inUse.calls.create(podsPath(), compliantPod('held'))).message).toBe('');
    const held = `${podsPath()}/held`;
    await inUse.calls.merge(held, { metadata: { finalizers } });
    await inUse.calls.remove(held);
    const image = 'docker.io/library/busybox';
    const changed = await inUse.calls.strategicMerge(held, {
      spec: { containers: [{ name: 'agent', image }] },
    });
    expect(whoRefused(changed.message)).toBe('Decide');
    expect((await inUse.calls.merge(held, { metadata: { finalizers: null } })).message).toBe('');
  });
});

describe('an application team tries, with the registrations deleted', () => {
  beforeAll(async () => {
    await deleteRegistrations(inUse.controlPlane);
    await waitUntilRefused(inUse.controlPlane, LAST_REFUSALS);
  });

  test.for(ATTACKS)('$name', async ({ request, withoutWebhook }) => {
    const { by, message } = await answer(request);
    expect(by, message).toBe(withoutWebhook);
  });
});
