import type { Container } from '../../../src/policy/pod/pod.ts';
import { buildContainer, type Writable, type WritablePod } from '../../build/pod.ts';
import type { Repair } from './repair.ts';

const HANDLER = { httpGet: { port: 8080, path: '/live', host: '10.0.0.1' } };
const HANDLER_OF_POD = { httpGet: { port: 8080, path: '/live' } };
const TCP = { tcpSocket: { port: 8080, host: '10.0.0.1' } };
const TCP_OF_POD = { tcpSocket: { port: 8080 } as object };

const agentOf = ({ spec }: WritablePod) => spec.containers[0];
const gateOf = ({ spec }: WritablePod) => spec.initContainers[0];
const setLimits = (container: Writable<Container>, limits: Record<string, string>) => {
  container.resources = { ...container.resources, limits };
};

const readCertificates = (pod: WritablePod) => {
  pod.spec.volumes?.push({ name: 'cloister-ca', configMap: { name: 'cloister-ca' } });
  gateOf(pod).volumeMounts = [{ name: 'cloister-ca', mountPath: '/etc/cloister', readOnly: true }];
};

/** The repairs of what the containers of a pod are, run and use. */
export const CONTAINER_REPAIRS: readonly Repair[] = [
  {
    check: 'start-gate',
    name: 'no start gate, although the role requires one',
    before: (pod) => Object.assign(pod.spec, { initContainers: [] }),
    after: (pod) => {
      readCertificates(pod);
      gateOf(pod).resources = {
        limits: { cpu: '100m', memory: '64Mi', 'ephemeral-storage': '16Mi' },
        requests: { cpu: '10m', memory: '32Mi' },
      };
    },
  },
  {
    check: 'start-gate',
    name: 'no start gate, and none is known',
    before: (pod) => Object.assign(pod.spec, { initContainers: [] }),
    after: (pod) => Object.assign(pod.spec, { initContainers: [] }),
    startGateImage: null,
  },
  {
    check: 'start-gate',
    name: 'a start gate that comes second',
    before: (pod) => pod.spec.initContainers.unshift(buildContainer('setup')),
    after: (pod) => {
      readCertificates(pod);
      pod.spec.initContainers.push(buildContainer('setup'));
    },
  },
  {
    check: 'start-gate',
    name: 'a start gate that is told what to do, and goes on running',
    before: (pod) =>
      Object.assign(gateOf(pod), {
        command: ['true'],
        args: ['x'],
        env: [{ name: 'A', value: 'b' }],
        envFrom: [{ configMapRef: { name: 'a' } }],
        volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        lifecycle: { postStart: TCP_OF_POD },
        restartPolicy: 'Always',
      }),
    after: (pod) => readCertificates(pod),
  },
  {
    check: 'start-gate',
    name: 'a start gate with a terminal, that reads the certificates of the gateway beside another volume',
    before: (pod) => {
      readCertificates(pod);
      gateOf(pod).volumeMounts?.push({ name: 'tmp', mountPath: '/tmp' });
      Object.assign(gateOf(pod), { tty: true, workingDir: '/srv', ports: [{ containerPort: 1 }] });
    },
    after: (pod) => readCertificates(pod),
  },
  {
    check: 'host-namespaces',
    name: 'all namespaces of the node',
    before: ({ spec }) => Object.assign(spec, { hostNetwork: true, hostPID: true, hostIPC: true }),
  },
  {
    check: 'host-ports',
    name: 'a port of the node beside another port',
    before: (pod) =>
      (agentOf(pod).ports = [{ name: 'a', containerPort: 8080, hostPort: 80 }, { containerPort: 9 }]),
    after: (pod) => (agentOf(pod).ports = [{ name: 'a', containerPort: 8080 }, { containerPort: 9 }]),
  },
  {
    check: 'host-probes',
    name: 'a host in every probe and hook',
    before: (pod) =>
      Object.assign(agentOf(pod), {
        livenessProbe: HANDLER,
        readinessProbe: TCP,
        startupProbe: HANDLER,
        lifecycle: { postStart: HANDLER, preStop: TCP },
      }),
    after: (pod) =>
      Object.assign(agentOf(pod), {
        livenessProbe: HANDLER_OF_POD,
        readinessProbe: TCP_OF_POD,
        startupProbe: HANDLER_OF_POD,
        lifecycle: { postStart: HANDLER_OF_POD, preStop: TCP_OF_POD },
      }),
  },
  {
    check: 'service-account',
    name: 'an alias that names another ServiceAccount',
    before: ({ spec }) => (spec.serviceAccount = 'other'),
  },
  {
    check: 'service-account',
    name: 'no ServiceAccount, which is to be decided',
    before: ({ spec }) => delete spec.serviceAccountName,
    after: ({ spec }) => delete spec.serviceAccountName,
  },
  {
    check: 'service-account-token',
    name: 'a token that is mounted by default',
    before: ({ spec }) => delete spec.automountServiceAccountToken,
  },
  {
    check: 'resource-limits',
    name: 'no limits beside a container that has some, and in one that runs before them',
    before: (pod) => {
      delete agentOf(pod).resources;
      pod.spec.containers.push(buildContainer('second'));
      pod.spec.initContainers.push({ ...buildContainer('setup'), resources: {} });
    },
    after: (pod) => {
      agentOf(pod).resources = { limits: { cpu: '500m', memory: '1536Mi', 'ephemeral-storage': '768Mi' } };
      const limits = { cpu: '1', memory: '2Gi', 'ephemeral-storage': '1Gi' };
      pod.spec.containers.push(buildContainer('second'));
      pod.spec.initContainers.push({ ...buildContainer('setup'), resources: { limits } });
    },
  },
  {
    check: 'resource-limits',
    name: 'a limit above that of the role, which is to be decided, beside one that is not set',
    before: (pod) => setLimits(agentOf(pod), { cpu: '8', memory: '1Gi' }),
    after: (pod) => setLimits(agentOf(pod), { cpu: '8', memory: '1Gi', 'ephemeral-storage': '1Gi' }),
  },
  {
    check: 'resource-limits',
    name: 'no limit where more is requested than the role grants',
    before: (pod) =>
      (agentOf(pod).resources = { requests: { cpu: '2', memory: '1Gi', 'ephemeral-storage': '1Mi' } }),
    after: (pod) =>
      (agentOf(pod).resources = {
        requests: { cpu: '2', memory: '1Gi', 'ephemeral-storage': '1Mi' },
        limits: { memory: '2Gi', 'ephemeral-storage': '1Gi' },
      }),
  },
  {
    check: 'termination',
    name: 'an hour to end, and more for a sleep and for failed probes',
    before: (pod) => {
      pod.spec.terminationGracePeriodSeconds = 3600;
      agentOf(pod).lifecycle = { postStart: TCP_OF_POD, preStop: { sleep: { seconds: 60 } } };
      agentOf(pod).livenessProbe = { ...TCP_OF_POD, terminationGracePeriodSeconds: 31_536_000 };
      agentOf(pod).startupProbe = { ...TCP_OF_POD, terminationGracePeriodSeconds: 31 };
    },
    after: (pod) => {
      agentOf(pod).lifecycle = { postStart: TCP_OF_POD, preStop: { sleep: { seconds: 30 } } };
      agentOf(pod).livenessProbe = { ...TCP_OF_POD, terminationGracePeriodSeconds: 30 };
      agentOf(pod).startupProbe = { ...TCP_OF_POD, terminationGracePeriodSeconds: 30 };
    },
  },
  {
    check: 'termination',
    name: 'a command before the end, alone in its lifecycle',
    before: (pod) => (agentOf(pod).lifecycle = { preStop: { exec: { command: ['upload'] } } }),
  },
  {
    check: 'termination',
    name: 'a command before the end, beside a hook at the start',
    before: (pod) =>
      (agentOf(pod).lifecycle = { postStart: TCP_OF_POD, preStop: { exec: { command: ['upload'] } } }),
    after: (pod) => (agentOf(pod).lifecycle = { postStart: TCP_OF_POD }),
  },
];
