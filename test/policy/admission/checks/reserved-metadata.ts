import { buildRolePolicy } from '../../../build/review-context.ts';
import { takeSandbox } from '../../../build/pod.ts';
import type { CheckFixtures } from './fixture.ts';

const OPERATOR = { user: { name: 'system:serviceaccount:cloister-system:cloister-operator', groups: [] } };

export const reservedMetadataFixtures: CheckFixtures = {
  check: 'reserved-metadata',
  pass: [
    {
      name: 'labels and annotations of others',
      tweak: ({ metadata }) => {
        metadata.labels['app.kubernetes.io/name'] = 'agent';
        metadata.labels['notcloister.dev/sandbox'] = 'agent';
        metadata.annotations = { 'example.com/cloister.dev': 'yes', note: 'cloister.dev/sandbox' };
      },
      context: { role: buildRolePolicy({ annotations: ['example.com/', 'note'] }) },
    },
    {
      name: 'the name of who creates the pod',
      tweak: ({ metadata }) => {
        metadata.annotations = { 'cloister.dev/created-by': 'developer' };
      },
    },
    {
      name: 'a sandbox that the operator makes',
      tweak: (pod) => {
        takeSandbox(pod, 'agent');
        pod.metadata.labels['cloister.dev/contained'] = 'true';
        pod.metadata.annotations = {
          'cloister.dev/policy-hash': 'abc',
          'cloister.dev/force-release': 'true',
          'cloister.dev/created-by': 'developer',
        };
      },
      context: OPERATOR,
    },
    {
      name: 'a pod of the operator that is changed by another',
      tweak: (pod) => takeSandbox(pod, 'agent'),
      context: { operation: 'Update' },
    },
  ],
  fail: [
    {
      name: 'a pod that calls itself a sandbox, and not contained',
      tweak: (pod) => {
        takeSandbox(pod, 'agent');
        pod.metadata.labels['cloister.dev/contained'] = 'false';
      },
      fields: ['metadata.labels[cloister.dev/sandbox]', 'metadata.labels[cloister.dev/contained]'],
      found: ['"agent"', '"false"'],
    },
    {
      name: 'annotations of the operator',
      tweak: ({ metadata }) => {
        metadata.annotations = { 'cloister.dev/policy-hash': 'abc', 'cloister.dev/force-release': 'true' };
      },
      fields: [
        'metadata.annotations[cloister.dev/policy-hash]',
        'metadata.annotations[cloister.dev/force-release]',
      ],
    },
    {
      name: "another's name as the creator",
      tweak: ({ metadata }) => {
        metadata.annotations = { 'cloister.dev/created-by': 'administrator' };
      },
      fields: ['metadata.annotations[cloister.dev/created-by]'],
      found: ['"administrator"'],
    },
    {
      name: 'names that Cloister does not know, in its domain and below it',
      tweak: ({ metadata }) => {
        metadata.labels['cloister.dev/trusted'] = 'yes';
        metadata.labels['policy.cloister.dev/mode'] = 'off';
      },
      fields: ['metadata.labels[cloister.dev/trusted]', 'metadata.labels[policy.cloister.dev/mode]'],
    },
    {
      name: 'the role as an annotation, and a reserved annotation in capitals',
      tweak: ({ metadata }) => {
        metadata.annotations = { 'cloister.dev/role': 'devops', 'Cloister.dev/sandbox': 'agent' };
      },
      fields: ['metadata.annotations[cloister.dev/role]', 'metadata.annotations[Cloister.dev/sandbox]'],
    },
    {
      name: 'a name that Cloister does not know, from the operator',
      tweak: ({ metadata }) => {
        metadata.labels['cloister.dev/sandboxx'] = 'agent';
      },
      context: OPERATOR,
      fields: ['metadata.labels[cloister.dev/sandboxx]'],
    },
  ],
};
