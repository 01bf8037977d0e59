import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import { changeSecurityContext } from '../../../build/change-security-context.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const UNCONFINED = { appArmorProfile: { type: 'Unconfined' } };
const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

export const apparmorFixtures: CheckFixtures = {
  check: 'apparmor',
  pass: [
    {
      name: "the runtime's profile for the pod, and one of the node for a container",
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { appArmorProfile: { type: 'RuntimeDefault' } });
        changeSecurityContext(spec.containers[0], {
          appArmorProfile: { type: 'Localhost', localhostProfile: 'agent' },
        });
      },
    },
    {
      name: 'a profile by annotation, and annotations of others',
      tweak: ({ metadata }) => {
        metadata.annotations = {
          [`${ANNOTATION}agent`]: 'localhost/agent',
          [`${ANNOTATION}start-gate`]: 'runtime/default',
          'example.com/apparmor': 'unconfined',
        };
      },
      context: { role: buildRolePolicy({ annotations: ['example.com/'] }) },
    },
    {
      name: 'no profile, said with null',
      tweak: ({ metadata, spec }) => {
        changeSecurityContext(spec, { appArmorProfile: null });
        Object.assign(metadata, { annotations: null });
      },
    },
  ],
  fail: [
    {
      name: 'a pod without confinement',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, UNCONFINED);
      },
      fields: ['spec.securityContext.appArmorProfile.type'],
      found: ['"Unconfined"'],
    },
    {
      name: 'a container and an init container without confinement',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], UNCONFINED);
        changeSecurityContext(spec.initContainers[0], UNCONFINED);
      },
      fields: [
        'spec.initContainers[0].securityContext.appArmorProfile.type',
        'spec.containers[0].securityContext.appArmorProfile.type',
      ],
    },
    {
      name: 'an init container that goes on running without confinement',
      tweak: (pod) => addSidecar(pod, (container) => changeSecurityContext(container, UNCONFINED)),
      fields: ['spec.initContainers[1].securityContext.appArmorProfile.type'],
    },
    {
      name: 'an ephemeral container without confinement',
      tweak: (pod) => addEphemeralContainer(pod, (container) => changeSecurityContext(container, UNCONFINED)),
      ...DEBUGGED,
      fields: ['spec.ephemeralContainers[0].securityContext.appArmorProfile.type'],
    },
    {
      name: 'a container without confinement by annotation',
      tweak: ({ metadata }) => {
        metadata.annotations = { [`${ANNOTATION}agent`]: 'unconfined' };
      },
      fields: [`metadata.annotations[${ANNOTATION}agent]`],
      found: ['"unconfined"'],
    },
    {
      name: 'an annotation of a container that is not there, and one that means nothing',
      tweak: ({ metadata }) => {
        metadata.annotations = {
          [`${ANNOTATION}other`]: 'unconfined',
          [`${ANNOTATION}agent`]: 'localhost',
        };
      },
      fields: [`metadata.annotations[${ANNOTATION}other]`, `metadata.annotations[${ANNOTATION}agent]`],
      invalid: 'the annotation names a container of the pod and a profile',
    },
    {
      name: 'a profile of no type',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { appArmorProfile: {} });
      },
      fields: ['spec.containers[0].securityContext.appArmorProfile.type'],
      found: ['not set'],
      invalid: 'a profile has a type',
    },
  ],
};
