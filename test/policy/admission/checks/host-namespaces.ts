import type { CheckFixtures } from './fixture.ts';

export const hostNamespacesFixtures: CheckFixtures = {
  check: 'host-namespaces',
  pass: [
    {
      name: 'a pod that says it shares none',
      tweak: ({ spec }) => {
        spec.hostNetwork = false;
        spec.hostPID = false;
        spec.hostIPC = false;
      },
    },
  ],
  fail: [
    {
      name: "a pod on the node's network",
      tweak: ({ spec }) => {
        spec.hostNetwork = true;
      },
      fields: ['spec.hostNetwork'],
      found: ['true'],
      invalid: 'hostUsers: false and hostNetwork exclude one another',
    },
    {
      name: "a pod in the node's process and IPC namespaces",
      tweak: ({ spec }) => {
        spec.hostPID = true;
        spec.hostIPC = true;
      },
      fields: ['spec.hostPID', 'spec.hostIPC'],
      invalid: 'hostUsers: false and the host namespaces exclude one another',
    },
    {
      name: "a pod on the node's network without a user namespace",
      tweak: ({ spec }) => {
        spec.hostUsers = true;
        spec.hostNetwork = true;
      },
      fields: ['spec.hostNetwork'],
    },
  ],
};
