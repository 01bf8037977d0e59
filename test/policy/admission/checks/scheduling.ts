import { NEVER_TOLERATED } from '../../../../src/api/agent-role/sandbox.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const AGENTS = { key: 'agents', operator: 'Equal', value: 'true', effect: 'NoSchedule' } as const;
const ROLE = buildRolePolicy({
  tolerations: [
    AGENTS,
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', value: '', effect: 'NoExecute' },
    ...NEVER_TOLERATED.map((key) => ({ key, operator: 'Exists', value: '', effect: 'NoSchedule' }) as const),
  ],
  nodeSelector: new Map([['kubernetes.io/hostname', 'node-1']]),
});
const BY_NAME = [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }];
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const BESIDE = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'vault' } } };

export const schedulingFixtures: CheckFixtures = {
  check: 'scheduling',
  pass: [
    {
      name: 'the default scheduler, and a toleration of a taint by name',
      tweak: ({ spec }) => {
        spec.schedulerName = 'default-scheduler';
        spec.tolerations = [
          { key: 'agents', operator: 'Equal', value: 'true', effect: 'NoSchedule' },
          { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
        ];
      },
      context: { role: ROLE },
    },
    {
      name: 'a pod that the scheduler has given a node, when it is changed',
      tweak: ({ spec }) => {
        spec.nodeName = 'node-1';
      },
      context: { operation: 'Update' },
    },
    {
      name: 'pods of the same namespace to be away from, and to be near to',
      tweak: ({ spec }) => {
        spec.affinity = {
          podAffinity: { [PREFERRED]: [{ weight: 1, podAffinityTerm: BESIDE }] },
          podAntiAffinity: { [REQUIRED]: [BESIDE], [PREFERRED]: [] },
        };
      },
    },
  ],
  fail: [
    {
      name: 'a new pod that names its node',
      tweak: ({ spec }) => {
        spec.nodeName = 'node-1';
      },
      fields: ['spec.nodeName'],
      found: ['"node-1"'],
    },
    {
      name: 'a scheduler of its own',
      tweak: ({ spec }) => {
        spec.schedulerName = 'mine';
      },
      fields: ['spec.schedulerName'],
      found: ['"mine"'],
    },
    {
      name: 'a toleration of every taint',
      tweak: ({ spec }) => {
        spec.tolerations = [{ operator: 'Exists' }];
      },
      fields: ['spec.tolerations[0]'],
    },
    {
      name: 'a toleration of every taint with one effect',
      tweak: ({ spec }) => {
        spec.tolerations = [{ key: '', operator: 'Exists', effect: 'NoSchedule' }];
      },
      fields: ['spec.tolerations[0]'],
    },
    {
      name: 'tolerations of both taints of the control plane',
      tweak: ({ spec }) => {
        spec.tolerations = [
          { key: 'agents', operator: 'Equal', value: 'true', effect: 'NoSchedule' },
          { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
          { key: 'node-role.kubernetes.io/master', operator: 'Equal', effect: 'NoSchedule' },
        ];
      },
      context: { role: ROLE },
      fields: ['spec.tolerations[1]', 'spec.tolerations[2]'],
      found: [
        '{"key":"node-role.kubernetes.io/control-plane","operator":"Exists","effect":"NoSchedule"}',
        '{"key":"node-role.kubernetes.io/master","operator":"Equal","effect":"NoSchedule"}',
      ],
    },
    {
      name: 'tolerations of etcd, and of nodes without a network, whatever the role lists',
      tweak: ({ spec }) => {
        spec.tolerations = NEVER_TOLERATED.slice(2).map((key) => ({
          key,
          operator: 'Exists',
          effect: 'NoSchedule',
        }));
      },
      context: { role: ROLE },
      fields: ['spec.tolerations[0]', 'spec.tolerations[1]', 'spec.tolerations[2]'],
    },
    {
      name: 'a node by its name, as the DaemonSet controller writes it and as a wish',
      tweak: ({ spec }) => {
        spec.affinity = {
          nodeAffinity: {
            [REQUIRED]: { nodeSelectorTerms: [{ matchFields: BY_NAME }] },
            [PREFERRED]: [{ weight: 1, preference: { matchFields: BY_NAME } }],
          },
        };
      },
      fields: [
        `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms[0].matchFields`,
        `spec.affinity.nodeAffinity.${PREFERRED}[0].preference.matchFields`,
      ],
    },
    {
      name: 'a place next to the pods of any namespace',
      tweak: ({ spec }) => {
        spec.affinity = {
          podAffinity: { [REQUIRED]: [{ ...BESIDE, namespaceSelector: {} }] },
          podAntiAffinity: {
            [PREFERRED]: [{ weight: 1, podAffinityTerm: { ...BESIDE, namespaceSelector: {} } }],
          },
        };
      },
      fields: [
        `spec.affinity.podAffinity.${REQUIRED}[0].namespaceSelector`,
        `spec.affinity.podAntiAffinity.${PREFERRED}[0].podAffinityTerm.namespaceSelector`,
      ],
      found: ['{}', '{}'],
    },
    {
      name: 'a place next to the pods of a namespace by name',
      tweak: ({ spec }) => {
        spec.affinity = {
          podAffinity: {
            [PREFERRED]: [{ weight: 1, podAffinityTerm: { ...BESIDE, namespaces: ['vault'] } }],
          },
          podAntiAffinity: { [REQUIRED]: [{ ...BESIDE, namespaces: ['vault'] }] },
        };
      },
      fields: [
        `spec.affinity.podAffinity.${PREFERRED}[0].podAffinityTerm.namespaces`,
        `spec.affinity.podAntiAffinity.${REQUIRED}[0].namespaces`,
      ],
      found: ['["vault"]', '["vault"]'],
    },
  ],
};
