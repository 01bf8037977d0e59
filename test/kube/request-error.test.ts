import { expect, test } from 'vitest';
import { errorFromAnswer } from '../../src/kube/request-error.ts';

function status(code: number, reason: string, message = 'because'): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });
}

test.for([
  { code: 404, body: status(404, 'NotFound'), reason: 'NotFound' },
  { code: 404, body: '404 page not found\n', reason: 'KindNotServed' },
  { code: 409, body: status(409, 'AlreadyExists'), reason: 'AlreadyExists' },
  { code: 409, body: status(409, 'Conflict'), reason: 'Conflict' },
  { code: 410, body: status(410, 'Expired'), reason: 'Gone' },
  { code: 410, body: status(410, 'Gone'), reason: 'Gone' },
  { code: 403, body: status(403, 'Forbidden'), reason: 'Forbidden' },
  { code: 401, body: status(401, 'Unauthorized'), reason: 'Unauthorized' },
  { code: 422, body: status(422, 'Invalid'), reason: 'Invalid' },
  { code: 429, body: 'Too many requests', reason: 'TooManyRequests' },
  { code: 500, body: status(500, 'ServerTimeout'), reason: 'Timeout' },
  { code: 500, body: '', reason: 'InternalError' },
  { code: 503, body: '<html>', reason: 'Unavailable' },
  { code: 504, body: status(504, 'Timeout'), reason: 'Timeout' },
  { code: 418, body: '{"kind":"Teapot"}', reason: 'Unknown' },
  { code: 403, body: '{not json', reason: 'Forbidden' },
])('$code with $body is $reason', ({ code, body, reason }) => {
  const error = errorFromAnswer({ request: 'get Pod acme/one', status: code, body });
  expect(error).toMatchObject({ name: 'KubeError', reason, status: code });
  expect(error.message).toContain('get Pod acme/one');
});

test('the message carries what the API server said and what to do', () => {
  const body = status(403, 'Forbidden', 'User "alice" cannot get resource "secrets"');
  const { message } = errorFromAnswer({ request: 'get Secret acme/key', status: 403, body });
  expect(message).toBe(
    'cannot get Secret acme/key: User "alice" cannot get resource "secrets" (grant this verb to that user, or use other credentials)',
  );
});

test.for([
  { retryAfter: '7', seconds: 7 },
  { retryAfter: 'Wed, 21 Oct 2015 07:28:00 GMT', seconds: undefined },
  { retryAfter: '-1', seconds: undefined },
  { retryAfter: undefined, seconds: undefined },
])('Retry-After: $retryAfter asks for $seconds s', ({ retryAfter, seconds }) => {
  const error = errorFromAnswer({ request: 'list Pod', status: 429, body: '', retryAfter });
  expect(error.retryAfterSeconds).toBe(seconds);
});
