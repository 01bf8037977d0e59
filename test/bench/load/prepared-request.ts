import { benchReviews } from '../admission-reviews.ts';
import { benchPods } from '../pods.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { Target } from './target.ts';

/** A request in bytes, and what is wrong with an answer to it: null where it is as it must be. */
export interface PreparedRequest {
  readonly bytes: Buffer;
  readonly isRefused: boolean;
  readonly complain: (answer: HttpAnswer) => string | null;
}

/** Every request that a target gets, ready to send, so that the client costs little while it measures. */
export function prepareRequests(target: Target): readonly PreparedRequest[] {
  return target.content === 'Reviews' ? prepareReviews(target) : preparePods(target);
}

function prepareReviews(target: Target): readonly PreparedRequest[] {
  return benchReviews().map(({ uid, body, refusedBy }) => {
    const expected = target.refuses ? refusedBy : null;
    return {
      bytes: post(target, body),
      isRefused: expected !== null,
      complain: ({ status, body: answer }) => {
        const { response } = JSON.parse(answer.toString('utf8')) as { response?: Response };
        const isRight =
          status === 200 &&
          response?.uid === uid &&
          response.allowed === (expected === null) &&
          (expected === null || tells(response.status?.message, expected));
        return isRight ? null : `expected ${expected ?? 'allowed'}, got ${status} ${answer.toString('utf8')}`;
      },
    };
  });
}

interface Response {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly message: string };
}

function preparePods(target: Target): readonly PreparedRequest[] {
  const namespace = /namespaces\/([^/]+)\//.exec(target.path)?.[1] ?? '';
  return benchPods().map(({ manifest, refusedBy }) => {
    const pod = { ...manifest, metadata: { ...manifest.metadata, namespace } };
    const expected = target.refuses ? refusedBy : null;
    return {
      bytes: post(target, Buffer.from(JSON.stringify(pod))),
      isRefused: expected !== null,
      complain: ({ status, body }) => {
        if (expected === null && status === 201) return null;
        const answer = body.toString('utf8');
        if (expected !== null && status === 403 && tells(answer, expected)) return null;
        return `expected ${expected ?? 'created'}, got ${status} ${answer.slice(0, 500)}`;
      },
    };
  });
}

function tells(message: string | undefined, check: string): boolean {
  return message?.includes(`- ${check}:`) === true;
}

function post({ url, path, token }: Target, body: Buffer): Buffer {
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    'Accept: application/json, */*',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    ...(token === null ? [] : [`Authorization: Bearer ${token}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}
