import type { VolumeMount } from '../../../../src/policy/pod/pod.ts';
import {
  buildContainer,
  DIGEST,
  START_GATE_DIGEST,
  type Writable,
  type WritablePod,
} from '../../../build/pod.ts';
import { buildReviewContext, buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const GATE = `ghcr.io/cloister/start-gate@${START_GATE_DIGEST}`;
const NOT_REQUIRED = { role: buildRolePolicy({ startGate: 'None' }) };

const CERTIFICATES: Writable<VolumeMount> = {
  name: 'cloister-ca',
  mountPath: '/etc/cloister',
  readOnly: true,
};

/** Has the start gate read the certificates of the gateway's authority, from a volume that `changes` alters. */
function mountCertificates(
  { spec }: WritablePod,
  mount: Partial<Writable<VolumeMount>> = {},
  configMap: object = {},
): void {
  spec.volumes = [
    ...(spec.volumes ?? []),
    { name: 'cloister-ca', configMap: { name: 'cloister-ca', ...configMap } },
  ];
  spec.initContainers[0].volumeMounts = [{ ...CERTIFICATES, ...mount }];
}

const MOUNTS = ['spec.initContainers[0].volumeMounts'];

export const startGateFixtures: CheckFixtures = {
  check: 'start-gate',
  pass: [
    {
      name: 'the start gate before another init container',
      tweak: ({ spec }) => {
        spec.initContainers.push(buildContainer('setup'));
      },
    },
    {
      name: 'empty lists in the start gate',
      tweak: ({ spec }) => {
        Object.assign(spec.initContainers[0], { command: [], args: [], env: [], volumeMounts: [] });
      },
    },
    {
      name: 'what the API server fills in',
      tweak: ({ spec }) => {
        Object.assign(spec.initContainers[0], {
          imagePullPolicy: 'IfNotPresent',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        });
      },
    },
    {
      name: 'the certificates of the gateway, for the start gate and for the agent',
      tweak: (pod) => {
        mountCertificates(pod, {}, { defaultMode: 420 });
        pod.spec.containers[0].volumeMounts?.push({ ...CERTIFICATES });
      },
    },
    {
      name: 'no start gate where the role requires none',
      tweak: ({ spec }) => {
        spec.initContainers.length = 0;
      },
      context: NOT_REQUIRED,
    },
  ],
  fail: [
    {
      name: 'no init container at all',
      tweak: ({ spec }) => {
        spec.initContainers.length = 0;
      },
      fields: ['spec.initContainers'],
      found: ['not set'],
    },
    {
      name: 'another image by the same name',
      tweak: ({ spec }) => {
        spec.initContainers[0] = buildContainer('start-gate', `ghcr.io/acme/start-gate@${DIGEST}`);
      },
      fields: ['spec.initContainers[0].image'],
    },
    {
      name: 'the start gate after another init container',
      tweak: ({ spec }) => {
        spec.initContainers.unshift(buildContainer('setup'));
      },
      fields: ['spec.initContainers[1].image'],
    },
    {
      name: 'a start gate that is told what to do',
      tweak: ({ spec }) => {
        Object.assign(spec.initContainers[0], {
          command: ['true'],
          args: ['--skip'],
          env: [{ name: 'SKIP', value: 'yes' }],
          envFrom: [{ configMapRef: { name: 'skip' } }],
          lifecycle: { postStart: { exec: { command: ['true'] } } },
        });
      },
      fields: ['command', 'args', 'env', 'envFrom', 'lifecycle'].map(
        (field) => `spec.initContainers[0].${field}`,
      ),
      invalid: 'init containers that end have no lifecycle',
    },
    {
      name: 'a start gate with another command',
      tweak: ({ spec }) => {
        spec.initContainers[0].command = ['true'];
      },
      fields: ['spec.initContainers[0].command'],
      found: ['set'],
    },
    {
      name: 'a start gate with a volume',
      tweak: ({ spec }) => {
        spec.initContainers[0].volumeMounts = [{ name: 'tmp', mountPath: '/tmp' }];
      },
      fields: ['spec.initContainers[0].volumeMounts'],
    },
    {
      name: 'a start gate that nothing waits for',
      tweak: ({ spec }) => {
        spec.initContainers[0].restartPolicy = 'Always';
      },
      fields: ['spec.initContainers[0].restartPolicy'],
      found: ['"Always"'],
    },
    {
      name: 'a second start gate among the containers',
      tweak: ({ spec }) => {
        spec.containers.push(buildContainer('decoy', GATE));
      },
      fields: ['spec.containers[1].image'],
    },
    {
      name: 'a changed start gate where the role requires none',
      tweak: ({ spec }) => {
        spec.initContainers[0].args = ['--skip'];
      },
      context: NOT_REQUIRED,
      fields: ['spec.initContainers[0].args'],
    },
    {
      name: 'any pod where the installation has no start gate',
      tweak: ({ spec }) => {
        spec.initContainers[0] = buildContainer('start-gate');
      },
      context: {
        configuration: { ...buildReviewContext().configuration, startGateDigests: [] },
      },
      fields: ['spec.initContainers[0].image'],
    },
    {
      name: 'a start gate with a terminal, a directory, ports and a device',
      tweak: ({ spec }) => {
        Object.assign(spec.initContainers[0], {
          workingDir: '/data',
          stdin: true,
          tty: true,
          ports: [{ containerPort: 8080 }],
        });
      },
      fields: ['workingDir', 'stdin', 'tty', 'ports'].map((field) => `spec.initContainers[0].${field}`),
    },
    {
      name: 'a start gate that is restarted by a rule of its own',
      tweak: ({ spec }) => {
        Object.assign(spec.initContainers[0], {
          restartPolicy: 'Never',
          restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }],
        });
      },
      fields: ['spec.initContainers[0].restartPolicy', 'spec.initContainers[0].restartPolicyRules'],
    },
    {
      name: 'a start gate that knows the proxy secret',
      tweak: ({ spec }) => {
        spec.initContainers[0].env = structuredClone(spec.containers[0].env ?? []).slice(0, 1);
      },
      fields: ['spec.initContainers[0].env'],
    },
    {
      name: 'the certificates of the gateway, not written as read-only',
      tweak: (pod) => mountCertificates(pod, { readOnly: false }),
      fields: MOUNTS,
    },
    {
      name: 'a part of the certificates of the gateway',
      tweak: (pod) => mountCertificates(pod, { subPath: 'ca.crt' }),
      fields: MOUNTS,
    },
    {
      name: 'the certificates of the gateway under other names, which the author chooses',
      tweak: (pod) => mountCertificates(pod, {}, { items: [{ key: 'mine.crt', path: 'ca.crt' }] }),
      checks: ['start-gate', 'volume-mounts'],
      fields: MOUNTS,
    },
    {
      name: 'the certificates of the gateway, which may be missing',
      tweak: (pod) => mountCertificates(pod, {}, { optional: true }),
      checks: ['start-gate', 'volume-mounts'],
      fields: MOUNTS,
    },
    {
      name: 'another ConfigMap by the same name of the volume',
      tweak: (pod) => mountCertificates(pod, {}, { name: 'mine' }),
      checks: ['start-gate', 'volume-mounts'],
      fields: MOUNTS,
    },
    {
      name: 'the certificates of the gateway beside another volume',
      tweak: (pod) => {
        mountCertificates(pod);
        pod.spec.initContainers[0].volumeMounts?.push({ name: 'tmp', mountPath: '/tmp' });
      },
      fields: MOUNTS,
      found: ['[{"name":"tmp","mountPath":"/tmp"}]'],
    },
  ],
};
