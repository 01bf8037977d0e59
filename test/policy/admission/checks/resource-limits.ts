import { buildContainer } from '../../../build/pod.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const WITHOUT_ROLE = { scope: 'None', role: null, tenant: null } as const;

export const resourceLimitsFixtures: CheckFixtures = {
  check: 'resource-limits',
  pass: [
    {
      name: 'a pod whose containers together use exactly what the role grants, written in another unit',
      tweak: ({ spec }) => {
        const second = buildContainer('second');
        second.resources = { limits: { cpu: 0.5, memory: '1610612736', 'ephemeral-storage': '768Mi' } };
        spec.containers.push(second);
      },
    },
    {
      name: 'init containers that run one after another and each use all that the role grants',
      tweak: ({ spec }) => {
        for (const name of ['fetch', 'unpack']) {
          const container = buildContainer(name);
          container.resources = { limits: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '1Gi' } };
          spec.initContainers.push(container);
        }
      },
    },
    {
      name: 'a pod that states limits for the pod too',
      tweak: ({ spec }) => {
        spec.resources = { limits: { cpu: '1', memory: '2Gi' } };
      },
    },
    {
      name: 'large limits where no role is known',
      tweak: ({ spec }) => {
        spec.containers[0].resources = {
          limits: { cpu: '64', memory: '512Gi', 'ephemeral-storage': '1Ti' },
        };
      },
      context: WITHOUT_ROLE,
    },
  ],
  fail: [
    {
      name: 'a container without limits',
      tweak: ({ spec }) => {
        delete spec.containers[0].resources;
      },
      fields: [
        'spec.containers[0].resources.limits.cpu',
        'spec.containers[0].resources.limits.memory',
        'spec.containers[0].resources.limits.ephemeral-storage',
      ],
      found: ['not set', 'not set', 'not set'],
    },
    {
      name: 'an init container without a limit for memory, where no role is known',
      tweak: ({ spec }) => {
        spec.initContainers[0].resources = { limits: { cpu: '100m', 'ephemeral-storage': '1Mi' } };
      },
      context: WITHOUT_ROLE,
      fields: ['spec.initContainers[0].resources.limits.memory'],
    },
    {
      name: 'requests alone',
      tweak: ({ spec }) => {
        spec.containers[0].resources = {
          requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' },
        };
      },
      fields: [
        'spec.containers[0].resources.limits.cpu',
        'spec.containers[0].resources.limits.memory',
        'spec.containers[0].resources.limits.ephemeral-storage',
      ],
    },
    {
      name: 'limits for the pod in place of those of its container',
      tweak: ({ spec }) => {
        spec.resources = { limits: { cpu: '1', memory: '1Gi' } };
        spec.containers[0].resources = { limits: { 'ephemeral-storage': '256Mi' } };
      },
      fields: ['spec.containers[0].resources.limits.cpu', 'spec.containers[0].resources.limits.memory'],
    },
    {
      name: 'a limit of 0, which a runtime takes for none',
      tweak: ({ spec }) => {
        spec.containers[0].resources = {
          limits: { cpu: '0', memory: '512Mi', 'ephemeral-storage': '256Mi' },
        };
      },
      context: WITHOUT_ROLE,
      fields: ['spec.containers[0].resources.limits.cpu'],
      found: ['"0", which means no limit'],
    },
    {
      name: 'a negative limit and one that is no quantity',
      tweak: ({ spec }) => {
        spec.containers[0].resources = {
          limits: { cpu: '-1', memory: 'plenty', 'ephemeral-storage': '256Mi' },
        };
      },
      fields: ['spec.containers[0].resources.limits.cpu', 'spec.containers[0].resources.limits.memory'],
      found: ['"-1"', '"plenty"'],
      invalid: 'the API server reads quantities and refuses negative ones',
    },
    {
      name: 'a limit one byte above that of the role',
      tweak: ({ spec }) => {
        spec.containers[0].resources = {
          limits: { cpu: '1', memory: '2147483649', 'ephemeral-storage': '1Gi' },
        };
      },
      fields: ['spec.containers[0].resources.limits.memory'],
      found: ['"2147483649"'],
    },
    {
      name: 'limits of the pod above those of the role',
      tweak: ({ spec }) => {
        spec.resources = { limits: { cpu: '1001m', memory: '2Gi' } };
      },
      fields: ['spec.resources.limits.cpu'],
      found: ['"1001m"'],
    },
    {
      name: 'a limit of the pod above that of the role, which is its request too',
      tweak: ({ spec }) => {
        spec.resources = { limits: { cpu: '64' }, requests: { cpu: '64' } };
      },
      fields: ['spec.resources.limits.cpu'],
      found: ['"64"'],
    },
    {
      name: 'containers that are each within the role and together are not',
      tweak: ({ spec }) => {
        spec.containers.push(buildContainer('second'), buildContainer('third'));
      },
      fields: ['spec.containers[*].resources.limits.cpu'],
      found: ['"500m + 500m + 500m"'],
    },
    {
      name: 'an init container that goes on running, and is counted with the rest',
      tweak: ({ spec }) => {
        const sidecar = buildContainer('sidecar');
        sidecar.restartPolicy = 'Always';
        sidecar.resources = { limits: { cpu: '600m', memory: '1Gi', 'ephemeral-storage': '1Mi' } };
        spec.initContainers.push(sidecar);
      },
      fields: ['spec.containers[*].resources.limits.cpu'],
      found: ['"600m + 500m"'],
    },
    {
      name: 'an init container beside one that goes on running, each with all that the role grants',
      tweak: ({ spec }) => {
        const limits = { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Mi' };
        const sidecar = { ...buildContainer('sidecar'), restartPolicy: 'Always', resources: { limits } };
        const fetch = { ...buildContainer('fetch'), resources: { limits } };
        const few = { cpu: '1m', memory: '1Mi', 'ephemeral-storage': '1Mi' };
        sidecar.resources = { limits: { ...limits, cpu: '999m' } };
        spec.initContainers.push(sidecar, fetch);
        spec.containers[0].resources = { limits: few };
      },
      fields: ['spec.containers[*].resources.limits.cpu'],
      found: ['"999m + 1"'],
    },
    {
      name: 'more reserved for the pod as a whole than the role grants',
      tweak: ({ spec }) => {
        spec.resources = { requests: { cpu: '64', memory: '2Gi' } };
      },
      fields: ['spec.resources.requests.cpu'],
      found: ['"64"'],
    },
    {
      name: 'a request of the pod that is no quantity',
      tweak: ({ spec }) => {
        spec.resources = { requests: { cpu: 'plenty' } };
      },
      fields: ['spec.resources.requests.cpu'],
      found: ['"plenty"'],
      invalid: 'the API server reads quantities',
    },
    {
      name: 'a resource that the role does not grant',
      tweak: () => {},
      context: { role: buildRolePolicy({ limits: new Map(), limitTexts: new Map() }) },
      fields: ['cpu', 'memory', 'ephemeral-storage'].flatMap((name) => [
        `spec.initContainers[0].resources.limits.${name}`,
        `spec.containers[0].resources.limits.${name}`,
      ]),
    },
  ],
};
