import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import { changeSecurityContext } from '../../../build/change-security-context.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const DEFAULT = { seccompProfile: { type: 'RuntimeDefault' } };
const UNCONFINED = { seccompProfile: { type: 'Unconfined' } };
const INSTALLED = {
  seccompProfile: { type: 'Localhost', localhostProfile: 'cloister/python-agent.json' },
};
const WITHOUT_ROLE = { scope: 'None', role: null, tenant: null } as const;
const PYTHON = { role: buildRolePolicy({ seccompProfile: 'python-agent' }) };
const POD = 'spec.securityContext.seccompProfile';

export const seccompProfileFixtures: CheckFixtures = {
  check: 'seccomp-profile',
  pass: [
    {
      name: 'a profile stated by every container, none by the pod',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { seccompProfile: null });
        for (const container of [...spec.initContainers, ...spec.containers]) {
          changeSecurityContext(container, DEFAULT);
        }
      },
    },
    {
      name: "the role's profile",
      tweak: ({ spec }) => {
        changeSecurityContext(spec, INSTALLED);
      },
      context: PYTHON,
    },
    {
      name: 'any profile of the node where no role is known',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], {
          seccompProfile: { type: 'Localhost', localhostProfile: 'other.json' },
        });
      },
      context: WITHOUT_ROLE,
    },
  ],
  fail: [
    {
      name: 'nobody states one',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { seccompProfile: undefined });
      },
      fields: [POD],
      found: ['not set'],
    },
    {
      name: 'nobody states one, and no role is known',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { seccompProfile: undefined });
      },
      context: WITHOUT_ROLE,
      fields: [POD],
    },
    {
      name: 'one container states none, and neither does the pod',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { seccompProfile: undefined });
        changeSecurityContext(spec.containers[0], UNCONFINED);
      },
      fields: [POD, 'spec.containers[0].securityContext.seccompProfile'],
      found: ['not set', '{"type":"Unconfined"}'],
    },
    {
      name: 'a pod without a filter, even where every container has one',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, UNCONFINED);
        for (const container of [...spec.initContainers, ...spec.containers]) {
          changeSecurityContext(container, DEFAULT);
        }
      },
      fields: [POD],
      found: ['{"type":"Unconfined"}'],
    },
    {
      name: 'a pod without a filter',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, UNCONFINED);
      },
      fields: [POD],
    },
    {
      name: 'a container without a filter',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], UNCONFINED);
      },
      fields: ['spec.containers[0].securityContext.seccompProfile'],
    },
    {
      name: 'an init container that goes on running without a filter',
      tweak: (pod) => addSidecar(pod, (container) => changeSecurityContext(container, UNCONFINED)),
      fields: ['spec.initContainers[1].securityContext.seccompProfile'],
    },
    {
      name: 'an ephemeral container without a filter',
      tweak: (pod) => addEphemeralContainer(pod, (container) => changeSecurityContext(container, UNCONFINED)),
      ...DEBUGGED,
      fields: ['spec.ephemeralContainers[0].securityContext.seccompProfile'],
    },
    {
      name: 'a profile of no type',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { seccompProfile: {} });
      },
      fields: ['spec.containers[0].securityContext.seccompProfile'],
      invalid: 'a profile has a type',
    },
    {
      name: "the runtime's profile where the role names one of its own",
      tweak: () => {},
      context: PYTHON,
      fields: [POD],
      found: ['{"type":"RuntimeDefault"}'],
    },
    {
      name: 'a profile that something else put on the node, where the role names one of its own',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, INSTALLED);
        changeSecurityContext(spec.containers[0], {
          seccompProfile: { type: 'Localhost', localhostProfile: 'python-agent.json' },
        });
      },
      context: PYTHON,
      fields: ['spec.containers[0].securityContext.seccompProfile'],
    },
    {
      name: "a profile of the node where the role names the runtime's",
      tweak: ({ spec }) => {
        changeSecurityContext(spec, INSTALLED);
      },
      fields: [POD],
    },
  ],
};
