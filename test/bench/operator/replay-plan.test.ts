import { expect, test } from 'vitest';
import type { AuditedRequest } from './audit-log.ts';
import { planReplay } from './replay-plan.ts';

const TWIN = { name: 'bench-1-00000', twin: 'again-1-00000', uid: 'aaaa-1', twinUID: 'bbbb-2' };

test('a write is made again for the twin of its sandbox, with the twin’s UID', () => {
  const [lane] = planReplay([write({ body: { owner: TWIN.uid, name: TWIN.name } })], [TWIN]);
  expect(lane).toEqual([
    {
      method: 'POST',
      path: '/api/v1/namespaces/acme/pods/again-1-00000',
      contentType: 'application/json',
      body: { owner: TWIN.twinUID, name: TWIN.twin },
    },
  ]);
});

test.each([
  ['a server-side apply', '?fieldManager=cloister&force=true', 'application/apply-patch+yaml'],
  ['a merge patch', '?fieldManager=cloister', 'application/merge-patch+json'],
])('%s is sent as one', (_, query, contentType) => {
  const path = `/api/v1/namespaces/acme/serviceaccounts/bench-1-00000${query}`;
  const [lane] = planReplay([write({ verb: 'patch', path })], [TWIN]);
  expect(lane).toMatchObject([{ method: 'PATCH', contentType }]);
});

test('a patch of the twin does not ask for the version of the other', () => {
  const body = { metadata: { resourceVersion: '7' }, series: { count: 2 } };
  const [lane] = planReplay([write({ verb: 'patch', body })], [TWIN]);
  expect(lane).toMatchObject([{ body: { metadata: {}, series: { count: 2 } } }]);
  expect(JSON.stringify(lane)).not.toContain('resourceVersion');
});

test('the writes for one sandbox stay in order and in one lane', () => {
  const writes = ['create', 'patch', 'delete'].map((verb) => write({ verb }));
  const lanes = planReplay(writes, [TWIN]).filter((lane) => lane.length > 0);
  expect(lanes.map((lane) => lane.map(({ method }) => method))).toEqual([['POST', 'PATCH', 'DELETE']]);
});

test('a write for no sandbox of the round ends the bench', () => {
  expect(() => planReplay([write({ path: '/api/v1/namespaces/acme' })], [TWIN])).toThrow(
    'is about no sandbox',
  );
});

function write(change: Partial<AuditedRequest>): AuditedRequest {
  return {
    verb: 'create',
    path: '/api/v1/namespaces/acme/pods/bench-1-00000',
    userAgent: 'cloister-operator',
    resource: 'pods',
    status: 200,
    body: {},
    ...change,
  };
}
