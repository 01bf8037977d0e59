import { describe, expect, test } from 'vitest';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { planEnrolment } from '../../../src/operator/tenant-isolation/plan-enrolment.ts';
import { tenantStatus } from '../../../src/operator/tenant-isolation/tenant-status.ts';
import { enrolmentLabels } from '../../../src/render/enrolment-labels.ts';
import { buildAgentRole } from '../../build/agent-role.ts';

const NOW = '2026-11-23T12:00:00Z';

function tenant(name: string, created: string, namespaces: readonly string[]): TenantIsolation {
  return {
    metadata: { name, creationTimestamp: created, generation: 3 },
    spec: { namespaces: namespaces.map((listed) => ({ name: listed })) },
  } as unknown as TenantIsolation;
}

function namespace(name: string, labels: Record<string, string> = {}, more: object = {}): KubeObject {
  return { metadata: { name, uid: `uid-${name}`, resourceVersion: '7', labels, ...more } };
}

const acme = tenant('acme', '2026-01-01T00:00:00Z', ['acme-agents']);
const later = tenant('later', '2026-02-01T00:00:00Z', ['acme-agents', 'later-agents']);

function plan(
  tenants: readonly TenantIsolation[],
  namespaces: readonly KubeObject[],
  roles: readonly AgentRole[] = [],
) {
  const { reports, enrolments, releases } = planEnrolment({
    tenants,
    roles,
    namespaces,
    now: Date.parse(NOW),
  });
  const statuses = tenants.flatMap((one) => {
    const report = reports.get(one.metadata.name);
    const status = tenantStatus(one, report === undefined ? [] : [report], NOW);
    return status === null ? [] : [{ tenant: one.metadata.name, status }];
  });
  return { enrolments, releases, statuses };
}

