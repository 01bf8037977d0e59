import type { CheckFixtures } from './fixture.ts';

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
    },
    {
      name: 'a pod that the scheduler has given a node, when it is changed',
      tweak: ({ spec }) => {
        spec.nodeName = 'node-1';
      },
      context: { operation: 'Update' },
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
          { key: 'agents', operator: 'Exists' },
          { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
          { key: 'node-role.kubernetes.io/master', operator: 'Equal', effect: 'NoSchedule' },
        ];
      },
      fields: ['spec.tolerations[1]', 'spec.tolerations[2]'],
      found: [
        '{"key":"node-role.kubernetes.io/control-plane","operator":"Exists","effect":"NoSchedule"}',
        '{"key":"node-role.kubernetes.io/master","operator":"Equal","effect":"NoSchedule"}',
      ],
    },
  ],
};
