import { beforeAll, describe, expect, test, vi } from 'vitest';
import { badObjects } from '../../api/bad-objects/index.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { minimalAgentSandbox } from '../../build/agent-sandbox.ts';
import { changedObject } from '../../build/changed-object.ts';
import { readSampleObject } from '../../demo/samples.ts';
import { whoRefused } from '../../testbed/who-refused.ts';
import { inUse } from '../in-use.ts';
import { NAMESPACE } from '../samples.ts';
import { KINDS, listed, ROLES, TENANTS } from '../tenants.ts';

type Written = Readonly<Record<string, unknown>>;

/** Where the objects of the table live here: `acme-agents` is the sample tenant's. */
const SANDBOXES = 'bad-agents';
const PLURALS: Readonly<Record<string, string>> = {
  AgentRole: ROLES,
  TenantIsolation: TENANTS,
  AgentSandbox: `${KINDS}/namespaces/${SANDBOXES}/agentsandboxes`,
};

const rows = badObjects.filter(({ by }) => by === 'Webhook');

/** The objects beside the rows, each once; the tenant of the sandboxes holds a namespace of this suite. */
const beside = new Map(
  rows
    .flatMap((row) => row.beside ?? [])
    .map((object) => [`${String(object['kind'])}/${nameOf(object)}`, moved(object)]),
);

function nameOf(object: Written): string {
  return String((object['metadata'] as Written)['name']);
}

function moved(object: Written): Written {
  const isTenantOfSandboxes = object['kind'] === 'TenantIsolation' && nameOf(object) === 'minimal';
  return changedObject(object, {
    ...(isTenantOfSandboxes ? { '/spec/namespaces': [listed(SANDBOXES)] } : {}),
    ...(object['kind'] === 'AgentSandbox' ? { '/metadata/namespace': SANDBOXES } : {}),
  });
}

const create = (object: Written) =>
  inUse.calls.create(`${PLURALS[String(object['kind'])]}?dryRun=All`, object);

/** The object as its author writes it, under a name that nothing else has. */
const named = (object: Written, name: string): Written =>
  object['kind'] === 'AgentSandbox' ? moved(object) : changedObject(object, { '/metadata/name': name });

beforeAll(async () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SANDBOXES } };
  await inUse.controlPlane.apply([namespace]);
  await inUse.controlPlane.apply([...beside.values()]);
});

describe('an object of ours that its schema accepts', () => {
  test('there is a row for each rule that only the webhook can hold', () => {
    expect(rows.length).toBeGreaterThanOrEqual(15);
  });

  test.for(rows)('is refused by the webhook: $name', async ({ object, field, message }) => {
    // Until the webhook has seen what stands beside it.
    await vi.waitFor(
      async () => {
        const answer = await create(named(object, 'refused-here'));
        expect({ status: answer.status, by: whoRefused(answer.message) }).toEqual({
          status: 422,
          by: 'Decide',
        });
        expect(answer.message).toContain(`- ${field} is `);
        expect(answer.message).toMatch(message);
      },
      { timeout: 10_000 },
    );
  });

  test('is accepted where it is a sandbox that names a role which is not there yet', async () => {
    await inUse.calls.merge(`${TENANTS}/minimal`, { spec: { roles: { allowed: ['minimal', 'to-come'] } } });
    const sandbox = named(changedObject(minimalAgentSandbox, { '/spec/roleRef': { name: 'to-come' } }), '');
    await vi.waitFor(async () => expect(await create(sandbox)).toMatchObject({ status: 201, message: '' }), {
      timeout: 10_000,
    });
  });

  test('is refused where it is a tenant that lists a namespace of acme', async () => {
    const { metadata: _metadata, ...rest } = readSampleObject('tenant-acme.yaml');
    const { status, message } = await create({ ...rest, metadata: { name: 'second' } });
    expect(status).toBe(422);
    expect(message).toContain(
      `spec.namespaces[0].name is "${NAMESPACE}"; must not be listed by another tenant, and "acme" lists it`,
    );
  });

  test('is accepted with warnings that name what nothing obeys yet', async () => {
    const role = changedObject(readSampleObject('role-data-analyst.yaml'), { '/metadata/name': 'warned' });
    const { status, warnings } = await create(role);
    expect(status).toBe(201);
    expect(warnings.join('\n')).toMatch(/this release stores but does not enforce .*spec\.memory/);
  });

  test('is accepted without a word where it asks for nothing more than is obeyed', async () => {
    const { status, warnings } = await create(
      changedObject(buildAgentRole(), { '/metadata/name': 'quiet', '/spec/description': 'Reads.' }),
    );
    expect({ status, warnings }).toEqual({ status: 201, warnings: [] });
  });
});

describe('an object that would be refused now, since others changed', () => {
  const SANDBOX = `${PLURALS['AgentSandbox']}/outgrown`;
  beforeAll(async () => {
    const role = changedObject(buildAgentRole(), {
      '/metadata/name': 'shrinking',
      '/spec/sandbox/images': [{ repository: 'ghcr.io/acme/*', digest: 'Required' }],
    });
    await inUse.controlPlane.apply([role]);
    const allowed = ['minimal', 'to-come', 'shrinking'];
    await inUse.calls.merge(`${TENANTS}/minimal`, { spec: { roles: { allowed } } });
    const sandbox = changedObject(moved(minimalAgentSandbox), {
      '/metadata/name': 'outgrown',
      '/metadata/finalizers': ['example.com/hold'],
      '/spec/roleRef': { name: 'shrinking' },
    });
    const written = async () => (await inUse.calls.create(PLURALS['AgentSandbox'] ?? '', sandbox)).message;
    await vi.waitFor(async () => expect(await written()).toMatch(/^$|already exists/), { timeout: 10_000 });
    await inUse.calls.merge(`${ROLES}/shrinking`, {
      spec: { sandbox: { images: [{ repository: 'ghcr.io/other/*', digest: 'Required' }] } },
    });
    await vi.waitFor(
      async () => expect((await create({ ...sandbox, metadata: { name: 'outgrown-too' } })).status).toBe(422),
      { timeout: 10_000 },
    );
  });

  const writes: readonly [string, string, object][] = [
    ['its status', `${SANDBOX}/status`, { status: { observedGeneration: 1 } }],
    ['its labels', SANDBOX, { metadata: { labels: { team: 'reports' } } }],
    ['its finalizers', SANDBOX, { metadata: { finalizers: null } }],
  ];
  test.for(writes)('can still have %s written', async ([, path, patch]) => {
    expect(await inUse.calls.merge(path, patch)).toMatchObject({ status: 200, message: '' });
  });

  test('cannot have its spec changed', async () => {
    const { status, message } = await inUse.calls.merge(SANDBOX, { spec: { args: ['--more'] } });
    expect(status).toBe(422);
    expect(message).toContain('spec.image');
  });

  test('can be deleted', async () => {
    expect((await inUse.calls.remove(SANDBOX)).status).toBe(200);
  });
});
