import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import { changeSecurityContext } from '../../../build/change-security-context.ts';
import type { CheckFixtures } from './fixture.ts';

export const privilegeEscalationFixtures: CheckFixtures = {
  check: 'privilege-escalation',
  pass: [
    {
      name: 'an init container that goes on running and says false',
      tweak: (pod) =>
        addSidecar(pod, (container) => changeSecurityContext(container, { allowPrivilegeEscalation: false })),
    },
  ],
  fail: [
    {
      name: 'a container that says true',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { allowPrivilegeEscalation: true });
      },
      fields: ['spec.containers[0].securityContext.allowPrivilegeEscalation'],
      found: ['true'],
    },
    {
      name: 'a container and an init container that say nothing',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { allowPrivilegeEscalation: null });
        changeSecurityContext(spec.initContainers[0], { allowPrivilegeEscalation: undefined });
      },
      fields: [
        'spec.initContainers[0].securityContext.allowPrivilegeEscalation',
        'spec.containers[0].securityContext.allowPrivilegeEscalation',
      ],
      found: ['not set', 'not set'],
    },
    {
      name: 'an ephemeral container without a security context',
      tweak: (pod) =>
        addEphemeralContainer(pod, (container) => {
          delete container.securityContext;
        }),
      ...DEBUGGED,
      checks: ['privilege-escalation', 'capabilities', 'read-only-root-filesystem'],
      fields: ['spec.ephemeralContainers[0].securityContext.allowPrivilegeEscalation'],
    },
  ],
};
