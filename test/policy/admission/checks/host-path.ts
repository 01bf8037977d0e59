import type { CheckFixtures } from './fixture.ts';

export const hostPathFixtures: CheckFixtures = {
  check: 'host-path',
  pass: [
    {
      name: 'a volume that says it is no path of the node',
      tweak: ({ spec }) => {
        Object.assign(spec.volumes?.[0] ?? {}, { hostPath: null });
      },
    },
    {
      name: 'no volumes',
      tweak: ({ spec }) => {
        Object.assign(spec, { volumes: null });
        spec.containers[0].volumeMounts = [];
      },
    },
  ],
  fail: [
    {
      name: "the container runtime's socket",
      tweak: ({ spec }) => {
        spec.volumes?.push({ name: 'runtime', hostPath: { path: '/run/containerd/containerd.sock' } });
      },
      fields: ['spec.volumes[1].hostPath'],
      found: ['{"path":"/run/containerd/containerd.sock"}'],
    },
    {
      name: 'two paths of the node, one of them harmless to look at',
      tweak: ({ spec }) => {
        spec.volumes = [
          { name: 'logs', hostPath: { path: '/var/log' } },
          { name: 'tmp', hostPath: { path: '/tmp' } },
        ];
        spec.containers[0].volumeMounts = [];
      },
      fields: ['spec.volumes[0].hostPath', 'spec.volumes[1].hostPath'],
    },
    {
      name: 'a path of the node behind an emptyDir in the same volume',
      tweak: ({ spec }) => {
        spec.volumes = [{ name: 'tmp', emptyDir: { sizeLimit: '64Mi' }, hostPath: { path: '/' } }];
      },
      fields: ['spec.volumes[0].hostPath'],
      invalid: 'a volume has one type',
    },
    {
      name: 'a path of the node that is not told',
      tweak: ({ spec }) => {
        spec.volumes?.push({ name: 'somewhere', hostPath: {} });
      },
      fields: ['spec.volumes[1].hostPath'],
      found: ['{}'],
      invalid: 'a path is required',
    },
  ],
};
