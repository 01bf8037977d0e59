import { compileImagePattern } from '../../../../src/policy/roles/image-pattern.ts';
import { buildEphemeralContainer, DIGEST, START_GATE_DIGEST } from '../../../build/pod.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

export const imagePolicyFixtures: CheckFixtures = {
  check: 'image-policy',
  pass: [
    {
      name: 'an image with a tag and a digest',
      tweak: ({ spec }) => {
        spec.containers[0].image = `ghcr.io/acme/team/hermes:v1@${DIGEST}`;
      },
    },
    {
      name: 'a tag where the role asks for no digest',
      tweak: ({ spec }) => {
        spec.containers[0].image = 'ghcr.io/acme/hermes:v1';
      },
      context: { role: buildRolePolicy({ images: [compileImagePattern('ghcr.io/acme/hermes', false)] }) },
    },
    {
      name: 'a tag where one of two entries asks for no digest',
      tweak: ({ spec }) => {
        spec.containers[0].image = 'ghcr.io/acme/hermes:v1';
      },
      context: {
        role: buildRolePolicy({
          images: [
            compileImagePattern('ghcr.io/acme/*', true),
            compileImagePattern('ghcr.io/acme/hermes', false),
          ],
        }),
      },
    },
    {
      name: 'a short name of Docker Hub that the role writes out',
      tweak: ({ spec }) => {
        spec.containers[0].image = `node@${DIGEST}`;
      },
      context: {
        role: buildRolePolicy({ images: [compileImagePattern('docker.io/library/node', true)] }),
      },
    },
    {
      name: 'the start gate pulled from a mirror',
      tweak: ({ spec }) => {
        spec.initContainers[0].image = `mirror.example.com/start-gate@${START_GATE_DIGEST}`;
      },
    },
  ],
  fail: [
    {
      name: 'an image without a digest',
      tweak: ({ spec }) => {
        spec.containers[0].image = 'ghcr.io/acme/hermes:v1';
      },
      fields: ['spec.containers[0].image'],
      found: ['"ghcr.io/acme/hermes:v1"'],
    },
    {
      name: 'an image of another repository',
      tweak: ({ spec }) => {
        spec.containers[0].image = `docker.io/evil/hermes@${DIGEST}`;
      },
      fields: ['spec.containers[0].image'],
    },
    {
      name: 'an image of a repository that only starts with the same characters',
      tweak: ({ spec }) => {
        spec.containers[0].image = `ghcr.io/acme-evil/hermes@${DIGEST}`;
      },
      fields: ['spec.containers[0].image'],
    },
    {
      name: 'an image that climbs out of the repository',
      tweak: ({ spec }) => {
        spec.containers[0].image = `ghcr.io/acme/../evil/hermes@${DIGEST}`;
      },
      fields: ['spec.containers[0].image'],
    },
    {
      name: 'an init container of another repository',
      tweak: ({ spec }) => {
        spec.initContainers.push({ ...spec.containers[0], name: 'setup', image: `busybox@${DIGEST}` });
      },
      fields: ['spec.initContainers[1].image'],
    },
    {
      name: 'an ephemeral container without a digest',
      tweak: ({ spec }) => {
        spec.ephemeralContainers = [
          buildEphemeralContainer((container) => {
            container.image = 'ghcr.io/acme/debugger:latest';
          }),
        ];
      },
      context: { operation: 'Update', role: buildRolePolicy({ allowedAccess: new Set(['Debug']) }) },
      fields: ['spec.ephemeralContainers[0].image'],
    },
    {
      name: 'a container without an image',
      tweak: ({ spec }) => {
        delete spec.containers[0].image;
      },
      fields: ['spec.containers[0].image'],
      found: ['not set'],
      invalid: 'an image is required',
    },
    {
      name: 'any image where the role allows none',
      tweak: () => {},
      context: { role: buildRolePolicy({ images: [] }) },
      fields: ['spec.containers[0].image'],
    },
  ],
};
