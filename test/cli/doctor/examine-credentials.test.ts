import { describe, expect, test } from 'vitest';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { examineCredentials } from '../../../src/cli/doctor/examine-credentials.ts';
import type { Selection } from '../../../src/kube/kube-client.ts';
import { KubeError } from '../../../src/kube/kube-error.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import type { KubeResource } from '../../../src/kube/kube-resource.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

const NOW = Date.UTC(2030, 0, 1);
const DAY = 24 * 3_600_000;
const CONTEXT = { now: () => NOW, readServerTime: () => Promise.resolve(NOW), vaultFlags: {} };

type Bindings = TenantIsolation['spec']['credentials'];

const tenantWith = (credentials: Bindings): KubeObject =>
  buildTenantIsolation(({ spec }) => (spec.credentials = credentials));

const roleWith = (...names: readonly string[]): KubeObject =>
  buildAgentRole(({ spec }) => {
    spec.credentials = names.map((name) => ({ name, attach: { type: 'Bearer' } }));
  });

/** As the API server sends it: the metadata alone. */
function secret(name: string, keys: readonly string[], days = 1, created = days): KubeObject {
  const time = (before: number): string => new Date(NOW - before * DAY).toISOString();
  const data = Object.fromEntries(keys.map((key) => [`f:${key}`, {}]));
  const written = {
    manager: 'kubectl-create',
    time: time(days),
    fieldsV1: { 'f:data': { '.': {}, ...data } },
  };
  const labelled = { manager: 'other', time: time(0), fieldsV1: { 'f:metadata': { 'f:labels': {} } } };
  const metadata = { namespace: 'cloister-t-minimal', name, creationTimestamp: time(created) };
  return { metadata: { ...metadata, managedFields: [written, labelled] } };
}

async function examine(lists: Parameters<typeof createMemoryKubeClient>[0]): Promise<readonly string[]> {
  const findings = await examineCredentials(createMemoryKubeClient(lists).client, CONTEXT);
  return findings.map(({ subject, state, message }) => `${state} ${subject}: ${message}`);
}

const CRM: Bindings = [{ name: 'crm', kubernetesSecret: { name: 'crm', key: 'token' } }];
const ALL_BOUND = 'Passed TenantIsolation minimal, credentials: all that its roles name are bound';
const OF_CRM = 'Secret cloister-t-minimal/crm of TenantIsolation minimal';

describe('what is bound', () => {
  test('is not spoken of where no role names a credential and no tenant binds one', async () => {
    expect(await examine({})).toEqual([]);
    expect(await examine({ agentroles: [roleWith()], tenantisolations: [tenantWith([])] })).toEqual([]);
  });

  test('is named where it is not, and is no fault', async () => {
    const found = await examine({
      agentroles: [roleWith('crm', 'mail')],
      tenantisolations: [tenantWith([])],
    });
    expect(found).toEqual([
      expect.stringMatching(
        /^Noted TenantIsolation minimal, credentials: these are not bound.*: crm \(role minimal\), mail \(role minimal\)\. Bind it/,
      ),
    ]);
  });

  test('is a fault where it has another shape than the role says', async () => {
    const bindings: Bindings = [{ name: 'crm', vaultDatabase: { mount: 'database', connection: 'crm' } }];
    const found = await examine({ agentroles: [roleWith('crm')], tenantisolations: [tenantWith(bindings)] });
    expect(found).toEqual([
      expect.stringMatching(
        /^Failed TenantIsolation minimal, credentials: spec\.credentials\[crm\]\.vaultDatabase /,
      ),
    ]);
  });

  test('counts for roles that the tenant allows', async () => {
    const other = roleWith('mail');
    other.metadata.name = 'other';
    expect(await examine({ agentroles: [other], tenantisolations: [tenantWith([])] })).toEqual([]);
  });
});