describe('planEnrolment', () => {
  test('labels a listed namespace, bound to its uid', () => {
    expect(plan([acme], [namespace('acme-agents')]).enrolments).toEqual([
      { namespace: 'acme-agents', uid: 'uid-acme-agents', labels: enrolmentLabels('acme'), annotations: {} },
    ]);
  });

  test('puts the exemptions in force on the namespace, and takes them off when they have ended', () => {
    const exemption = {
      namespace: 'acme-agents',
      serviceAccount: 'legacy',
      images: ['sha256:1', 'sha256:2'],
      checks: ['dns', 'privileged'],
      reason: 'moves in spring',
      expirationTime: '2026-12-01T00:00:00Z',
    };
    const exempt = { ...acme, spec: { ...acme.spec, exemptions: [exemption] } } as TenantIsolation;
    const text = 'legacy dns sha256:1,sha256:2';
    const before = plan([exempt], [namespace('acme-agents', enrolmentLabels('acme'))]);
    expect(before.enrolments[0]?.annotations).toEqual({ 'cloister.dev/exemptions': text });

    const annotated = namespace('acme-agents', enrolmentLabels('acme'), {
      annotations: { 'cloister.dev/exemptions': text },
    });
    expect(plan([exempt], [annotated]).enrolments).toEqual([]);
    const after = planEnrolment({
      tenants: [exempt],
      roles: [],
      namespaces: [annotated],
      now: Date.parse('2026-12-01T00:00:00Z'),
    });
    expect(after.enrolments[0]?.annotations).toEqual({});
  });

  test('puts the annotations that the roles of the tenant list on the namespace, and takes them off again', () => {
    const listing = (name: string, ...annotations: string[]) =>
      buildAgentRole((role) => {
        role.metadata.name = name;
        role.spec.sandbox.annotations = annotations;
      });
    const roles = [listing('meshed', 'sidecar.istio.io/'), listing('foreign', 'linkerd.io/')];
    const meshed = { ...acme, spec: { ...acme.spec, roles: { allowed: ['meshed'] } } };
    const annotations = { 'cloister.dev/annotations': 'sidecar.istio.io/' };
    const bare = namespace('acme-agents', enrolmentLabels('acme'));
    expect(plan([meshed], [bare], roles).enrolments[0]?.annotations).toEqual(annotations);
    const annotated = namespace('acme-agents', enrolmentLabels('acme'), { annotations });
    expect(plan([meshed], [annotated], roles).enrolments).toEqual([]);
    expect(plan([meshed], [annotated], [listing('meshed')]).enrolments[0]?.annotations).toEqual({});
  });

  test('restores a Pod Security label that is gone', () => {
    const labels = { ...enrolmentLabels('acme'), 'pod-security.kubernetes.io/enforce': 'privileged' };
    expect(plan([acme], [namespace('acme-agents', labels)]).enrolments).toHaveLength(1);
  });

  test('writes nothing where labels and status stand already', () => {
    const namespaces = [namespace('acme-agents', enrolmentLabels('acme'))];
    const first = plan([acme], namespaces);
    const settled = { ...acme, status: first.statuses[0]?.status };
    expect(plan([settled], namespaces)).toEqual({ enrolments: [], releases: [], statuses: [] });
  });

  test('leaves a namespace that two tenants list with the older, and says so to the younger', () => {
    const { enrolments, statuses } = plan(
      [later, acme],
      [namespace('acme-agents'), namespace('later-agents')],
    );
    expect(enrolments.map(({ namespace: name, labels }) => [name, labels['cloister.dev/tenant']])).toEqual([
      ['acme-agents', 'acme'],
      ['later-agents', 'later'],
    ]);
    const younger = statuses.find((entry) => entry.tenant === 'later')?.status.conditions?.[0];
    expect(younger).toMatchObject({ status: 'False', reason: 'EnrolledElsewhere' });
    expect(younger?.message).toContain('acme-agents (tenant acme)');
  });

  test('leaves a condition alone that somebody else put beside its own', () => {
    const namespaces = [namespace('acme-agents', enrolmentLabels('acme'))];
    const own = plan([acme], namespaces).statuses[0]?.status.conditions ?? [];
    const foreign = { ...own[0], type: 'Audited' } as (typeof own)[number];
    const status = { ...plan([acme], namespaces).statuses[0]?.status, conditions: [foreign, ...own] };
    expect(plan([{ ...acme, status }], namespaces).statuses).toEqual([]);
  });

  test('releases a labelled namespace that no tenant lists', () => {
    expect(plan([], [namespace('old', enrolmentLabels('acme'))]).releases).toEqual([
      { namespace: 'old', resourceVersion: '7' },
    ]);
  });

  test.for<[string, KubeObject[]]>([
    ['does not exist', []],
    ['is being deleted', [namespace('acme-agents', {}, { deletionTimestamp: NOW })]],
  ])('waits for a namespace that %s', ([, namespaces]) => {
    const { enrolments, statuses } = plan([acme], namespaces);
    expect(enrolments).toEqual([]);
    expect(statuses[0]?.status.conditions?.[0]).toMatchObject({
      status: 'False',
      reason: 'NamespaceMissing',
    });
  });

  test('does not report a namespace as enrolled before it has its labels', () => {
    const [status] = plan([acme], [namespace('acme-agents')]).statuses;
    expect(status?.status).toMatchObject({
      conditions: [{ status: 'False', reason: 'NamespaceMissing' }],
      namespaces: [],
    });
  });

  test('reports the generation of the tenant that it has seen', () => {
    const [status] = plan([acme], []).statuses;
    expect(status?.status).toMatchObject({ observedGeneration: 3, conditions: [{ observedGeneration: 3 }] });
  });

  test('keeps the time of a condition whose status does not change', () => {
    const before = { type: 'NamespacesEnrolled', status: 'True' as const, reason: 'x', message: '' };
    const status = { conditions: [{ ...before, lastTransitionTime: '2020-01-01T00:00:00Z' }] };
    const { statuses } = plan([{ ...acme, status }], [namespace('acme-agents', enrolmentLabels('acme'))]);
    expect(statuses[0]?.status.conditions?.[0]?.lastTransitionTime).toBe('2020-01-01T00:00:00Z');
    expect(statuses[0]?.status.namespaces).toEqual([{ name: 'acme-agents', uid: 'uid-acme-agents' }]);
  });
});
