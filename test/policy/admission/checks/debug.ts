import { buildEphemeralContainer } from '../../../build/pod.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

export const debugFixtures: CheckFixtures = {
  check: 'debug',
  pass: [
    {
      name: 'an ephemeral container aimed at the agent, where the role allows Debug',
      tweak: ({ spec }) => {
        spec.ephemeralContainers = [
          buildEphemeralContainer((container) => {
            container.targetContainerName = 'agent';
          }),
        ];
      },
      context: { operation: 'Update', role: buildRolePolicy({ allowedAccess: new Set(['Debug']) }) },
    },
    {
      name: 'an empty list of ephemeral containers',
      tweak: ({ spec }) => {
        spec.ephemeralContainers = [];
      },
    },
  ],
  fail: [
    {
      name: 'an ephemeral container where the role allows nothing',
      tweak: ({ spec }) => {
        spec.ephemeralContainers = [buildEphemeralContainer()];
      },
      context: { operation: 'Update' },
      fields: ['spec.ephemeralContainers[0]'],
    },
    {
      name: 'ephemeral containers where the role allows Exec alone',
      tweak: ({ spec }) => {
        const second = buildEphemeralContainer((container) => {
          container.name = 'second';
        });
        spec.ephemeralContainers = [buildEphemeralContainer(), second];
      },
      context: { operation: 'Update', role: buildRolePolicy({ allowedAccess: new Set(['Exec']) }) },
      fields: ['spec.ephemeralContainers[0]', 'spec.ephemeralContainers[1]'],
    },
  ],
};
