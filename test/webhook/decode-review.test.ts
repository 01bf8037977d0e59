import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeReview } from '../../src/webhook/decode-review.ts';
import { isRequestProblem } from '../../src/serve/problem.ts';
import { buildAdmissionReview } from '../build/admission-review.ts';

const REQUIRED = ['uid', 'kind', 'resource', 'operation'] as const;

test('any bytes give a request or a problem of one line, never a throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const outcome = decodeReview(Buffer.from(bytes));
      expect(isRequestProblem(outcome) && outcome.status === 400 && !outcome.text.includes('\n')).toBe(true);
    }),
  );
});

test('a review in which one field is anything else is either refused or has the types it claims', () => {
  const field = fc.constantFrom(...REQUIRED, 'name', 'namespace', 'subResource', 'userInfo');
  fc.assert(
    fc.property(field, fc.jsonValue(), (name, value) => {
      const review = buildAdmissionReview();
      const outcome = decodeReview(
        Buffer.from(JSON.stringify({ ...review, request: { ...review.request, [name]: value } })),
      );
      if (isRequestProblem(outcome)) return;
      expect(typeof outcome.uid).toBe('string');
      expect(typeof outcome.resource.resource).toBe('string');
      expect(typeof outcome.kind.kind).toBe('string');
      expect(['string', 'undefined']).toContain(typeof outcome.namespace);
      expect(['string', 'undefined']).toContain(typeof outcome.subResource);
      for (const group of outcome.userInfo?.groups ?? []) expect(typeof group).toBe('string');
    }),
  );
});

test.for(REQUIRED)('a review without %s is refused', (name) => {
  const { [name]: _left, ...request } = buildAdmissionReview().request;
  const review = { ...buildAdmissionReview(), request };
  expect(isRequestProblem(decodeReview(Buffer.from(JSON.stringify(review))))).toBe(true);
});

// A client chooses the members of a request, and the reason of a problem is the label of a metric.
test('a request with the members of a problem is a request', () => {
  const review = buildAdmissionReview();
  const request = { ...review.request, status: 200, text: 'fine', reason: 'Chosen' };
  const outcome = decodeReview(Buffer.from(JSON.stringify({ ...review, request })));
  expect(isRequestProblem(outcome)).toBe(false);
  expect(outcome).toMatchObject({ uid: review.request.uid, operation: 'CREATE' });
});

// Before an object is validated its author may give it a name of megabytes, and names are kept until they are logged.
test.for(['name', 'namespace', 'subResource'])(
  'a %s longer than any that Kubernetes admits is refused',
  (field) => {
    const decode = (length: number) => {
      const review = buildAdmissionReview();
      const request = { ...review.request, [field]: 'a'.repeat(length) };
      return decodeReview(Buffer.from(JSON.stringify({ ...review, request })));
    };
    expect(decode(1_024)).toMatchObject({ [field]: 'a'.repeat(1_024) });
    expect(decode(1_025)).toEqual({
      reason: 'Malformed',
      status: 400,
      text: `request.${field} is longer than 1024 characters`,
    });
  },
);
