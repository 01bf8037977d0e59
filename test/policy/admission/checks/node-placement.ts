import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const ROLE = buildRolePolicy({
  tolerations: [
    { key: 'example.com/agents', operator: 'Equal', value: 'true', effect: 'NoSchedule' },
    { key: 'example.com/batch', operator: 'Exists', value: '', effect: 'NoExecute' },
  ],
  nodeSelector: new Map([['example.com/pool', 'agents']]),
});
const LISTING = { role: ROLE };
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const POOL = { key: 'example.com/pool', operator: 'In', values: ['agents'] };
const SECONDS = { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };

export const nodePlacementFixtures: CheckFixtures = {
  check: 'node-placement',
  pass: [
    {
      name: 'the tolerations that the API server adds',
      tweak: ({ spec }) => {
        spec.tolerations = [
          { key: 'node.kubernetes.io/not-ready', ...SECONDS },
          { key: 'node.kubernetes.io/unreachable', ...SECONDS },
        ];
      },
    },
    {
      name: 'the tolerations and the labels of the role',
      tweak: ({ spec }) => {
        spec.tolerations = [
          { key: 'example.com/agents', value: 'true', effect: 'NoSchedule' },
          { key: 'example.com/batch', operator: 'Exists', effect: 'NoExecute' },
          {
            key: 'example.com/batch',
            operator: 'Equal',
            value: 'night',
            effect: 'NoExecute',
            tolerationSeconds: 9,
          },
        ];
        spec.nodeSelector = { 'example.com/pool': 'agents' };
        spec.affinity = {
          nodeAffinity: {
            [REQUIRED]: { nodeSelectorTerms: [{ matchExpressions: [POOL] }] },
            [PREFERRED]: [{ weight: 1, preference: { matchExpressions: [POOL] } }],
          },
        };
      },
      context: LISTING,
    },
    { name: 'none of what the role lists', tweak: () => {}, context: LISTING },
    {
      name: 'members that are null',
      tweak: ({ spec }) => {
        Object.assign(spec, { tolerations: null, nodeSelector: null, affinity: null });
      },
    },
  ],
  fail: [
    {
      name: 'taints of Windows, of a team and of pressure that no role lists',
      tweak: ({ spec }) => {
        spec.tolerations = [
          { key: 'os', operator: 'Equal', value: 'windows', effect: 'NoSchedule' },
          { key: 'dedicated', operator: 'Exists' },
          { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
        ];
      },
      fields: ['spec.tolerations[0]', 'spec.tolerations[1]', 'spec.tolerations[2]'],
    },
    {
      name: 'another value, another effect, every effect and every value of a taint that the role lists',
      tweak: ({ spec }) => {
        spec.tolerations = [
          { key: 'example.com/agents', value: 'other', effect: 'NoSchedule' },
          { key: 'example.com/agents', value: 'true', effect: 'NoExecute' },
          { key: 'example.com/agents', value: 'true' },
          { key: 'example.com/agents', operator: 'Exists', effect: 'NoSchedule' },
        ];
      },
      context: LISTING,
      fields: [0, 1, 2, 3].map((index) => `spec.tolerations[${index}]`),
    },
    {
      name: 'a lost node that is tolerated without end, or for longer than an hour',
      tweak: ({ spec }) => {
        spec.tolerations = [
          { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
          { key: 'node.kubernetes.io/unreachable', ...SECONDS, tolerationSeconds: 3601 },
          { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoSchedule' },
        ];
      },
      fields: ['spec.tolerations[0]', 'spec.tolerations[1]', 'spec.tolerations[2]'],
    },
    {
      name: 'a node by its label, and a pool of others',
      tweak: ({ spec }) => {
        spec.nodeSelector = { 'kubernetes.io/hostname': 'node-1', 'example.com/pool': 'system' };
      },
      context: LISTING,
      fields: ['spec.nodeSelector[kubernetes.io/hostname]', 'spec.nodeSelector[example.com/pool]'],
      found: ['"node-1"', '"system"'],
    },
    {
      name: 'node affinity to a node by its label, to more than the pool, and to what is not the pool',
      tweak: ({ spec }) => {
        spec.affinity = {
          nodeAffinity: {
            [REQUIRED]: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1'] }] },
                { matchExpressions: [POOL, { ...POOL, values: ['agents', 'system'] }] },
              ],
            },
            [PREFERRED]: [
              { weight: 1, preference: { matchExpressions: [{ ...POOL, operator: 'NotIn' }] } },
              {
                weight: 1,
                preference: { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'Exists' }] },
              },
            ],
          },
        };
      },
      context: LISTING,
      fields: [
        `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms[0].matchExpressions[0]`,
        `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms[1].matchExpressions[1]`,
        `spec.affinity.nodeAffinity.${PREFERRED}[0].preference.matchExpressions[0]`,
        `spec.affinity.nodeAffinity.${PREFERRED}[1].preference.matchExpressions[0]`,
      ],
    },
  ],
};
