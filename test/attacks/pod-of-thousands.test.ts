import { describe, expect, test } from 'vitest';
import { describeDenial } from '../../src/policy/describe-decision.ts';
import { buildPod, type WritablePod } from '../build/pod.ts';
import { violationsOfPod } from '../build/violations-of-pod.ts';

// One object that costs the engine so much that it evaluates nothing else. The mutating
// webhook is asked before the API server has validated the pod, so any size up to its 3 MB is possible. The runner's
// own time limit is the bound: searched again for every mount, the second case alone took half a minute.
const MANY = 4_000;
const range = <T>(make: (index: number) => T): T[] => Array.from({ length: MANY }, (_, index) => make(index));
const volumes = () =>
  range((index) => ({ name: `v${index}`, emptyDir: { sizeLimit: index % 2 ? '1' : '1Gi' } }));
const mounting = (path: string, more = {}) =>
  range((index) => ({
    name: `c${index}`,
    volumeMounts: [{ name: `v${index}`, mountPath: path, ...more }],
  })) as WritablePod['spec']['containers'];

const ATTACKS: readonly { readonly name: string; readonly tweak: (pod: WritablePod) => void }[] = [
  {
    name: 'containers',
    tweak: ({ spec }) => {
      spec.containers = range((index) => ({ name: `c${index}` })) as typeof spec.containers;
    },
  },
  {
    name: 'containers with a /tmp each',
    tweak: ({ spec }) => {
      spec.volumes = volumes();
      spec.containers = mounting('/tmp');
    },
  },
  {
    name: 'containers that shadow a denied path',
    tweak: ({ spec }) => {
      spec.volumes = volumes();
      spec.containers = mounting('/data/reports/private', { readOnly: true });
    },
  },
  {
    name: 'mounts of the last of as many volumes',
    tweak: ({ spec }) => {
      spec.volumes = volumes();
      spec.containers[0].volumeMounts = range((index) => ({
        name: `v${MANY - 1}`,
        mountPath: `/data/reports/${index}`,
      }));
    },
  },
  {
    name: 'variables from files of volumes that are not there',
    tweak: ({ spec }) => {
      spec.volumes = volumes();
      spec.containers[0].env = range((index) => ({
        name: `V${index}`,
        valueFrom: { fileKeyRef: { volumeName: 'none', path: 'a', key: 'b' } },
      }));
    },
  },
];

describe('a pod of thousands', () => {
  test.for(ATTACKS)('of $name is refused, and told in few words', ({ tweak }) => {
    const violations = violationsOfPod(buildPod(tweak));
    const denial = { effect: 'Deny', reason: 'ContractViolated', violations } as const;
    expect(violations.length).toBeGreaterThan(0);
    expect(describeDenial('pod', denial).length).toBeLessThan(100_000);
  });

  // Every shape of a credential begins somewhere here, and none is completed.
  test.for([
    '://',
    '://a:',
    '://:::',
    '-----BEGIN A ',
    'sk-',
    'eyJ.eyJ',
    'xox',
    'AccountKey=',
    'glpat-/',
    'a.',
    // The start of a digest behind an at sign, a port in a list, an escaped signature, and words of every alphabet.
    '://a:b@sha256:',
    '://a:1,',
    '&sig=%2F',
    'hooks.slack.com/services/a/',
    'dp.st.a.',
    'MMMMMMMMMMMMMMMMMMMMMMMMM.',
    '12345678:AA ',
    'lorem-ipsum_dolor ',
  ])('a variable of a megabyte of %j has no credential, and is soon told so', (part) => {
    const value = part.repeat(Math.ceil(1_048_576 / part.length));
    const pod = buildPod(({ spec }) => {
      spec.containers[0].env = [{ name: 'V', value }];
      spec.containers[0].args = [value];
    });
    expect(violationsOfPod(pod)).toEqual([]);
  });
});
