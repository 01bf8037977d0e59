import { describe, expect, test } from 'vitest';
import type { ClusterView } from '../../src/cluster/cluster-view.ts';
import { reviewAccess } from '../../src/webhook/review/review-access.ts';
import type { ReviewSettings } from '../../src/webhook/review/review-settings.ts';
import { buildAdmissionReview } from '../build/admission-review.ts';
import { buildReviewContext, buildRolePolicy, buildTenantPolicy } from '../build/review-context.ts';

const OPEN = buildRolePolicy({ name: 'open', allowedAccess: new Set(['Exec', 'Proxy']) });
const SHUT = buildRolePolicy({ name: 'shut' });
const ROLE_OF_POD: ReadonlyMap<string, string | null> = new Map([
  ['open', 'open'],
  ['shut', 'shut'],
  ['bare', null],
]);
const view: ClusterView = {
  tenantOf: () => buildTenantPolicy({ allowedRoles: new Set(['open', 'shut']) }),
  otherTenantsOf: () => [],
  role: (name) => [OPEN, SHUT].find((role) => role.name === name) ?? null,
  roleNameOfPod: (_namespace, name) => ROLE_OF_POD.get(name),
  quarantineOf: () => null,
  hasTenant: () => true,
  enrolledFor: () => undefined,
};
const settings: ReviewSettings = {
  view,
  configuration: buildReviewContext().configuration,
  now: () => 0,
  roleUse: { review: () => Promise.resolve('Allowed') },
};

async function isAllowed(name: string, subResource: string, resource = 'pods'): Promise<boolean> {
  const changes = {
    name,
    subResource,
    operation: 'CONNECT',
    resource: { group: '', version: 'v1', resource },
  };
  return (await reviewAccess(buildAdmissionReview(changes as object).request, settings)).allowed;
}

// The name of a proxy request carries scheme and port: it is what stands in the path.
describe('reaching into a pod under another way to write its name', () => {
  test.for(['open', 'open:8080', 'http:open:8080', 'https:open:8443', 'https:open:'])(
    'the proxy of %s is that of a pod whose role allows it',
    (name) => expect(isAllowed(name, 'proxy')).resolves.toBe(true),
  );

  test.for([
    'shut:8080',
    'https:shut:8443',
    'open:shut:80',
    'bare:80',
    'gone:80',
    ':80',
    '',
    'constructor',
    'a:b:open:c',
  ])('the proxy of %j is refused', (name) => expect(isAllowed(name, 'proxy')).resolves.toBe(false));

  test('exec takes a name as it stands', async () => {
    expect(await isAllowed('open', 'exec')).toBe(true);
    expect(await isAllowed('https:open:80', 'exec')).toBe(false);
  });

  test('a service may lead to any pod of the tenant, so one role that allows it is not enough', async () => {
    expect(await isAllowed('https:agents:443', 'proxy', 'services')).toBe(false);
  });
});
