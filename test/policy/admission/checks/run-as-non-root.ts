import type { CheckFixtures } from './fixture.ts';

export const runAsNonRootFixtures: CheckFixtures = {
  check: 'run-as-non-root',
  pass: [
    {
      name: 'every container asks for itself, the pod does not',
      tweak: ({ spec }) => {
        spec.securityContext = { ...spec.securityContext, runAsNonRoot: undefined };
        for (const container of [...spec.initContainers, ...spec.containers]) {
          container.securityContext = { ...container.securityContext, runAsNonRoot: true };
        }
      },
    },
  ],
  fail: [
    {
      name: 'nobody asks',
      tweak: ({ spec }) => {
        spec.securityContext = { ...spec.securityContext, runAsNonRoot: undefined };
      },
      fields: ['spec.securityContext.runAsNonRoot'],
      found: ['not set'],
    },
    {
      name: 'one container asks, another takes it back, and the pod leaves it open',
      tweak: ({ spec }) => {
        spec.securityContext = { ...spec.securityContext, runAsNonRoot: undefined };
        spec.initContainers[0].securityContext = {
          ...spec.initContainers[0].securityContext,
          runAsNonRoot: true,
        };
        spec.containers[0].securityContext = { ...spec.containers[0].securityContext, runAsNonRoot: false };
      },
      fields: ['spec.containers[0].securityContext.runAsNonRoot'],
      found: ['false'],
    },
    {
      name: 'a container takes back what the pod asks for',
      tweak: ({ spec }) => {
        spec.containers[0].securityContext = { ...spec.containers[0].securityContext, runAsNonRoot: false };
      },
      fields: ['spec.containers[0].securityContext.runAsNonRoot'],
      found: ['false'],
    },
    {
      name: 'the pod allows root, even where each container does not and a user namespace is used',
      tweak: ({ spec }) => {
        spec.hostUsers = false;
        spec.securityContext = { ...spec.securityContext, runAsNonRoot: false };
        for (const container of [...spec.initContainers, ...spec.containers]) {
          container.securityContext = { ...container.securityContext, runAsNonRoot: true };
        }
      },
      fields: ['spec.securityContext.runAsNonRoot'],
    },
    {
      name: 'the pod allows root to all its containers',
      tweak: ({ spec }) => {
        spec.securityContext = { ...spec.securityContext, runAsNonRoot: false };
      },
      fields: ['spec.securityContext.runAsNonRoot'],
      found: ['false'],
    },
  ],
};
