import { describe, expect, test } from 'vitest';
import {
  isListedAnnotation,
  listedAnnotations,
} from '../../../../src/policy/admission/allowed-annotations.ts';
import type { Pod } from '../../../../src/policy/pod/pod.ts';
import { buildPod } from '../../../build/pod.ts';
import { buildRolePolicy, buildTenantPolicy } from '../../../build/review-context.ts';
import { violationsOfPod } from '../../../build/violations-of-pod.ts';

const role = buildRolePolicy({ annotations: ['sidecar.istio.io/', 'kubernetes.io/egress-bandwidth'] });

const fieldsOf = (annotations: Record<string, string>) =>
  violationsOfPod(buildPod(({ metadata }) => (metadata.annotations = annotations)) as Pod, { role }).map(
    ({ field }) => field,
  );

describe('what a role lists', () => {
  test('a prefix lets every annotation below it pass, and a whole key that one', () => {
    expect(fieldsOf({ 'sidecar.istio.io/inject': 'true', 'kubernetes.io/egress-bandwidth': '10M' })).toEqual(
      [],
    );
  });

  test('nothing else passes by it', () => {
    expect(
      fieldsOf({
        'kubernetes.io/egress-bandwidth2': 'x',
        'kubernetes.io/ingress-bandwidth': '10M',
        'x.sidecar.istio.io/inject': 'true',
        'sidecar.istio.io.example.com/inject': 'true',
      }),
    ).toEqual([
      'metadata.annotations[kubernetes.io/egress-bandwidth2]',
      'metadata.annotations[kubernetes.io/ingress-bandwidth]',
      'metadata.annotations[x.sidecar.istio.io/inject]',
      'metadata.annotations[sidecar.istio.io.example.com/inject]',
    ]);
  });

  test('no role lifts the names of Cloister', () => {
    const listing = buildRolePolicy({ annotations: ['cloister.dev/'] });
    const pod = buildPod(
      ({ metadata }) => (metadata.annotations = { 'cloister.dev/policy-hash': 'x' }),
    ) as Pod;
    expect(violationsOfPod(pod, { role: listing }).map(({ check }) => check)).toEqual(['reserved-metadata']);
  });

  test('the message names the role and what to add, and never the value', () => {
    const pod = buildPod(({ metadata }) => (metadata.annotations = { 'example.com/key': 'hunter2' })) as Pod;
    const [violation] = violationsOfPod(pod, { role });
    expect(violation).toMatchObject({ check: 'annotations', found: 'set' });
    expect(violation?.required).toContain('role "data-analyst"');
    expect(violation?.fix).toContain('"example.com/key"');
    expect(JSON.stringify(violation)).not.toContain('hunter2');
  });

  test('an empty entry covers nothing', () => {
    expect(isListedAnnotation('example.com/x', [''])).toBe(false);
  });
});

test('a namespace is given what every allowed role of its tenant lists, once and in order', () => {
  const tenant = buildTenantPolicy({ allowedRoles: new Set(['b', 'a', 'missing']) });
  const roles = new Map([
    ['a', { annotations: ['dapr.io/', 'example.com/x'] }],
    ['b', { annotations: ['example.com/x', 'a.example.com/'] }],
    ['not-allowed', { annotations: ['linkerd.io/'] }],
  ]);
  expect(listedAnnotations(tenant, roles)).toBe('a.example.com/,dapr.io/,example.com/x');
  expect(listedAnnotations(tenant, new Map())).toBe('');
});
