import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import { changeSecurityContext } from '../../../build/change-security-context.ts';
import type { CheckFixtures } from './fixture.ts';

const UNMASKED = { procMount: 'Unmasked' };

export const procMountFixtures: CheckFixtures = {
  check: 'proc-mount',
  pass: [
    {
      name: 'the masks that are there anyway, said in two ways',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { procMount: 'Default' });
        changeSecurityContext(spec.initContainers[0], { procMount: null });
      },
    },
  ],
  fail: [
    {
      name: 'a container without masks, in a user namespace',
      tweak: ({ spec }) => {
        spec.hostUsers = false;
        changeSecurityContext(spec.containers[0], UNMASKED);
      },
      fields: ['spec.containers[0].securityContext.procMount'],
      found: ['"Unmasked"'],
    },
    {
      name: 'an init container without masks, outside a user namespace',
      tweak: ({ spec }) => {
        spec.hostUsers = true;
        changeSecurityContext(spec.initContainers[0], UNMASKED);
      },
      fields: ['spec.initContainers[0].securityContext.procMount'],
      invalid: 'Unmasked is for user namespaces',
    },
    {
      name: 'an init container that goes on running without masks',
      tweak: (pod) => addSidecar(pod, (container) => changeSecurityContext(container, UNMASKED)),
      fields: ['spec.initContainers[1].securityContext.procMount'],
    },
    {
      name: 'an ephemeral container without masks',
      tweak: (pod) => addEphemeralContainer(pod, (container) => changeSecurityContext(container, UNMASKED)),
      ...DEBUGGED,
      fields: ['spec.ephemeralContainers[0].securityContext.procMount'],
    },
  ],
};
