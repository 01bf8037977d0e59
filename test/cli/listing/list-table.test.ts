import { describe, expect, test } from 'vitest';
import { LISTED_KINDS, type ListedObject } from '../../../src/cli/listing/listed-kind.ts';
import { describeNotReady, listTable } from '../../../src/cli/listing/list-table.ts';
import { formatAge } from '../../../src/cli/listing/format-age.ts';

const NOW = Date.UTC(2030, 0, 1);
const SECOND = 1_000;
const at = (milliseconds: number): string => new Date(NOW - milliseconds).toISOString();

type Said = readonly [type: string, status: 'True' | 'False' | 'Unknown', reason: string, message?: string];

const conditions = (...said: readonly Said[]) =>
  said.map(([type, status, reason, message = 'Because.']) => ({
    type,
    status,
    reason,
    message,
    lastTransitionTime: at(0),
  }));

const sandbox = (name: string, status?: object, spec: object = { roleRef: { name: 'analyst' } }) =>
  ({
    metadata: { name, namespace: 'acme', creationTimestamp: at(3 * 3_600 * SECOND) },
    spec: { image: 'example.com/agent', ...spec },
    status,
  }) as ListedObject;

const RUNS = sandbox('runs', {
  resolvedRole: { name: 'analyst' },
  pod: { name: 'runs' },
  conditions: conditions(['PodReady', 'True', 'Running'], ['Ready', 'True', 'Ready']),
});
const REFUSED = sandbox('refused', {
  resolvedRole: { name: 'analyst' },
  restarts: { count: 2 },
  conditions: conditions(
    ['EgressClosed', 'Unknown', 'NotProven', 'No pod runs.'],
    ['PodReady', 'False', 'Refused', 'pod "refused" is refused:\n  - privileged: no.'],
    ['Ready', 'False', 'NotReady', 'These do not hold.'],
  ),
});
const NEW = sandbox('new', undefined, {});
const DONE = sandbox('done', {
  conditions: conditions(['PodReady', 'False', 'Completed', 'Ended.'], ['Ready', 'False', 'NotReady']),
});

const table = (objects: readonly ListedObject[], options: object = {}): string =>
  listTable(objects, LISTED_KINDS.sandboxes, { isWide: false, showsNamespace: false, now: NOW, ...options });

describe('the table of sandboxes', () => {
  test('has role, pod, age and the first reason of what is not ready', () => {
    expect(table([RUNS, REFUSED, NEW])).toBe(
      [
        'NAME      READY     REASON        ROLE      POD    AGE',
        'runs      True      -             analyst   runs   3h',
        'refused   False     Refused       analyst   -      3h',
        'new       Unknown   NotReported   -         -      3h',
        '',
      ].join('\n'),
    );
  });

  test('has the namespace where there are several, and all conditions where it is wide', () => {
    const [title = '', row = ''] = table([REFUSED], { isWide: true, showsNamespace: true }).split('\n');
    expect(title.split(/\s+/)).toEqual(
      'NAMESPACE NAME READY REASON ROLE POD AGE RESTARTS IMAGE CONDITIONS'.split(' '),
    );
    expect(row).toMatch(
      /^acme +refused .* 2 +example\.com\/agent +EgressClosed=Unknown\(NotProven\),PodReady=False\(Refused\),Ready=False\(NotReady\)$/,
    );
  });
});

test('what is not ready is named with the messages, and what ended as it was to is not', () => {
  expect(describeNotReady([RUNS, REFUSED, NEW, DONE], LISTED_KINDS.sandboxes)).toEqual([
    'acme/refused: PodReady (Refused): pod "refused" is refused:\n      - privileged: no.',
    'acme/refused: EgressClosed (NotProven): No pod runs.',
    'acme/new: The operator has not reported yet: see that it runs (cloister doctor).',
  ]);
});

test('an object that only sums up says what its sum says', () => {
  const role = {
    metadata: { name: 'old' },
    status: { conditions: conditions(['Accepted', 'False', 'SchemaInvalid']) },
  };
  expect(describeNotReady([role], LISTED_KINDS.roles)).toEqual(['old: Accepted (SchemaInvalid): Because.']);
});

describe('an age is in its largest unit', () => {
  test.for([
    [-5, '0s'],
    [0, '0s'],
    [119, '119s'],
    [120, '2m'],
    [7_199, '119m'],
    [7_200, '2h'],
    [172_799, '47h'],
    [172_800, '2d'],
  ] as const)('%i seconds are %s', ([seconds, text]) => {
    expect(formatAge(seconds * SECOND)).toBe(text);
  });
});
