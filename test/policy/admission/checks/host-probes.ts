import { addEphemeralContainer, addSidecar, DEBUGGED } from '../../../build/added-containers.ts';
import type { CheckFixtures } from './fixture.ts';

const HTTP = { httpGet: { port: 8080, host: '169.254.169.254' } };
const TCP = { tcpSocket: { port: 22, host: 'localhost' } };

export const hostProbesFixtures: CheckFixtures = {
  check: 'host-probes',
  pass: [
    {
      name: 'probes and a hook that ask the pod',
      tweak: ({ spec }) => {
        Object.assign(spec.containers[0], {
          livenessProbe: { httpGet: { port: 8080 } },
          readinessProbe: { tcpSocket: { port: 8080, host: '' } },
          startupProbe: { exec: { command: ['true'] } },
          lifecycle: { postStart: { httpGet: { port: 8080, path: '/ready' } } },
        });
      },
    },
    {
      name: 'probes that are null',
      tweak: ({ spec }) => {
        Object.assign(spec.containers[0], { livenessProbe: null, lifecycle: null });
      },
    },
  ],
  fail: [
    {
      name: 'every probe of a container, by HTTP and by TCP',
      tweak: ({ spec }) => {
        Object.assign(spec.containers[0], { livenessProbe: HTTP, readinessProbe: TCP, startupProbe: HTTP });
      },
      fields: [
        'spec.containers[0].livenessProbe.httpGet.host',
        'spec.containers[0].readinessProbe.tcpSocket.host',
        'spec.containers[0].startupProbe.httpGet.host',
      ],
      found: ['"169.254.169.254"', '"localhost"', '"169.254.169.254"'],
    },
    {
      name: 'both hooks of a container',
      tweak: ({ spec }) => {
        Object.assign(spec.containers[0], { lifecycle: { postStart: HTTP, preStop: TCP } });
      },
      fields: [
        'spec.containers[0].lifecycle.postStart.httpGet.host',
        'spec.containers[0].lifecycle.preStop.tcpSocket.host',
      ],
    },
    {
      name: 'a probe of an init container that goes on running',
      tweak: (pod) =>
        addSidecar(pod, (container) => {
          container.startupProbe = HTTP;
        }),
      fields: ['spec.initContainers[1].startupProbe.httpGet.host'],
    },
    {
      name: 'a probe of an ephemeral container',
      tweak: (pod) =>
        addEphemeralContainer(pod, (container) => {
          container.livenessProbe = TCP;
        }),
      ...DEBUGGED,
      invalid: 'an ephemeral container has no probes',
      fields: ['spec.ephemeralContainers[0].livenessProbe.tcpSocket.host'],
    },
  ],
};
