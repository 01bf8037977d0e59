import { addSidecar } from '../../../build/added-containers.ts';
import { buildContainer } from '../../../build/pod.ts';
import type { CheckFixtures } from './fixture.ts';

export const terminationFixtures: CheckFixtures = {
  check: 'termination',
  pass: [
    {
      name: 'a pod that leaves the grace period to Kubernetes',
      tweak: ({ spec }) => {
        delete spec.terminationGracePeriodSeconds;
      },
    },
    {
      name: 'a pod that is killed at once',
      tweak: ({ spec }) => {
        spec.terminationGracePeriodSeconds = 0;
      },
    },
    {
      name: 'a container that sleeps before it ends, and runs a command when it starts',
      tweak: ({ spec }) => {
        spec.containers[0].lifecycle = {
          postStart: { exec: { command: ['true'] } },
          preStop: { sleep: { seconds: 5 } },
        };
      },
    },
    {
      name: 'probes that give a container as long as the pod gives it',
      tweak: ({ spec }) => {
        const probe = { tcpSocket: { port: 8080 } as object, terminationGracePeriodSeconds: 30 };
        Object.assign(spec.containers[0], { livenessProbe: probe, startupProbe: probe });
      },
    },
  ],
  fail: [
    {
      name: 'probes that give a container a year, and a second too long',
      tweak: ({ spec }) => {
        const tcpSocket = { port: 8080 } as object;
        spec.containers[0].livenessProbe = { tcpSocket, terminationGracePeriodSeconds: 31_536_000 };
        spec.containers[0].startupProbe = { tcpSocket, terminationGracePeriodSeconds: 31 };
      },
      fields: ['livenessProbe', 'startupProbe'].map(
        (probe) => `spec.containers[0].${probe}.terminationGracePeriodSeconds`,
      ),
      found: ['31536000', '31'],
    },
    {
      name: 'a probe that gives a sidecar an hour',
      tweak: (pod) =>
        addSidecar(pod, (container) => {
          container.startupProbe = {
            exec: { command: ['true'] },
            terminationGracePeriodSeconds: 3600,
          };
        }),
      fields: ['spec.initContainers[1].startupProbe.terminationGracePeriodSeconds'],
    },
    {
      name: 'a grace period of an hour',
      tweak: ({ spec }) => {
        spec.terminationGracePeriodSeconds = 3600;
      },
      fields: ['spec.terminationGracePeriodSeconds'],
      found: ['3600'],
    },
    {
      name: 'a grace period one second too long',
      tweak: ({ spec }) => {
        spec.terminationGracePeriodSeconds = 31;
      },
      fields: ['spec.terminationGracePeriodSeconds'],
    },
    {
      name: 'a command before the end',
      tweak: ({ spec }) => {
        spec.containers[0].lifecycle = { preStop: { exec: { command: ['sh', '-c', 'upload'] } } };
      },
      fields: ['spec.containers[0].lifecycle.preStop.exec'],
    },
    {
      name: 'a command before the end of a sidecar',
      tweak: ({ spec }) => {
        const sidecar = buildContainer('sidecar');
        sidecar.restartPolicy = 'Always';
        sidecar.lifecycle = { preStop: { exec: { command: ['upload'] } } };
        spec.initContainers.push(sidecar);
      },
      fields: ['spec.initContainers[1].lifecycle.preStop.exec'],
    },
    {
      name: 'a sleep beyond the grace period',
      tweak: ({ spec }) => {
        spec.containers[0].lifecycle = { preStop: { sleep: { seconds: 60 } } };
      },
      fields: ['spec.containers[0].lifecycle.preStop.sleep.seconds'],
      found: ['60'],
      invalid: 'a sleep may not be longer than the grace period',
    },
  ],
};
