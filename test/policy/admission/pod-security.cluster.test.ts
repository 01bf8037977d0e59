import { beforeAll, describe, expect, test } from 'vitest';
import type { Check } from '../../../src/policy/admission/check.ts';
import { CHECKS } from '../../../src/policy/admission/checks/index.ts';
import type { Pod } from '../../../src/policy/pod/pod.ts';
import { evaluateContract } from '../../../src/policy/admission/evaluate-contract.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import { buildReviewContext } from '../../build/review-context.ts';
import { MissingProgramError } from '../../testbed/missing-program-error.ts';
import {
  type EvaluatedPod,
  podSecurityVerdicts,
  type PodSecurityVerdicts,
} from '../../testbed/pod-security-verdicts.ts';

/** What the stricter checks refuse beyond Pod Security 1.37, each pod under the newest file that holds it. */
const BEYOND: Readonly<Record<string, readonly string[]>> = {
  // They have an emptyDir without a sizeLimit, and a Secret.
  'volume-types': [
    'restricted/v1.18/pass/restrictedvolumes0.yaml',
    'restricted/v1.21/pass/restrictedvolumes0.yaml',
    'restricted/v1.37/pass/restrictedvolumes0.yaml',
    'restricted/v1.7/pass/restrictedvolumes0.yaml',
  ],
  // Pod Security asks less of pods for Windows.
  'privilege-escalation': ['restricted/v1.37/pass/base_windows.yaml'],
  'seccomp-profile': ['restricted/v1.37/pass/base_windows.yaml'],
  capabilities: [
    'restricted/v1.37/pass/base_windows.yaml',
    // It adds NET_BIND_SERVICE.
    'restricted/v1.37/pass/capabilities_restricted0.yaml',
  ],
  // They are in a user namespace.
  'run-as-non-root': [
    'baseline/v1.34/fail/procmount0.yaml',
    'baseline/v1.34/fail/procmount1.yaml',
    'baseline/v1.37/pass/procmount0.yaml',
    'baseline/v1.37/pass/procmount1.yaml',
  ],
  'run-as-user': [],
};

let verdicts: PodSecurityVerdicts | null = null;

beforeAll(async () => {
  try {
    verdicts = await podSecurityVerdicts();
  } catch (error) {
    if (!(error instanceof MissingProgramError) || process.env['CLOISTER_TESTBED'] === 'required')
      throw error;
  }
  // Go compiles Kubernetes' types once.
}, 600_000);

const compared = CHECKS.flatMap((check) =>
  check.upstream === null
    ? []
    : [{ check, relation: check.upstream.relation, upstream: check.upstream.check }],
);
const withoutRole = buildReviewContext({ scope: 'None', role: null, tenant: null });

/** Upstream's restrictedVolumes refuses a hostPath too; ours leaves it to the check that names the cause. */
const BESIDE: Readonly<Record<string, readonly Check[]>> = {
  'volume-types': CHECKS.filter(({ name }) => name === 'host-path'),
};

function refuses(check: Check, pod: Pod): boolean {
  const checks = [check, ...(BESIDE[check.name] ?? [])];
  return evaluateContract(checks, createPodSubject(pod), withoutRole).length > 0;
}

function minor(file: string): number {
  return Number(/\/v1\.(\d+)\//.exec(file)?.[1]);
}

/** The pod's file of the newest version, and of those the first. */
function newestFile({ files }: EvaluatedPod): string {
  return files.toSorted((a, b) => minor(b) - minor(a) || a.localeCompare(b))[0] ?? '';
}

describe('on the published test data of Pod Security', () => {
  test('the verdicts are those that the names of the files of v1.37 tell', ({ skip }) => {
    const { pods, restricted } = verdicts ?? skip('Go is missing');
    expect(pods.length).toBeGreaterThanOrEqual(380);
    for (const { files, refusedBy } of pods) {
      const isRefused = refusedBy.some((id) => restricted.includes(id));
      for (const file of files.filter((name) => name.startsWith('restricted/v1.37/'))) {
        expect(isRefused, file).toBe(file.includes('/fail/'));
      }
    }
  });

  test('every check of level restricted has its counterpart here', ({ skip }) => {
    const { restricted } = verdicts ?? skip('Go is missing');
    const counterparts = compared.map(({ upstream }) => upstream);
    expect(restricted.filter((id) => !counterparts.includes(id))).toEqual([]);
  });

  describe.for(['written', 'defaulted'] as const)('on pods as %s', (form) => {
    test.for(compared)(
      '$check.name agrees with $upstream: $relation',
      ({ check, upstream, relation }, { skip }) => {
        const { pods } = verdicts ?? skip('Go is missing');
        const theirs = pods.filter(({ refusedBy }) => refusedBy.includes(upstream));
        const ours = pods.filter((pod) => refuses(check, pod[form]));
        expect(theirs.length, 'pods that tell something').toBeGreaterThan(0);
        expect(theirs.filter((pod) => !ours.includes(pod)).map(newestFile), 'let through').toEqual([]);
        const beyond = ours.filter((pod) => !theirs.includes(pod)).map(newestFile);
        expect(beyond.toSorted(), 'refused beyond').toEqual(relation === 'Equal' ? [] : BEYOND[check.name]);
      },
    );
  });

  test('every stricter check has its list', () => {
    const stricter = compared
      .filter(({ relation }) => relation === 'Stricter')
      .map(({ check }) => check.name);
    expect(Object.keys(BEYOND).toSorted()).toEqual(stricter.toSorted());
  });
});
