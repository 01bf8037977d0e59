import { changeContainers, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Takes no port of the node; the container's own stays open. */
export const hostPorts: Fix = {
  check: 'host-ports',
  apply: (pod) =>
    changeContainers(pod, (container) =>
      container.ports
        ? { ...container, ports: container.ports.map((port) => without(port, 'hostPort')) }
        : container,
    ),
};
