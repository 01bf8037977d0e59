import { createHash, createHmac } from 'node:crypto';
import type { VendorRequest } from './vendor.ts';

/** A pair of keys of AWS. */
export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<id>[^/]+)\/(?<scope>[^,]+), ?SignedHeaders=(?<names>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$/;

const digest = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * Says what is wrong with the signature of a request (AWS Signature Version 4, as S3 reads it); null where it was made with the
 * key. Written anew here, so that the gateway is not verified with what it signs by.
 */
export function signatureProblem(request: VendorRequest, key: SigningKey): string | null {
  const {
    id,
    scope = '',
    names = '',
    signature,
  } = AUTHORIZATION.exec(request.headers.authorization ?? '')?.groups ?? {};
  if (id === undefined) return `no signature: ${request.headers.authorization}`;
  if (id !== key.accessKeyId) return `signed with the key ${id}`;
  const content = String(request.headers['x-amz-content-sha256']);
  if (/^[0-9a-f]{64}$/.test(content) && content !== digest(request.body)) return 'another body was signed';
  const query = [...request.url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [request.method, request.url.pathname, query, headers.join(''), names, content].join(
    '\n',
  );
  const date = String(request.headers['x-amz-date']);
  const text = ['AWS4-HMAC-SHA256', date, scope, digest(canonical)].join('\n');
  const signingKey = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${key.secretAccessKey}`);
  return hmac(signingKey, text).toString('hex') === signature ? null : 'the signature is another';
}
