import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import { changeSecurityContext } from '../../../build/change-security-context.ts';
import type { CheckFixtures } from './fixture.ts';

const HOST_PROCESS = { windowsOptions: { hostProcess: true } };
const LINUX = 'a pod for Linux has no options of Windows';
const INVALID = 'HostProcess wants hostNetwork, and either all containers or none';

export const hostProcessFixtures: CheckFixtures = {
  check: 'host-process',
  pass: [
    {
      name: 'a pod and a container that say they are none',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, { windowsOptions: { hostProcess: false } });
        changeSecurityContext(spec.containers[0], { windowsOptions: { hostProcess: null } });
      },
      invalid: LINUX,
    },
    {
      name: 'a user for Windows, which says nothing of the node',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], { windowsOptions: { runAsUserName: 'ContainerUser' } });
      },
      invalid: LINUX,
    },
  ],
  fail: [
    {
      name: 'a pod that runs as processes of the node',
      tweak: ({ spec }) => {
        changeSecurityContext(spec, HOST_PROCESS);
      },
      fields: ['spec.securityContext.windowsOptions.hostProcess'],
      found: ['true'],
      invalid: INVALID,
    },
    {
      name: "a pod that runs as processes of the node and on the node's network, as the API server wants it",
      tweak: ({ spec }) => {
        spec.hostNetwork = true;
        delete spec.hostUsers;
        delete spec.os;
        changeSecurityContext(spec, HOST_PROCESS);
      },
      checks: ['host-namespaces', 'host-process', 'operating-system'],
      fields: ['spec.securityContext.windowsOptions.hostProcess'],
    },
    {
      name: 'a container and an init container',
      tweak: ({ spec }) => {
        changeSecurityContext(spec.containers[0], HOST_PROCESS);
        changeSecurityContext(spec.initContainers[0], HOST_PROCESS);
      },
      fields: [
        'spec.initContainers[0].securityContext.windowsOptions.hostProcess',
        'spec.containers[0].securityContext.windowsOptions.hostProcess',
      ],
      invalid: INVALID,
    },
    {
      name: 'an init container that goes on running',
      tweak: (pod) => addSidecar(pod, (container) => changeSecurityContext(container, HOST_PROCESS)),
      fields: ['spec.initContainers[1].securityContext.windowsOptions.hostProcess'],
      invalid: INVALID,
    },
    {
      name: 'an ephemeral container',
      tweak: (pod) =>
        addEphemeralContainer(pod, (container) => changeSecurityContext(container, HOST_PROCESS)),
      ...DEBUGGED,
      invalid: INVALID,
      fields: ['spec.ephemeralContainers[0].securityContext.windowsOptions.hostProcess'],
    },
  ],
};
