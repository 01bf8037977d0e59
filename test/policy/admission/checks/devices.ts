import { buildEphemeralContainer } from '../../../build/pod.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

export const devicesFixtures: CheckFixtures = {
  check: 'devices',
  pass: [
    {
      name: 'a pod that states the ordinary resources for itself too',
      tweak: ({ spec }) => {
        spec.resources = {
          limits: { cpu: '1', memory: '1Gi' },
          requests: { cpu: '1', memory: '1Gi' },
        };
      },
    },
    {
      name: 'empty lists of devices and claims',
      tweak: ({ spec }) => {
        spec.resourceClaims = [];
        spec.containers[0].volumeDevices = [];
        spec.containers[0].resources = { ...spec.containers[0].resources, claims: [] };
      },
    },
  ],
  fail: [
    {
      name: 'a pod with a claim and a container that uses it',
      tweak: ({ spec }) => {
        const claim = { name: 'gpu', resourceClaimName: 'team-gpu' };
        spec.resourceClaims = [claim];
        spec.containers[0].resources = { ...spec.containers[0].resources, claims: [{ name: 'gpu' }] };
      },
      fields: ['spec.resourceClaims', 'spec.containers[0].resources.claims'],
      found: ['["gpu"]', '["gpu"]'],
    },
    {
      name: 'a block device',
      tweak: ({ spec }) => {
        // Refused by the API server under a user namespace.
        delete spec.hostUsers;
        spec.volumes = [
          ...(spec.volumes ?? []),
          { name: 'disk', persistentVolumeClaim: { claimName: 'disk' } },
        ];
        spec.containers[0].volumeDevices = [{ name: 'disk', devicePath: '/dev/xvda' }];
      },
      fields: ['spec.containers[0].volumeDevices'],
      found: ['["disk"]'],
    },
    {
      name: 'a block device of an init container',
      tweak: ({ spec }) => {
        // Refused by the API server under a user namespace.
        delete spec.hostUsers;
        spec.volumes = [
          ...(spec.volumes ?? []),
          { name: 'disk', persistentVolumeClaim: { claimName: 'disk' } },
        ];
        spec.initContainers[0].volumeDevices = [{ name: 'disk', devicePath: '/dev/xvda' }];
      },
      checks: ['start-gate', 'devices'],
      fields: ['spec.initContainers[0].volumeDevices'],
    },
    {
      name: 'an extended resource',
      tweak: ({ spec }) => {
        const amounts = {
          cpu: '500m',
          memory: '512Mi',
          'ephemeral-storage': '256Mi',
          'nvidia.com/gpu': '1',
        };
        spec.containers[0].resources = { limits: amounts, requests: amounts };
      },
      fields: [
        'spec.containers[0].resources.limits[nvidia.com/gpu]',
        'spec.containers[0].resources.requests[nvidia.com/gpu]',
      ],
      found: ['"1"', '"1"'],
    },
    {
      name: 'huge pages of an init container',
      tweak: ({ spec }) => {
        spec.initContainers[0].resources = {
          limits: { cpu: '500m', memory: '512Mi', 'ephemeral-storage': '256Mi', 'hugepages-2Mi': '4Mi' },
        };
      },
      fields: ['spec.initContainers[0].resources.limits[hugepages-2Mi]'],
    },
    {
      name: 'huge pages of the pod',
      tweak: ({ spec }) => {
        spec.resources = { limits: { cpu: '1', memory: '1Gi', 'hugepages-2Mi': '4Mi' } };
      },
      fields: ['spec.resources.limits[hugepages-2Mi]'],
    },
    {
      name: 'an ephemeral container with an extended resource',
      tweak: ({ spec }) => {
        spec.ephemeralContainers = [
          buildEphemeralContainer((container) => {
            container.resources = { limits: { 'example.com/fuse': '1' } };
          }),
        ];
      },
      context: { operation: 'Update', role: buildRolePolicy({ allowedAccess: new Set(['Debug']) }) },
      fields: ['spec.ephemeralContainers[0].resources.limits[example.com/fuse]'],
      invalid: 'ephemeral containers carry no resources',
    },
  ],
};
