import type { CheckFixtures } from './fixture.ts';

export const priorityClassFixtures: CheckFixtures = {
  check: 'priority-class',
  pass: [
    {
      name: 'a class of its own, of the highest priority that a user may define',
      tweak: ({ spec }) => {
        spec.priorityClassName = 'agents';
        spec.priority = 1_000_000_000;
      },
      invalid: 'the class does not exist there',
    },
    {
      name: 'a priority below the ordinary one',
      tweak: ({ spec }) => {
        spec.priority = -10;
      },
      invalid: 'the API server computes the priority from the class',
    },
  ],
  fail: [
    {
      name: 'the priority of a cluster component',
      tweak: ({ spec }) => {
        spec.priorityClassName = 'system-cluster-critical';
      },
      fields: ['spec.priorityClassName'],
      found: ['"system-cluster-critical"'],
    },
    {
      name: 'the priority of a node component, whose number comes from the class',
      tweak: ({ spec }) => {
        spec.priorityClassName = 'system-node-critical';
        spec.priority = 2_000_001_000;
      },
      fields: ['spec.priorityClassName'],
    },
    {
      name: 'a priority above all that users may define',
      tweak: ({ spec }) => {
        spec.priority = 1_000_000_001;
      },
      fields: ['spec.priority'],
      found: ['1000000001'],
      invalid: 'the API server computes the priority from the class',
    },
  ],
};
