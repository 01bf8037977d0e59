import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

export const lifetimeFixtures: CheckFixtures = {
  check: 'lifetime',
  pass: [
    {
      name: 'exactly the lifetime of the role',
      tweak: ({ spec }) => {
        spec.activeDeadlineSeconds = 86_400;
      },
    },
    {
      name: 'a pod that states no lifetime, as a Deployment must',
      tweak: ({ spec }) => {
        delete spec.activeDeadlineSeconds;
      },
    },
  ],
  fail: [
    {
      name: 'a second more than the role grants',
      tweak: ({ spec }) => {
        spec.activeDeadlineSeconds = 86_401;
      },
      fields: ['spec.activeDeadlineSeconds'],
      found: ['86401'],
    },
    {
      name: 'an hour where the role grants a minute',
      tweak: () => {},
      context: { role: buildRolePolicy({ maxLifetimeSeconds: 60 }) },
      fields: ['spec.activeDeadlineSeconds'],
    },
    {
      name: 'a lifetime of 0',
      tweak: ({ spec }) => {
        spec.activeDeadlineSeconds = 0;
      },
      fields: ['spec.activeDeadlineSeconds'],
      invalid: 'a deadline must be at least 1',
    },
  ],
};
