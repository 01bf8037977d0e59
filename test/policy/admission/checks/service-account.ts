import type { CheckFixtures } from './fixture.ts';

export const serviceAccountFixtures: CheckFixtures = {
  check: 'service-account',
  pass: [
    {
      name: 'a pod that names its ServiceAccount by both names',
      tweak: ({ spec }) => {
        spec.serviceAccount = 'agent';
      },
    },
    {
      name: 'a pod that names its ServiceAccount by the deprecated name alone, which the API server copies',
      tweak: ({ spec }) => {
        delete spec.serviceAccountName;
        spec.serviceAccount = 'agent';
      },
    },
    {
      name: 'a ServiceAccount whose name only starts like default',
      tweak: ({ spec }) => {
        spec.serviceAccountName = 'default-agent';
      },
    },
  ],
  fail: [
    {
      name: 'a pod that names no ServiceAccount',
      tweak: ({ spec }) => {
        delete spec.serviceAccountName;
      },
      fields: ['spec.serviceAccountName'],
      found: ['not set'],
    },
    {
      name: 'a pod with an empty ServiceAccount name',
      tweak: ({ spec }) => {
        spec.serviceAccountName = '';
      },
      fields: ['spec.serviceAccountName'],
      found: ['not set'],
    },
    {
      name: 'a pod that names the default ServiceAccount',
      tweak: ({ spec }) => {
        spec.serviceAccountName = 'default';
      },
      fields: ['spec.serviceAccountName'],
      found: ['"default"'],
    },
    {
      name: 'a pod that names the default ServiceAccount by the deprecated name',
      tweak: ({ spec }) => {
        delete spec.serviceAccountName;
        spec.serviceAccount = 'default';
      },
      fields: ['spec.serviceAccountName'],
    },
  ],
};
