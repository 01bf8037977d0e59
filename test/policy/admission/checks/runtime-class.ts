import { buildRolePolicy } from '../../../build/review-context.ts';
import type { CheckFixtures } from './fixture.ts';

const GVISOR = { role: buildRolePolicy({ runtimeClassName: 'gvisor' }) };

export const runtimeClassFixtures: CheckFixtures = {
  check: 'runtime-class',
  pass: [
    {
      name: "the role's runtime class",
      tweak: ({ spec }) => {
        spec.runtimeClassName = 'gvisor';
      },
      context: GVISOR,
    },
    { name: 'no runtime class where the role names none', tweak: () => {} },
  ],
  fail: [
    {
      name: 'no runtime class where the role names one',
      tweak: () => {},
      context: GVISOR,
      fields: ['spec.runtimeClassName'],
      found: ['not set'],
    },
    {
      name: "another runtime class than the role's",
      tweak: ({ spec }) => {
        spec.runtimeClassName = 'runc';
      },
      context: GVISOR,
      fields: ['spec.runtimeClassName'],
      found: ['"runc"'],
    },
    {
      name: 'a runtime class where the role names none',
      tweak: ({ spec }) => {
        spec.runtimeClassName = 'unconfined';
      },
      fields: ['spec.runtimeClassName'],
    },
  ],
};
