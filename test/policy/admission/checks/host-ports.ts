import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import type { CheckFixtures } from './fixture.ts';

export const hostPortsFixtures: CheckFixtures = {
  check: 'host-ports',
  pass: [
    {
      name: 'a port of the container, and one that says 0 of the node',
      tweak: ({ spec }) => {
        spec.containers[0].ports = [{ containerPort: 8080 }, { containerPort: 8081, hostPort: 0 }];
      },
    },
    {
      name: 'no ports, said in two ways',
      tweak: ({ spec }) => {
        spec.containers[0].ports = [];
        Object.assign(spec.initContainers[0], { ports: null });
      },
    },
  ],
  fail: [
    {
      name: 'two ports of the node among others',
      tweak: ({ spec }) => {
        spec.containers[0].ports = [
          { containerPort: 80, hostPort: 80 },
          { containerPort: 8080 },
          { containerPort: 443, hostPort: 8443 },
        ];
      },
      fields: ['spec.containers[0].ports[0].hostPort', 'spec.containers[0].ports[2].hostPort'],
      found: ['80', '8443'],
    },
    {
      name: 'a port of the node for an init container that goes on running',
      tweak: (pod) =>
        addSidecar(pod, (container) => {
          container.ports = [{ containerPort: 53, hostPort: 53 }];
        }),
      fields: ['spec.initContainers[1].ports[0].hostPort'],
    },
    {
      name: 'a port of the node for an ephemeral container',
      tweak: (pod) =>
        addEphemeralContainer(pod, (container) => {
          container.ports = [{ containerPort: 22, hostPort: 22 }];
        }),
      ...DEBUGGED,
      invalid: 'an ephemeral container has no ports',
      fields: ['spec.ephemeralContainers[0].ports[0].hostPort'],
    },
  ],
};
