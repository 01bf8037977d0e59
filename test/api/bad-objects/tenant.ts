import { changedObject } from '../../build/changed-object.ts';
import { minimalTenantIsolation } from '../../build/tenant-isolation.ts';
import type { BadObject } from './bad-object.ts';
import { refused } from './refused.ts';

const tenant = (changes: Readonly<Record<string, unknown>>) => changedObject(minimalTenantIsolation, changes);

const schema = refused('Schema', tenant);
const webhook = refused('Webhook', tenant);

const namespaced = (name: string): BadObject =>
  schema(
    `the namespace ${name} enrolled`,
    { '/spec/namespaces/0/name': name },
    'spec.namespaces[0].name',
    /cannot be enrolled/,
  );

const exemption = (changes: Readonly<Record<string, unknown>>) => ({
  '/spec/exemptions': [
    changedObject(
      {
        namespace: 'minimal-agents',
        serviceAccount: 'builder',
        images: [`sha256:${'ab'.repeat(32)}`],
        checks: ['read-only-root-filesystem'],
        reason: 'It writes its cache beside its program.',
        expirationTime: '2099-01-01T00:00:00Z',
      },
      changes,
    ),
  ],
});

const second = (list: Readonly<Record<string, unknown>>, changes: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(list).map(([field, items]) => {
      const [item] = items as readonly object[];
      return [field, [item, changedObject(item ?? {}, changes)]];
    }),
  );

const shadow = (untilTime: string) => ({ '/spec/shadow': { roles: ['minimal'], untilTime } });

const changedStorageClass = (name: string, was: string | undefined, is: string | undefined): BadObject => ({
  name,
  object: tenant({ '/spec/gateway': { replicas: 2, storageClassName: is } }),
  before: tenant({ '/spec/gateway': { replicas: 2, storageClassName: was } }),
  field: 'spec.gateway.storageClassName',
  message: /create the tenant again/,
  by: 'Schema',
});

/** Tenants that cannot be. */
export const badTenants: readonly BadObject[] = [
  namespaced('default'),
  namespaced('kube-system'),
  namespaced('cloister-system'),
  namespaced('cloister-t-acme'),
  schema(
    'a quota without amounts',
    { '/spec/namespaces/0/quota/hard': {} },
    'spec.namespaces[0].quota.hard',
    /at least 1 properties/,
  ),
  schema(
    'one namespace twice',
    { '/spec/namespaces/1': minimalTenantIsolation.spec.namespaces[0] },
    'spec.namespaces[1]',
    /Duplicate/,
  ),
  schema(
    'one Secret to pull with twice',
    { '/spec/imagePullSecrets': ['registry', 'registry'] },
    'spec.imagePullSecrets[1]',
    /Duplicate/,
  ),
  schema(
    'a Secret to pull with that has no name',
    { '/spec/imagePullSecrets': [''] },
    'spec.imagePullSecrets[0]',
    /should match|should be at least/,
  ),
  schema(
    'a default role that is not allowed',
    { '/spec/roles/default': 'devops' },
    'spec.roles.default',
    /must be in roles.allowed/,
  ),
  schema('a tenant name with a dot', { '/metadata/name': 'a.b' }, 'metadata.name', /should match/),
  schema('a tenant name of 53 characters', { '/metadata/name': 'a'.repeat(53) }, 'metadata.name', /Too long/),
  schema(
    'a tenant that does not say what an open egress means',
    { '/spec/onEgressOpen': undefined },
    'spec.onEgressOpen',
    /Required/,
  ),
  schema(
    'an exemption in a foreign namespace',
    exemption({ '/namespace': 'other' }),
    'spec.exemptions',
    /must be in spec.namespaces/,
  ),
  schema(
    'a second exemption in a foreign namespace',
    second(exemption({}), { '/namespace': 'other' }),
    'spec.exemptions',
    /must be in spec.namespaces/,
  ),
  schema(
    'an exemption for every image',
    exemption({ '/images': [] }),
    'spec.exemptions[0].images',
    /at least 1 items/,
  ),
  schema(
    'an exemption for a tag',
    exemption({ '/images': ['latest'] }),
    'spec.exemptions[0].images[0]',
    /should match/,
  ),
  schema(
    'an exemption without an end',
    exemption({ '/expirationTime': undefined }),
    'spec.exemptions[0].expirationTime',
    /Required/,
  ),
  schema(
    'an exemption that ends on no date',
    exemption({ '/expirationTime': 'next week' }),
    'spec.exemptions[0].expirationTime',
    /should match|date-time/,
  ),
  schema(
    'an exemption that ends on the 31st of February',
    exemption({ '/expirationTime': '2099-02-31T00:00:00Z' }),
    'spec.exemptions[0].expirationTime',
    /must be of type date-time/,
  ),
  schema(
    'a shadow that ends on the 31st of April',
    shadow('2026-04-31T00:00:00Z'),
    'spec.shadow.untilTime',
    /must be of type date-time/,
  ),
  schema(
    'a shadow of a role that is not allowed',
    { '/spec/shadow': { roles: ['devops'], untilTime: '2099-01-01T00:00:00Z' } },
    'spec.shadow.roles',
    /must be in spec.roles.allowed/,
  ),
  schema(
    'a shadow of a role that is not allowed beside one that is',
    { '/spec/shadow': { roles: ['minimal', 'devops'], untilTime: '2099-01-01T00:00:00Z' } },
    'spec.shadow.roles',
    /must be in spec.roles.allowed/,
  ),
  schema(
    'more replicas than the maximum',
    { '/spec/gateway/replicas': 33 },
    'spec.gateway.replicas',
    /less than or equal to 32/,
  ),
  schema(
    'a storage class of the gateway that is no name',
    { '/spec/gateway/storageClassName': 'Fast Disks' },
    'spec.gateway.storageClassName',
    /should match/,
  ),
  changedStorageClass('a storage class of the gateway that is set later', undefined, 'fast'),
  changedStorageClass('a storage class of the gateway that is changed', 'fast', 'faster'),
  changedStorageClass('a storage class of the gateway that is removed', 'fast', undefined),
  webhook('a shadow longer than 14 days', shadow('2099-01-01T00:00:00Z'), 'spec.shadow.untilTime', /14 days/),
  webhook(
    'an exemption that has ended',
    exemption({ '/expirationTime': '2020-01-01T00:00:00Z' }),
    'spec.exemptions[0].expirationTime',
    /./,
  ),
  webhook(
    'an exemption from a check of Pod Security restricted',
    exemption({ '/checks': ['privileged'] }),
    'spec.exemptions[0].checks',
    /privileged/,
  ),
  {
    ...webhook('a namespace that another tenant lists', {}, 'spec.namespaces[0].name', /lists/),
    beside: [tenant({ '/metadata/name': 'other' })],
  },
];
