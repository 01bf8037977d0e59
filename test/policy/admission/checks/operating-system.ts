import type { CheckFixtures } from './fixture.ts';

export const operatingSystemFixtures: CheckFixtures = {
  check: 'operating-system',
  pass: [
    {
      name: 'a pod for Linux that says so',
      tweak: ({ spec }) => {
        spec.os = { name: 'linux' };
      },
    },
  ],
  fail: [
    {
      name: 'a pod that says nothing',
      tweak: ({ spec }) => {
        delete spec.os;
      },
      fields: ['spec.os.name'],
      found: ['not set'],
    },
    {
      name: 'a pod that says null',
      tweak: ({ spec }) => {
        Object.assign(spec, { os: null });
      },
      fields: ['spec.os.name'],
    },
    {
      name: 'a pod that says Windows and is made for Linux',
      tweak: ({ spec }) => {
        spec.os = { name: 'windows' };
      },
      fields: ['spec.os.name'],
      found: ['"windows"'],
      invalid: 'a pod for Windows sets no field of Linux',
    },
    {
      name: 'a pod for Windows, of which Pod Security asks less',
      tweak: ({ spec }) => {
        spec.os = { name: 'windows' };
        delete spec.hostUsers;
        spec.securityContext = { runAsNonRoot: true };
        for (const container of [...spec.initContainers, ...spec.containers]) {
          delete container.securityContext;
        }
      },
      checks: [
        'privilege-escalation',
        'capabilities',
        'run-as-user',
        'read-only-root-filesystem',
        'seccomp-profile',
        'operating-system',
      ],
      fields: ['spec.os.name'],
    },
    {
      name: 'a system that does not exist',
      tweak: ({ spec }) => {
        spec.os = { name: 'plan9' };
      },
      fields: ['spec.os.name'],
      invalid: 'the name is linux or windows',
    },
    {
      name: 'a system without a name',
      tweak: ({ spec }) => {
        spec.os = {};
      },
      fields: ['spec.os.name'],
      found: ['not set'],
      invalid: 'a name is required',
    },
  ],
};
