import { describe, expect, test } from 'vitest';
import { changesContract } from '../../src/policy/admission/changes-contract.ts';
import type { Pod } from '../../src/policy/pod/pod.ts';
import { changedObject } from '../build/changed-object.ts';
import { buildPod } from '../build/pod.ts';

const before = buildPod() as Pod;
const after = (changes: Readonly<Record<string, unknown>>) => changedObject(before, changes) as Pod;
// As JSON.parse makes it: a member of that name, and not the object's prototype.
const named = (name: string, value: string): Record<string, string> =>
  JSON.parse(`{${JSON.stringify(name)}: ${JSON.stringify(value)}}`) as Record<string, string>;

describe('an update that is to pass unjudged', () => {
  test.for<readonly [string, Readonly<Record<string, unknown>>]>([
    [
      'CVE-2023-34091, of a pod that is being deleted',
      { '/metadata/deletionTimestamp': 'x', '/spec/hostPID': true },
    ],
    [
      'that removes a finalizer and changes an image',
      { '/metadata/finalizers': [], '/spec/containers/0/image': 'x' },
    ],
    ['of a field that nobody here knows', { '/spec/fieldOfTomorrow': true }],
    ['that takes a field away', { '/spec/dnsPolicy': undefined }],
    ['that adds a container', { '/spec/containers': [...(before.spec?.containers ?? []), { name: 'x' }] }],
    [
      'that changes a spec under the name of a prototype',
      { '/spec': { ...before.spec, ...named('constructor', 'x') } },
    ],
    [
      'that names another owner',
      { '/metadata/ownerReferences': [{ kind: 'ReplicaSet', name: 'x', uid: 'y' }] },
    ],
    ['that takes the role away', { '/metadata/labels': {} }],
  ])('is evaluated: %s', ([, changes]) => {
    expect(changesContract(before, after(changes))).toBe(true);
  });

  test.for(['cloister.dev/contained', 'cloister.dev/sandbox', 'a.cloister.dev/x'])(
    'is evaluated: that adds the empty label %s',
    (name) => {
      const labels = { ...before.metadata?.labels, [name]: '' };
      expect(changesContract(before, { ...before, metadata: { ...before.metadata, labels } })).toBe(true);
    },
  );

  test.for(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'a label called %s is a label like others: nothing is evaluated for it, and nothing fails',
    (name) => {
      const labels = { ...before.metadata?.labels, ...named(name, 'x') };
      expect(changesContract(before, { ...before, metadata: { ...before.metadata, labels } })).toBe(false);
    },
  );
});
