import type { CheckFixtures } from './fixture.ts';

export const serviceLinksFixtures: CheckFixtures = {
  check: 'service-links',
  pass: [
    {
      name: 'no variables about Services',
      tweak: ({ spec }) => {
        spec.enableServiceLinks = false;
      },
    },
  ],
  fail: [
    {
      name: 'variables about Services by saying nothing',
      tweak: ({ spec }) => {
        delete spec.enableServiceLinks;
      },
      fields: ['spec.enableServiceLinks'],
      found: ['not set'],
    },
    {
      name: 'variables about Services',
      tweak: ({ spec }) => {
        spec.enableServiceLinks = true;
      },
      fields: ['spec.enableServiceLinks'],
      found: ['true'],
    },
  ],
};
