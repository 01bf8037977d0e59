import { mountVolumes } from '../../../build/mount-volumes.ts';
import { buildContainer, buildEphemeralContainer, type Writable } from '../../../build/pod.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import type { VolumeMount } from '../../../../src/policy/pod/pod.ts';
import { COVERED, OPEN } from './denied-paths.ts';
import type { CheckFixtures } from './fixture.ts';

type Mount = Writable<VolumeMount>;
const PRIVATE = '/data/reports/private';
const SHADOW: Mount = { name: 'nothing', mountPath: PRIVATE, readOnly: true };
const WRITABLE = buildRolePolicy({ writablePaths: ['/data/exports'] });

const at = (index: number, field = 'mountPath') => `spec.containers[0].volumeMounts[${index}].${field}`;

export const volumeMountsFixtures: CheckFixtures = {
  check: 'volume-mounts',
  pass: [
    ...COVERED,
    {
      name: 'a path below a readable one, with a closing slash and a subPath',
      tweak: (pod) => {
        mountVolumes(pod, {
          name: 'data',
          mountPath: '/data/exports/2026/',
          subPath: '2026/a',
          readOnly: true,
        });
      },
    },
    {
      name: 'a ConfigMap, which is read-only whatever the mount says',
      tweak: (pod) => {
        mountVolumes(pod, { name: 'settings', mountPath: '/data/exports/settings' });
      },
    },
    {
      name: 'a writable path, writable',
      tweak: (pod) => {
        mountVolumes(pod, { name: 'data', mountPath: '/data/exports', mountPropagation: 'None' });
      },
      context: { role: WRITABLE },
    },
    {
      name: 'a token for the gateway',
      tweak: (pod) => {
        mountVolumes(pod, { name: 'token', mountPath: '/var/run/secrets/cloister', readOnly: true });
      },
    },
    {
      name: 'a token for the gateway and its certificates, where the role denies the folders that they are in',
      tweak: (pod) => {
        mountVolumes(
          pod,
          { name: 'token', mountPath: '/var/run/secrets/cloister', readOnly: true },
          { name: 'cloister-ca', mountPath: '/etc/cloister', readOnly: true },
        );
        pod.spec.volumes?.push({ name: 'cloister-ca', configMap: { name: 'cloister-ca' } });
      },
      context: {
        role: buildRolePolicy({ deniedPaths: ['/etc', '/etc/cloister/private', '/var/run/secrets'] }),
      },
    },
    {
      name: 'a /var/run of 10 MiB',
      tweak: ({ spec }) => {
        spec.volumes?.push({ name: 'run', emptyDir: { sizeLimit: '10Mi' } });
        spec.containers[0].volumeMounts?.push({ name: 'run', mountPath: '/var/run/' });
      },
    },
    {
      name: 'a /tmp as large as the role grants',
      tweak: ({ spec }) => {
        spec.volumes = [{ name: 'tmp', emptyDir: { sizeLimit: '104857600', medium: 'Memory' } }];
      },
    },
    {
      name: 'a path of the system that the role names',
      tweak: (pod) => {
        mountVolumes(pod, { name: 'data', mountPath: '/etc/hermes', readOnly: true });
      },
      context: { role: buildRolePolicy({ readablePaths: ['/etc/hermes'] }) },
    },
  ],
  fail: [
    ...OPEN,
    {
      name: 'a path that the role does not name, and one that only starts with the same characters',
      tweak: (pod) => {
        mountVolumes(
          pod,
          { name: 'data', mountPath: '/srv', readOnly: true },
          { name: 'data', mountPath: '/data/exports-evil', readOnly: true },
        );
      },
      fields: [at(1), at(2)],
      found: ['"/srv"', '"/data/exports-evil"'],
    },
    {
      name: 'a path above a readable one',
      tweak: (pod) => {
        mountVolumes(pod, { name: 'data', mountPath: '/data', readOnly: true }, SHADOW);
      },
      fields: [at(1)],
    },
    {
      name: 'a readable path, writable',
      tweak: (pod) => {
        mountVolumes(pod, { name: 'data', mountPath: '/data/exports' });
      },
      fields: [at(1)],
      found: ['"/data/exports" and writable'],
    },
    {
      name: 'the root, and paths that are not written out',
      tweak: ({ spec }) => {
        const paths = ['/', 'data/exports', '/data/exports/../reports', '/data//exports', '/data/./exports'];
        spec.volumes?.push({ name: 'data', persistentVolumeClaim: { claimName: 'data' } });
        spec.containers[0].volumeMounts = paths.map((mountPath) => ({
          name: 'data',
          mountPath,
          readOnly: true,
        }));
      },
      fields: [0, 1, 2, 3, 4].map((index) => at(index)),
    },
    {
      name: 'paths of the system where the role names the root',
      tweak: (pod) => {
        mountVolumes(
          pod,
          { name: 'data', mountPath: '/proc/sys', readOnly: true },
          { name: 'data', mountPath: '/usr/bin', readOnly: true },
          { name: 'data', mountPath: '/usrlocal', readOnly: true },
        );
      },
      context: { role: buildRolePolicy({ readablePaths: ['/'], deniedPaths: [] }) },
      fields: [at(1), at(2)],
    },
    {
      name: "the path of a ServiceAccount's token",
      tweak: (pod) => {
        mountVolumes(pod, { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' });
      },
      fields: [at(1)],
    },
    {
      name: 'a /var/run of more than 10 MiB, and one that is a claim',
      tweak: (pod) => {
        mountVolumes(pod, { name: 'data', mountPath: '/var/run' });
        pod.spec.volumes?.push({ name: 'run', emptyDir: { sizeLimit: '10485761' } });
        pod.spec.containers[0].volumeMounts?.push({ name: 'run', mountPath: '/var/run' });
      },
      fields: [at(1), 'spec.volumes[5].emptyDir.sizeLimit'],
      invalid: 'two mounts of one path',
    },
    {
      name: 'a /var/run where the role grants no scratch space',
      tweak: ({ spec }) => {
        spec.volumes = [{ name: 'run', emptyDir: { sizeLimit: '10Mi' } }];
        spec.containers[0].volumeMounts = [{ name: 'run', mountPath: '/var/run' }];
      },
      context: { role: buildRolePolicy({ temporarySize: null, temporarySizeText: null }) },
      fields: [at(0)],
      found: ['"/var/run"'],
    },
    {
      name: 'a /tmp larger than the role grants',
      tweak: ({ spec }) => {
        spec.volumes = [{ name: 'tmp', emptyDir: { sizeLimit: '104857601' } }];
      },
      fields: ['spec.volumes[0].emptyDir.sizeLimit'],
      found: ['"104857601"'],
    },
    {
      name: 'two volumes at /tmp that are together larger than the role grants',
      tweak: ({ spec }) => {
        spec.volumes?.push({ name: 'second', emptyDir: { sizeLimit: '64Mi' } });
        const second = buildContainer('second');
        second.volumeMounts = [{ name: 'second', mountPath: '/tmp/' }];
        spec.containers.push(second);
      },
      fields: ['spec.volumes[0].emptyDir.sizeLimit', 'spec.volumes[1].emptyDir.sizeLimit'],
      found: ['"64Mi" + "64Mi"', '"64Mi" + "64Mi"'],
    },
    {
      name: 'a /tmp where the role grants none',
      tweak: () => {},
      context: { role: buildRolePolicy({ temporarySize: null, temporarySizeText: null }) },
      fields: [at(0)],
      found: ['"/tmp"'],
    },
    {
      name: 'a /tmp that is a claim',
      tweak: ({ spec }) => {
        spec.volumes = [{ name: 'tmp', persistentVolumeClaim: { claimName: 'data' } }];
      },
      fields: [at(0)],
    },
    {
      name: 'a subPath that climbs, one that is computed, and mount propagation',
      tweak: (pod) => {
        mountVolumes(
          pod,
          { name: 'data', mountPath: '/data/exports/a', subPath: '../b', readOnly: true },
          { name: 'data', mountPath: '/data/exports/b', subPathExpr: '$(HOME)', readOnly: true },
          {
            name: 'data',
            mountPath: '/data/exports/c',
            mountPropagation: 'HostToContainer',
            readOnly: true,
          },
        );
      },
      fields: [at(1, 'subPath'), at(2, 'subPathExpr'), at(3, 'mountPropagation')],
      invalid: 'a subPath may not have .. in it',
    },
    {
      name: 'an init container and an ephemeral container',
      tweak: (pod) => {
        mountVolumes(pod);
        const setup = buildContainer('setup');
        setup.volumeMounts = [{ name: 'data', mountPath: '/srv' }];
        pod.spec.initContainers.push(setup);
        pod.spec.ephemeralContainers = [
          buildEphemeralContainer((container) => {
            container.volumeMounts = [{ name: 'data', mountPath: '/srv' }];
          }),
        ];
      },
      context: { operation: 'Update', role: buildRolePolicy({ allowedAccess: new Set(['Debug']) }) },
      fields: [
        'spec.initContainers[1].volumeMounts[0].mountPath',
        'spec.ephemeralContainers[0].volumeMounts[0].mountPath',
      ],
    },
  ],
};
