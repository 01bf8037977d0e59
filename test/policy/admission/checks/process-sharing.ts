import type { CheckFixtures } from './fixture.ts';

export const processSharingFixtures: CheckFixtures = {
  check: 'process-sharing',
  pass: [
    {
      name: 'a pod that says it shares none',
      tweak: ({ spec }) => {
        spec.shareProcessNamespace = false;
      },
    },
  ],
  fail: [
    {
      name: 'containers that see the processes of one another',
      tweak: ({ spec }) => {
        spec.shareProcessNamespace = true;
      },
      fields: ['spec.shareProcessNamespace'],
      found: ['true'],
    },
  ],
};
