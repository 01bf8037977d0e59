import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import { changeSecurityContext } from '../../../build/change-security-context.ts';
import type { CheckFixtures } from './fixture.ts';

const WRITABLE = { readOnlyRootFilesystem: false };

export const readOnlyRootFilesystemFixtures: CheckFixtures = {
  check: 'read-only-root-filesystem',
  pass: [
    {
      name: 'an ephemeral container that cannot write to its image',
      tweak: (pod) =>
        addEphemeralContainer(pod, (container) =>
          changeSecurityContext(container, { readOnlyRootFilesystem: true }),
        ),
      ...DEBUGGED,
    },
  ],
  fail: [
    {
      name: 'a container that may write, and an init container that says nothing',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], WRITABLE);
        changeSecurityContext(spec.initContainers[0], { readOnlyRootFilesystem: null });
      },
      fields: [
        'spec.initContainers[0].securityContext.readOnlyRootFilesystem',
        'spec.containers[0].securityContext.readOnlyRootFilesystem',
      ],
      found: ['nothing', 'false'],
    },
    {
      name: 'an init container that goes on running and may write',
      tweak: (pod) => addSidecar(pod, (container) => changeSecurityContext(container, WRITABLE)),
      fields: ['spec.initContainers[1].securityContext.readOnlyRootFilesystem'],
    },
    {
      name: 'an ephemeral container that may write',
      tweak: (pod) => addEphemeralContainer(pod, (container) => changeSecurityContext(container, WRITABLE)),
      ...DEBUGGED,
      fields: ['spec.ephemeralContainers[0].securityContext.readOnlyRootFilesystem'],
    },
  ],
};
