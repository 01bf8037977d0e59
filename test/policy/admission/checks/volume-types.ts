import type { WritablePod } from '../../../build/pod.ts';
import type { CheckFixtures } from './fixture.ts';

function add(...volumes: object[]): (pod: WritablePod) => void {
  return ({ spec }) => {
    Object.assign(spec, { volumes: [...(spec.volumes ?? []), ...volumes] });
  };
}

export const volumeTypesFixtures: CheckFixtures = {
  check: 'volume-types',
  pass: [
    {
      name: 'one volume of each allowed type',
      tweak: add(
        { name: 'settings', configMap: { name: 'settings' } },
        {
          name: 'labels',
          downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] },
        },
        { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '0.5Gi' } },
        {
          name: 'scratch',
          ephemeral: {
            volumeClaimTemplate: {
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
            },
          },
        },
        { name: 'reports', persistentVolumeClaim: { claimName: 'reports' } },
      ),
    },
    {
      name: 'a projected volume of all that may be projected',
      tweak: add({
        name: 'mixed',
        projected: {
          sources: [
            { configMap: { name: 'settings' } },
            { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
            { serviceAccountToken: { audience: 'cloister-gateway', path: 'token' } },
          ],
        },
      }),
    },
    { name: 'a type that is set to null beside one that is allowed', tweak: nullSecret },
    {
      name: 'a size that is written as a number',
      tweak: ({ spec }) => {
        spec.volumes = [{ name: 'tmp', emptyDir: { sizeLimit: 67_108_864 } }];
      },
    },
  ],
  fail: [
    {
      name: 'a Secret',
      tweak: add({ name: 'keys', secret: { secretName: 'vendor' } }),
      fields: ['spec.volumes[1].secret'],
      found: ['set'],
    },
    {
      name: 'a Secret among the sources of a projected volume',
      tweak: add({
        name: 'mixed',
        projected: { sources: [{ configMap: { name: 'settings' } }, { secret: { name: 'vendor' } }] },
      }),
      fields: ['spec.volumes[1].projected.sources[1].secret'],
      found: ['set'],
    },
    {
      name: 'a driver, an image and a server of files',
      tweak: add(
        { name: 'driver', csi: { driver: 'secrets-store.csi.example.com' } },
        { name: 'image', image: { reference: 'ghcr.io/acme/tools:v1' } },
        { name: 'server', nfs: { server: 'files.example.com', path: '/' } },
      ),
      fields: ['spec.volumes[1].csi', 'spec.volumes[2].image', 'spec.volumes[3].nfs'],
    },
    {
      name: 'scratch space without a limit, and with one of 0, which the kubelet takes for none',
      tweak: add({ name: 'endless', emptyDir: {} }, { name: 'zero', emptyDir: { sizeLimit: '0' } }),
      fields: ['spec.volumes[1].emptyDir.sizeLimit', 'spec.volumes[2].emptyDir.sizeLimit'],
      found: ['not set', '"0"'],
    },
    {
      name: 'a volume of no type, which the API server makes an emptyDir without a limit',
      tweak: add({ name: 'bare' }, { name: 'null', emptyDir: null }),
      fields: ['spec.volumes[1].emptyDir.sizeLimit', 'spec.volumes[2].emptyDir.sizeLimit'],
    },
    {
      name: 'a limit that is no quantity',
      tweak: add({ name: 'odd', emptyDir: { sizeLimit: 'plenty' } }),
      fields: ['spec.volumes[1].emptyDir.sizeLimit'],
      invalid: 'a sizeLimit is a quantity',
    },
    {
      name: 'a Secret behind a ConfigMap in the same volume',
      tweak: add({ name: 'both', configMap: { name: 'settings' }, secret: { secretName: 'vendor' } }),
      fields: ['spec.volumes[1].secret'],
      invalid: 'a volume has one type',
    },
    {
      name: 'types of a Kubernetes yet to come, of which the API server leaves an emptyDir and an empty source',
      tweak: add(
        { name: 'new', teleport: {} },
        { name: 'newer', projected: { sources: [{ teleport: {} }, {}] } },
      ),
      fields: [
        'spec.volumes[1].teleport',
        'spec.volumes[2].projected.sources[0].teleport',
        'spec.volumes[2].projected.sources[1]',
      ],
      found: ['set', 'set', '{}'],
    },
  ],
};

function nullSecret({ spec }: WritablePod): void {
  Object.assign(spec.volumes?.[0] ?? {}, { secret: null });
}
