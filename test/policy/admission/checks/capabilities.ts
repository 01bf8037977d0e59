import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import { changeSecurityContext } from '../../../build/change-security-context.ts';
import type { CheckFixtures } from './fixture.ts';

const DROP = 'securityContext.capabilities.drop';
const ADD = 'securityContext.capabilities.add';

export const capabilitiesFixtures: CheckFixtures = {
  check: 'capabilities',
  pass: [
    {
      name: 'ALL among others, and an empty list of what is added',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { capabilities: { drop: ['NET_RAW', 'ALL'], add: [] } });
      },
    },
    {
      name: 'nothing added, said with null',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { capabilities: { drop: ['ALL'], add: null } });
      },
    },
  ],
  fail: [
    {
      name: 'NET_BIND_SERVICE, which Pod Security lets be added',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], {
          capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
        });
      },
      fields: [`spec.containers[0].${ADD}`],
      found: ['["NET_BIND_SERVICE"]'],
    },
    {
      name: 'some dropped and some added',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], {
          capabilities: { drop: ['NET_RAW'], add: ['SYS_ADMIN'] },
        });
      },
      fields: [`spec.containers[0].${DROP}`, `spec.containers[0].${ADD}`],
      found: ['["NET_RAW"]', '["SYS_ADMIN"]'],
    },
    {
      name: 'ALL in small letters, which Pod Security does not take for it',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { capabilities: { drop: ['all'] } });
      },
      fields: [`spec.containers[0].${DROP}`],
    },
    {
      name: 'an init container that says nothing',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.initContainers[0], { capabilities: null });
      },
      fields: [`spec.initContainers[0].${DROP}`],
      found: ['not set'],
    },
    {
      name: 'an init container that goes on running with a capability of its own',
      tweak: (pod) =>
        addSidecar(pod, (container) =>
          changeSecurityContext(container, { capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } }),
        ),
      fields: [`spec.initContainers[1].${ADD}`],
    },
    {
      name: 'an ephemeral container that may trace the others',
      tweak: (pod) =>
        addEphemeralContainer(pod, (container) =>
          changeSecurityContext(container, { capabilities: { drop: ['ALL'], add: ['SYS_PTRACE'] } }),
        ),
      ...DEBUGGED,
      fields: [`spec.ephemeralContainers[0].${ADD}`],
    },
  ],
};
