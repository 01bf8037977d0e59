import { buildContainer, DIGEST, START_GATE_DIGEST } from '../../../build/pod.ts';
import { buildReviewContext, buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const GATE = `ghcr.io/cloister/start-gate@${START_GATE_DIGEST}`;
const NOT_REQUIRED = { role: buildRolePolicy({ startGate: 'None' }) };

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
  ],
};
