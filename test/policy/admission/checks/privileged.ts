import { buildEphemeralContainer } from '../../../build/pod.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

export const privilegedFixtures: CheckFixtures = {
  check: 'privileged',
  pass: [
    {
      name: 'a container that says it is not privileged',
      tweak: ({ spec }) => {
        spec.containers[0].securityContext = { ...spec.containers[0].securityContext, privileged: false };
      },
    },
  ],
  fail: [
    {
      name: 'a privileged container',
      tweak: ({ spec }) => {
        spec.containers[0].securityContext = { ...spec.containers[0].securityContext, privileged: true };
      },
      fields: ['spec.containers[0].securityContext.privileged'],
      found: ['true'],
      invalid: 'privileged and allowPrivilegeEscalation: false exclude one another',
    },
    {
      name: 'a privileged init container',
      tweak: ({ spec }) => {
        spec.initContainers[0].securityContext = {
          ...spec.initContainers[0].securityContext,
          privileged: true,
        };
      },
      fields: ['spec.initContainers[0].securityContext.privileged'],
      invalid: 'privileged and allowPrivilegeEscalation: false exclude one another',
    },
    {
      name: 'a privileged ephemeral container',
      tweak: ({ spec }) => {
        spec.ephemeralContainers = [
          buildEphemeralContainer((container) => {
            container.securityContext = { ...container.securityContext, privileged: true };
          }),
        ];
      },
      context: { operation: 'Update', role: buildRolePolicy({ allowedAccess: new Set(['Debug']) }) },
      fields: ['spec.ephemeralContainers[0].securityContext.privileged'],
      invalid: 'privileged and allowPrivilegeEscalation: false exclude one another',
    },
    {
      name: 'a privileged container that the API server accepts, since it may escalate too',
      tweak: ({ spec }) => {
        spec.containers[0].securityContext = {
          ...spec.containers[0].securityContext,
          privileged: true,
          allowPrivilegeEscalation: true,
        };
      },
      checks: ['privileged', 'privilege-escalation'],
      fields: ['spec.containers[0].securityContext.privileged'],
    },
  ],
};