describe('a bound Secret', () => {
  const examineCRM = (bindings: Bindings, ...secrets: readonly KubeObject[]) =>
    examine({ agentroles: [roleWith('crm')], tenantisolations: [tenantWith(bindings)], secrets });

  test('that is there and young has nothing against it', async () => {
    expect(await examineCRM(CRM, secret('crm', ['token']))).toEqual([
      ALL_BOUND,
      'Passed bound Secrets: the one that tenants bind changed within 30 days',
    ]);
  });

  test.for<readonly [string, Bindings, readonly KubeObject[], string]>([
    ['does not exist', CRM, [secret('other', ['token'])], `Failed ${OF_CRM}: does not exist. Create it, or`],
    ['lacks the key', CRM, [secret('crm', ['other'])], `Failed ${OF_CRM}: has no key token. Add it, or`],
    ['has no data', CRM, [secret('crm', [])], `Failed ${OF_CRM}: has no key token. Add it, or`],
    [
      'lacks two of three keys, each named once',
      [
        ...CRM,
        { name: 'b', kubernetesSecret: { name: 'crm', keys: { username: 'user', password: 'pass' } } },
        { name: 'c', kubernetesSecret: { name: 'crm', key: 'pass' } },
      ],
      [secret('crm', ['token'])],
      `Failed ${OF_CRM}: has no keys pass, user. Add it, or`,
    ],
    ['is old', CRM, [secret('crm', ['token'], 31)], `Noted ${OF_CRM}: is 31 days old. Replace its values`],
  ])('that %s is named', async ([, bindings, secrets, line]) => {
    expect(await examineCRM(bindings, ...secrets)).toEqual([ALL_BOUND, expect.stringContaining(line)]);
  });

  test('is as old as what is in it, and not as its labels or itself', async () => {
    expect(await examineCRM(CRM, secret('crm', ['token'], 5, 90))).toContain(
      'Passed bound Secrets: the one that tenants bind changed within 30 days',
    );
    expect(await examineCRM(CRM, secret('crm', ['token'], 40, 90))).toContainEqual(
      expect.stringContaining('is 40 days old'),
    );
  });

  test('of which nobody knows the writers is judged by its age alone', async () => {
    const unknown = secret('crm', []);
    delete unknown.metadata.managedFields;
    expect(await examineCRM(CRM, unknown)).not.toContainEqual(expect.stringContaining('Failed'));
  });
});

describe('what the user may not read', () => {
  const refusing = (plural: string) => {
    const { client } = createMemoryKubeClient({
      agentroles: [roleWith('crm')],
      tenantisolations: [tenantWith(CRM)],
    });
    const list = (resource: KubeResource, selection?: Selection) =>
      resource.plural === plural
        ? Promise.reject(new KubeError('no', { reason: 'Forbidden' }))
        : client.list<KubeObject>(resource, selection);
    return examineCredentials({ ...client, list } as typeof client, CONTEXT);
  };

  test.for(['agentroles', 'tenantisolations'])('of %s is noted', async (plural) => {
    expect(await refusing(plural)).toEqual([
      {
        subject: 'credentials',
        state: 'Noted',
        message: 'were not examined, because you have no right to list AgentRoles and TenantIsolations',
      },
    ]);
  });

  test('of Secrets is noted, by name', async () => {
    expect(await refusing('secrets')).toContainEqual({
      subject: OF_CRM,
      state: 'Noted',
      message: 'was not examined, because you have no right to list Secrets there',
    });
  });
});

test('no value is asked for', async () => {
  const selections: unknown[] = [];
  const { client } = createMemoryKubeClient({ tenantisolations: [tenantWith(CRM)] });
  const list = (resource: KubeResource, selection?: Selection) => {
    if (resource.plural === 'secrets') selections.push(selection);
    return client.list<KubeObject>(resource, selection);
  };
  await examineCredentials({ ...client, list } as typeof client, CONTEXT);
  expect(selections).toEqual([
    { namespace: 'cloister-t-minimal', fieldSelector: 'metadata.name=crm', metadataOnly: true },
  ]);
});
