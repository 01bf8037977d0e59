import { expect, test } from 'vitest';
import { changesContract } from '../../../src/policy/admission/changes-contract.ts';
import { buildPod, type WritablePod } from '../../build/pod.ts';

const changes = (tweak: (pod: WritablePod) => void) => changesContract(buildPod(), buildPod(tweak));

test.for<[string, (pod: WritablePod) => void]>([
  ['nothing', () => {}],
  ["somebody's label", ({ metadata }) => (metadata.labels['app'] = 'hermes')],
  ['a harmless annotation', ({ metadata }) => (metadata.annotations = { 'prometheus.io/scrape': 'true' })],
  ['a finalizer', ({ metadata }) => (metadata.finalizers = ['example.com/hold'])],
  ['an absent member written as null', ({ spec }) => Object.assign(spec, { nodeName: null })],
])('an update of %s is not evaluated', ([, tweak]) => {
  expect(changes(tweak)).toBe(false);
});

const OWNERS = ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: name }));
const owned = buildPod(({ metadata }) => (metadata.ownerReferences = OWNERS));
const changesOwners = (ownerReferences: readonly object[]) =>
  changesContract(owned, { ...owned, metadata: { ...owned.metadata, ownerReferences } });

test.for<[string, readonly object[]]>([
  ['one', OWNERS.slice(1)],
  ['all', []],
  ['none, in another order', OWNERS.toReversed()],
])('an update that removes %s of the owners is not evaluated', ([, owners]) => {
  expect(changesOwners(owners)).toBe(false);
});

test.for<[string, readonly object[]]>([
  ['adds an owner beside them', [...OWNERS, { ...OWNERS[0], uid: 'c' }]],
  ['removes one and adds another', [{ ...OWNERS[0], uid: 'c' }]],
  ['names one of them otherwise', [{ ...OWNERS[0], name: 'other' }]],
  ['makes one the controller', [{ ...OWNERS[0], controller: true }]],
])('an update that %s is evaluated', ([, owners]) => {
  expect(changesOwners(owners)).toBe(true);
});

test.for<[string, (pod: WritablePod) => void]>([
  ['an image', ({ spec }) => (spec.containers[0].image = 'other')],
  ['the lifetime', ({ spec }) => (spec.activeDeadlineSeconds = 99)],
  ['an owner', ({ metadata }) => (metadata.ownerReferences = [{ kind: 'Job', name: 'x' }])],
  ['the role label', ({ metadata }) => (metadata.labels['cloister.dev/role'] = 'devops')],
  ['a new label of ours', ({ metadata }) => (metadata.labels['cloister.dev/sandbox'] = 'x')],
  ['a label of ours that goes', ({ metadata }) => delete metadata.labels['cloister.dev/role']],
  ["somebody's annotation", ({ metadata }) => (metadata.annotations = { 'example.com/seen': 'yes' })],
  ['an annotation below our name', ({ metadata }) => (metadata.annotations = { 'a.cloister.dev/x': '1' })],
])('an update of %s is evaluated', ([, tweak]) => {
  expect(changes(tweak)).toBe(true);
});

test.for<[string, Record<string, string> | undefined, boolean]>([
  ['stays beside another that goes', { 'dapr.io/enabled': 'true' }, false],
  ['goes', undefined, false],
  ['gets another value', { 'dapr.io/enabled': 'false', 'dapr.io/app-id': 'agent' }, true],
])('an annotation that acts and that %s', ([, annotations, expected]) => {
  const before = buildPod(({ metadata }) => {
    metadata.annotations = { 'dapr.io/enabled': 'true', 'dapr.io/app-id': 'agent' };
  });
  const after = buildPod(({ metadata }) => Object.assign(metadata, { annotations }));
  expect(changesContract(before, after)).toBe(expected);
});
