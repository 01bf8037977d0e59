import { beforeAll, describe, expect, test, vi } from 'vitest';
import { changedObject } from '../../build/changed-object.ts';
import { readSampleObject } from '../../demo/samples.ts';
import type { APIAnswer } from '../../testbed/api-request.ts';
import { inUse } from '../in-use.ts';
import { compliantPod, podsPath } from '../samples.ts';
import { listed, ROLES, TENANTS } from '../tenants.ts';

const ROLE = 'shifting';
const TENANT = 'shifting-tenant';
const HOME = 'shifting-agents';

const role = changedObject(readSampleObject('role-data-analyst.yaml'), { '/metadata/name': ROLE });
const tenant = {
  apiVersion: 'cloister.dev/v1alpha1',
  kind: 'TenantIsolation',
  metadata: { name: TENANT },
  spec: { namespaces: [listed(HOME)], roles: { allowed: [ROLE] }, onEgressOpen: 'Report', adopt: 'Report' },
};

/** A pod that the role allows until it is changed; it is never stored. */
const ask = (): Promise<APIAnswer> => {
  const pod = compliantPod('held', {
    '/metadata/labels': { 'cloister.dev/role': ROLE },
    '/spec/containers/0/env/0/valueFrom/secretKeyRef/name': `cloister-proxy-r-${ROLE}`,
  });
  return inUse.calls.create(`${podsPath(HOME)}?dryRun=All`, pod);
};

/** A change holds soon after the API server has taken it, and stays so. */
const SOON = { timeout: 5_000, interval: 20 };

const answersSoon = async (words: RegExp): Promise<void> => {
  await vi.waitFor(async () => expect((await ask()).message).toMatch(words), SOON);
  expect((await ask()).message).toMatch(words);
};

beforeAll(async () => {
  await inUse.controlPlane.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'hermes', namespace: HOME } },
    role,
    tenant,
  ]);
  const labels = async (): Promise<unknown> =>
    ((await inUse.calls.read(`/api/v1/namespaces/${HOME}`)).object['metadata'] as { labels: object }).labels;
  await vi.waitFor(async () => expect(await labels()).toMatchObject({ 'cloister.dev/tenant': TENANT }), {
    timeout: 10_000,
  });
  await vi.waitFor(async () => expect(await ask()).toMatchObject({ status: 201 }), { timeout: 10_000 });
});

describe('what changes while pods are made holds for the next pod', () => {
  test('a role that is narrowed', async () => {
    await inUse.calls.merge(`${ROLES}/${ROLE}`, { spec: { sandbox: { limits: { memory: '128Mi' } } } });
    await answersSoon(/- resource-limits: .*memory is "1Gi"; must be above 0 and at most "128Mi"/);
  });

  test('a role that is widened again', async () => {
    await inUse.calls.merge(`${ROLES}/${ROLE}`, { spec: { sandbox: { limits: { memory: '2Gi' } } } });
    await answersSoon(/^$/);
  });

  test('a role that is deleted', async () => {
    await inUse.calls.remove(`${ROLES}/${ROLE}`);
    await answersSoon(new RegExp(`- role: .*is "${ROLE}"; must name an AgentRole that exists`));
  });

  test('a role that is made again', async () => {
    await inUse.controlPlane.apply([role]);
    await answersSoon(/^$/);
  });

  test('a tenant that no longer allows the role', async () => {
    await inUse.calls.merge(`${TENANTS}/${TENANT}`, { spec: { roles: { allowed: ['read-only'] } } });
    await answersSoon(/- role: .*; must be "read-only"/);
  });

  test('a tenant that is deleted: its namespace takes no pod while it carries the label', async () => {
    // The operator would take the label away at once: what is asked here is what holds until it does.
    await inUse.cloister.operator.stop(5_000);
    await inUse.calls.remove(`${TENANTS}/${TENANT}`);
    await answersSoon(new RegExp(`- role: metadata.namespace is "${HOME}"; must be a namespace of a Tenant`));
  });

  test('a namespace that is released is no longer held to a role', async () => {
    await inUse.cloister.startAgain('operator');
    await vi.waitFor(async () => expect(await ask()).toMatchObject({ status: 201 }), { timeout: 10_000 });
  });
});
