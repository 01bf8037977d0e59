import { describe, expect, test } from 'vitest';
import { findPod, findPods } from '../../../src/policy/pod/pod-template.ts';

const template = { metadata: {}, spec: { containers: [{ name: 'agent' }] } };

describe('findPods', () => {
  test.for([
    ['a pod', { apiVersion: 'v1', kind: 'Pod', ...template }, ['']],
    ['a PodTemplate', { apiVersion: 'v1', kind: 'PodTemplate', template }, ['template.']],
    ['a Deployment', { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template } }, ['spec.template.']],
    [
      'a CronJob',
      { apiVersion: 'batch/v1', kind: 'CronJob', spec: { jobTemplate: { spec: { template } } } },
      ['spec.jobTemplate.spec.template.'],
    ],
    [
      'another sandbox operator',
      { apiVersion: 'agents.example.com/v1', kind: 'Sandbox', spec: { podTemplate: template } },
      ['spec.podTemplate.'],
    ],
    [
      'a kind with several templates in lists',
      {
        apiVersion: 'example.com/v1',
        kind: 'Pool',
        spec: { groups: [{ template }, { workerPodTemplate: template }] },
      },
      ['spec.groups[0].template.', 'spec.groups[1].workerPodTemplate.'],
    ],
    [
      'a kind that names its pod in its own way',
      { apiVersion: 'example.com/v1', kind: 'Pool', spec: { blueprint: template } },
      ['spec.blueprint.'],
    ],
    [
      'a manifest that holds others',
      {
        apiVersion: 'template.openshift.io/v1',
        kind: 'Template',
        objects: [
          { apiVersion: 'v1', kind: 'Pod', spec: {} },
          { apiVersion: 'apps/v1', kind: 'Deployment', spec: { template } },
        ],
      },
      ['objects[0].', 'objects[1].spec.template.'],
    ],
    [
      'an AdmissionReview, without what was there before',
      {
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        request: {
          object: { apiVersion: 'v1', kind: 'Pod', ...template },
          oldObject: { apiVersion: 'v1', kind: 'Pod', ...template },
        },
      },
      ['request.object.'],
    ],
    [
      'a Deployment of a version that is no longer served',
      { apiVersion: 'extensions/v1beta1', kind: 'Deployment', spec: { template } },
      ['spec.template.'],
    ],
    [
      'a CronJob of a version that is no longer served',
      { apiVersion: 'batch/v2alpha1', kind: 'CronJob', spec: { jobTemplate: { spec: { template } } } },
      ['spec.jobTemplate.spec.template.'],
    ],
    ['a ConfigMap', { apiVersion: 'v1', kind: 'ConfigMap', data: { template: 'x' } }, []],
    ['a Deployment without a template', { apiVersion: 'apps/v1', kind: 'Deployment', spec: {} }, []],
  ] as const)('finds the pods of %s', ([, manifest, prefixes]) => {
    expect(findPods(manifest as never).map(({ prefix }) => prefix)).toEqual(prefixes);
  });

  test('a Pod of another API group is no pod', () => {
    expect(findPod({ apiVersion: 'example.com/v1', kind: 'Pod', ...template })).toBeNull();
  });
});
