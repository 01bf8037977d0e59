import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import { changeSecurityContext } from '../../../build/change-security-context.ts';
import type { CheckFixtures } from './fixture.ts';

const WRITABLE = { readOnlyRootFilesystem: false };

export const readOnlyRootFilesystemFixtures: CheckFixtures = {
  check: 'read-only-root-filesystem',
  pass: [
    {
      name: 'the message of the end where the API server has it by default',
      tweak: ({ spec }) => {
        spec.containers[0].terminationMessagePath = '/dev/termination-log';
        spec.initContainers[0].terminationMessagePath = '';
      },
    },
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
      name: 'files of the image that the kubelet is told to lay a writable one over',
      tweak: (pod) => {
        pod.spec.containers[0].terminationMessagePath = '/usr/local/bin/hermes';
        addSidecar(pod, (container) => {
          container.terminationMessagePath = '/etc/ld.so.preload';
        });
      },
      fields: ['spec.initContainers[1].terminationMessagePath', 'spec.containers[0].terminationMessagePath'],
      found: ['"/etc/ld.so.preload"', '"/usr/local/bin/hermes"'],
    },
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
      found: ['not set', 'false'],
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
