import type { Container, Handler } from '../pod/pod.ts';
import { changeContainers, without } from '../pod/change-pod.ts';
import type { Fix } from './fix.ts';

/** Has the kubelet ask the pod itself. */
export const hostProbes: Fix = {
  check: 'host-probes',
  apply: (pod) => changeContainers(pod, askThePod),
};

function askThePod(container: Container): Container {
  const changed: { -readonly [Member in keyof Container]: Container[Member] } = { ...container };
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const handler = container[probe];
    if (handler) changed[probe] = withoutHost(handler);
  }
  const { lifecycle } = container;
  if (lifecycle) {
    changed.lifecycle = {
      ...lifecycle,
      ...(lifecycle.postStart ? { postStart: withoutHost(lifecycle.postStart) } : {}),
      ...(lifecycle.preStop ? { preStop: withoutHost(lifecycle.preStop) } : {}),
    };
  }
  return changed;
}

function withoutHost(handler: Handler): Handler {
  return {
    ...handler,
    ...(handler.httpGet ? { httpGet: without(handler.httpGet, 'host') } : {}),
    ...(handler.tcpSocket ? { tcpSocket: without(handler.tcpSocket, 'host') } : {}),
  };
}
