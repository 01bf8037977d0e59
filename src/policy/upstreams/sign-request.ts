import { Sha256 } from '@aws-crypto/sha256-js';
import { clearCredentialCache, SignatureV4 } from '@smithy/signature-v4';
import { Secret } from '../../lib/secret.ts';
import { sha256 } from '../../lib/sha256.ts';
import { type CredentialValues, takesValues } from './credential-values.ts';
import type { Attached } from './attach-credential.ts';
import { ACCESS_KEY_ID, findValueProblem, TOKEN } from './value-forms.ts';

/** What is signed with type `AWSSigV4`. The other types look at nothing of it. */
export interface SignedRequest {
  readonly method: string;
  /** Host and, where it is not 443, port: what the request says in `Host`. */
  readonly host: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  /** Headers that will be sent, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body; undefined where it is sent as it comes. */
  readonly body?: Uint8Array | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a key signs for. */
export interface SigningScope {
  readonly region: string;
  readonly service: string;
}

const CONTENT_HASH = 'x-amz-content-sha256';

/** What the agent's SDK has signed with the key that it does not have. */
const REMOVES = ['authorization', 'date', 'x-amz-date', 'x-amz-security-token', CONTENT_HASH];

/** Headers of these names and of the prefix are signed: the others may be changed on the way, or by what sends them. */
const SIGNED = new Set(['content-type', 'content-md5', 'range']);
const SIGNED_PREFIX = 'x-amz-';

const VALUES = {
  required: 'must be bound with accessKeyId, secretAccessKey and perhaps sessionToken',
  forms: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: TOKEN, sessionToken: TOKEN },
};

/** Signs a request by version 4 of AWS's signatures. */
export async function signRequest(
  { region, service }: SigningScope,
  values: CredentialValues,
  request: SignedRequest,
): Promise<Attached> {
  if (!takesValues('AWSSigV4', Object.keys(values))) {
    return { problem: { value: null, required: VALUES.required } };
  }
  const problem = findValueProblem(values, VALUES.forms);
  if (problem !== null) return { problem };
  const isStorage = STORAGE.has(service);
  const [path = '/', search = ''] = splitAt(request.target, '?');
  const query = readQuery(search);
  const hash = contentHash(request, isStorage);
  if (typeof query === 'string') return { problem: { value: null, required: query } };
  if ('required' in hash) return { problem: { value: null, required: hash.required } };
  const signer = new SignatureV4({
    region,
    service,
    sha256: Sha256,
    credentials: credentialsOf(values),
    applyChecksum: false,
    // Storage names objects by the path as it is; everything else escapes it once more.
    uriEscapePath: !isStorage,
  });
  const headers = { ...signedHeaders(request), [CONTENT_HASH]: hash.sha256 };
  const signed = await signer.sign(
    { method: request.method, protocol: 'https:', hostname: request.host, path, query, headers },
    {
      signingDate: Math.floor(request.now / 1000),
      ...(isStorage ? {} : { unsignableHeaders: new Set([CONTENT_HASH]) }),
    },
  );
  // It keeps what it makes of a key, for longer than the key itself may be kept.
  clearCredentialCache();
  return { headers: attachedHeaders(signed.headers, isStorage), removes: REMOVES };
}

function credentialsOf({ accessKeyId, secretAccessKey, sessionToken }: CredentialValues) {
  return {
    accessKeyId: accessKeyId!.reveal(),
    secretAccessKey: secretAccessKey!.reveal(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
  };
}

function attachedHeaders(
  headers: Readonly<Record<string, string>>,
  isStorage: boolean,
): Readonly<Record<string, Secret>> {
  const names = ['authorization', 'x-amz-date', 'x-amz-security-token', ...(isStorage ? [CONTENT_HASH] : [])];
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, new Secret(headers[name])]])),
  );
}

function signedHeaders({ host, headers }: SignedRequest): Record<string, string> {
  const signed = Object.entries(headers).filter(
    ([name]) => (SIGNED.has(name) || name.startsWith(SIGNED_PREFIX)) && !REMOVES.includes(name),
  );
  return { ...Object.fromEntries(signed), host };
}

const STORAGE: ReadonlySet<string> = new Set(['s3', 's3-object-lambda', 's3-outposts']);

const HASH = /^[0-9a-f]{64}$/;
/** The chunks of a body are not signed by the agent's key, which storage would refuse, but may be followed by a checksum. */
const UNSIGNED = new Set(['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']);

/** What stands for the body. */
function contentHash(
  { body, headers }: SignedRequest,
  isStorage: boolean,
): { readonly sha256: string } | { readonly required: string } {
  const said = headers[CONTENT_HASH];
  if (isStorage && said !== undefined && UNSIGNED.has(said)) return { sha256: said };
  if (said?.startsWith('STREAMING-') === true) {
    return { required: 'must have a body whose chunks are not signed one by one' };
  }
  if (body !== undefined) return { sha256: sha256(body) };
  // A hash that is not of the body makes the service refuse it, so the agent's word is enough.
  if (said !== undefined && HASH.test(said)) return { sha256: said };
  return isStorage ? { sha256: 'UNSIGNED-PAYLOAD' } : { required: 'must have a body that the gateway holds' };
}

/** The parameters of a query, decoded, or what it must be. */
function readQuery(search: string): Record<string, string[]> | string {
  const query: Record<string, string[]> = {};
  if (search === '') return query;
  for (const pair of search.split('&')) {
    const [name, value = ''] = splitAt(pair, '=').map(decode);
    if (name === null || name === undefined || value === null)
      return 'must have a query in which every "%" and "+" is escaped';
    if (/^x-amz-(?:signature|credential|security-token|algorithm)$/i.test(name)) {
      return 'must not be signed in its query';
    }
    if (name === '__proto__') return 'must not have a query with "__proto__"';
    (query[name] ??= []).push(value);
  }
  return query;
}

/** Null for what services decode in different ways. */
function decode(text: string): string | null {
  if (text.includes('+')) return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** What is before and after the first of a character. */
function splitAt(text: string, character: string): string[] {
  const index = text.indexOf(character);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
