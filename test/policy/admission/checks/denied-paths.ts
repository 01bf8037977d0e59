import { mountVolumes } from '../../../build/mount-volumes.ts';
import { buildContainer, type Writable } from '../../../build/pod.ts';
import { buildRolePolicy } from '../../../build/review-context.ts';
import type { VolumeMount } from '../../../../src/policy/pod/pod.ts';
import type { FailFixture, Fixture } from './fixture.ts';

type Mount = Writable<VolumeMount>;
const PRIVATE = '/data/reports/private';
const SHADOW: Mount = { name: 'nothing', mountPath: PRIVATE, readOnly: true };
const WRITABLE = buildRolePolicy({ writablePaths: ['/data/exports'] });

const at = (index: number, field = 'mountPath') => `spec.containers[0].volumeMounts[${index}].${field}`;

/** Mounts that leave nothing open of what the role denies. */
export const COVERED: readonly Fixture[] = [
  {
    name: 'a folder of a ConfigMap by subPath, which never changes, with the denied path below it covered',
    tweak: (pod) => {
      const mountPath = '/data/reports';
      mountVolumes(pod, { name: 'settings', mountPath, subPath: 'public', readOnly: true }, SHADOW);
    },
  },
  {
    name: 'one file of a ConfigMap beside the denied path',
    tweak: (pod) => {
      mountVolumes(pod, { name: 'settings', mountPath: '/data/reports/settings', readOnly: true });
    },
  },
  {
    name: 'a readable path, read-only, with the denied path below it covered',
    tweak: (pod) => {
      mountVolumes(pod, { name: 'data', mountPath: '/data/reports', readOnly: true }, SHADOW);
    },
  },
  {
    name: 'a path that one tool grants below what another denies',
    tweak: (pod) => {
      mountVolumes(pod, { name: 'data', mountPath: '/data/reports', readOnly: true }, SHADOW, {
        name: 'data',
        mountPath: `${PRIVATE}/shared`,
        readOnly: true,
      });
    },
    context: { role: buildRolePolicy({ readablePaths: ['/data/reports', `${PRIVATE}/shared`] }) },
  },
  {
    name: 'a writable path with one below it that the role may only read, mounted for itself',
    tweak: (pod) => {
      mountVolumes(
        pod,
        { name: 'data', mountPath: '/data/exports' },
        { name: 'data', mountPath: '/data/exports/sealed', readOnly: true },
      );
    },
    context: {
      role: buildRolePolicy({ writablePaths: ['/data/exports'], unwritablePaths: ['/data/exports/sealed'] }),
    },
  },
];

/** Mounts that leave open what the role denies. */
export const OPEN: readonly FailFixture[] = [
  {
    name: 'a ConfigMap above a denied path, whose files move from under what covers it',
    tweak: (pod) => {
      mountVolumes(pod, { name: 'settings', mountPath: '/data/reports', readOnly: true }, SHADOW);
    },
    fields: ['spec.containers[0].volumeMounts'],
  },
  {
    name: 'a readable path with a denied one left open below it',
    tweak: (pod) => {
      mountVolumes(pod, { name: 'data', mountPath: '/data/reports', readOnly: true });
    },
    fields: ['spec.containers[0].volumeMounts'],
  },
  {
    name: 'a denied path covered by a volume that another container writes to',
    tweak: (pod) => {
      mountVolumes(pod, { name: 'data', mountPath: '/data/reports', readOnly: true }, SHADOW);
      const writer = buildContainer('writer');
      writer.volumeMounts = [{ name: 'nothing', mountPath: '/data/exports' }];
      pod.spec.containers.push(writer);
    },
    context: { role: WRITABLE },
    fields: [at(2)],
  },
  {
    name: 'a denied path covered by data, or writable',
    tweak: (pod) => {
      mountVolumes(
        pod,
        { name: 'data', mountPath: '/data/reports', readOnly: true },
        { name: 'data', mountPath: PRIVATE, readOnly: true },
        { name: 'nothing', mountPath: `${PRIVATE}/`, readOnly: false },
      );
    },
    fields: [at(2), at(3)],
  },
  {
    name: 'a mount below a denied path',
    tweak: (pod) => {
      mountVolumes(pod, { name: 'data', mountPath: `${PRIVATE}/keys`, readOnly: true });
    },
    fields: [at(1)],
  },
  {
    name: 'a denied path left open below a path that is granted under another denied one',
    tweak: (pod) => {
      mountVolumes(pod, { name: 'data', mountPath: `${PRIVATE}/shared`, readOnly: true });
    },
    context: {
      role: buildRolePolicy({
        readablePaths: ['/data/reports', `${PRIVATE}/shared`],
        deniedPaths: [PRIVATE, `${PRIVATE}/shared/keys`],
      }),
    },
    fields: ['spec.containers[0].volumeMounts'],
  },
  {
    name: 'a writable path with one left writable below it that the role may only read',
    tweak: (pod) => {
      mountVolumes(pod, { name: 'data', mountPath: '/data/exports' });
    },
    context: {
      role: buildRolePolicy({ writablePaths: ['/data/exports'], unwritablePaths: ['/data/exports/sealed'] }),
    },
    fields: ['spec.containers[0].volumeMounts'],
    found: ['without a mount at "/data/exports/sealed" below "/data/exports"'],
  },
];
