import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import { changeSecurityContext } from '../../../build/change-security-context.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const FREE = { role: buildRolePolicy({ runAsUser: null }) };
const POD = 'spec.securityContext.runAsUser';

export const runAsUserFixtures: CheckFixtures = {
  check: 'run-as-user',
  pass: [
    {
      name: "the role's user stated by every container, another by the pod",
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { runAsUser: 4000 });
        for (const container of [...spec.initContainers, ...spec.containers]) {
          changeSecurityContext(container, { runAsUser: 1001 });
        }
      },
    },
    {
      name: 'no user where the role names none',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { runAsUser: null });
      },
      context: FREE,
    },
    {
      name: 'any other user where the role names none',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { runAsUser: 65_534 });
        changeSecurityContext(spec.containers[0], { runAsUser: 1 });
      },
      context: FREE,
    },
  ],
  fail: [
    {
      name: 'a pod of root in a user namespace, which Pod Security allows',
      tweak: ({ spec }) => {
        spec.hostUsers = false;
        changeSecurityContext(spec, { runAsUser: 0 });
      },
      context: FREE,
      fields: [POD],
      found: ['0'],
    },
    {
      name: 'a pod of root, even where every container takes another user',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { runAsUser: 0 });
        for (const container of [...spec.initContainers, ...spec.containers]) {
          changeSecurityContext(container, { runAsUser: 1001 });
        }
      },
      fields: [POD],
    },
    {
      name: 'a container and an init container of root',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { runAsUser: 0 });
        changeSecurityContext(spec.initContainers[0], { runAsUser: 0 });
      },
      fields: [
        'spec.initContainers[0].securityContext.runAsUser',
        'spec.containers[0].securityContext.runAsUser',
      ],
      found: ['0', '0'],
    },
    {
      name: 'an init container of root that goes on running',
      tweak: (pod) => addSidecar(pod, (container) => changeSecurityContext(container, { runAsUser: 0 })),
      fields: ['spec.initContainers[1].securityContext.runAsUser'],
    },
    {
      name: 'an ephemeral container of root',
      tweak: (pod) =>
        addEphemeralContainer(pod, (container) => changeSecurityContext(container, { runAsUser: 0 })),
      ...DEBUGGED,
      fields: ['spec.ephemeralContainers[0].securityContext.runAsUser'],
    },
    {
      name: "a pod of another user than the role's",
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { runAsUser: 1000 });
      },
      fields: [POD],
      found: ['1000'],
    },
    {
      name: "one container of another user than the role's",
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { runAsUser: 1000 });
      },
      fields: ['spec.containers[0].securityContext.runAsUser'],
    },
    {
      name: 'no user where the role names one, since the image would choose',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { runAsUser: undefined });
        changeSecurityContext(spec.initContainers[0], { runAsUser: 1001 });
      },
      fields: ['spec.containers[0].securityContext.runAsUser'],
      found: ['not set'],
    },
  ],
};
