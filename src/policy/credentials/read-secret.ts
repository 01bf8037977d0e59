import { isRecord } from '../../lib/is-record.ts';
import { listFirst } from '../../lib/list-first.ts';
import { Secret } from '../../lib/secret.ts';
import {
  type CredentialValues,
  MAX_VALUE_CHARACTERS,
  selectedKeys,
  type SecretSelection,
} from '../upstreams/credential-values.ts';

/** What is read of a secret. Nothing of a value is in the problem. */
export type ReadSecret =
  | { readonly values: CredentialValues; readonly ttlMilliseconds: number }
  | { readonly problem: { readonly reason: SecretProblem; readonly message: string } };

export type SecretProblem = 'CredentialMissing' | 'CredentialUnusable';

/** How long a secret may be used that does not say it, and at most, in seconds. */
export const MAX_CREDENTIAL_SECONDS = 900;

/** Key of a secret that says how long it may be used. */
const TTL_KEY = 'ttl';

const MAX_LISTED = 5;

/**
 * Reads what a binding names of a secret, and how long it may be used. What cannot be understood refuses all: half a credential
 * is none, and a ttl that is misread would keep a secret for too long.
 */
export function readSecret(data: unknown, selection: SecretSelection): ReadSecret {
  if (!isRecord(data)) return problem('CredentialUnusable', 'the secret is not a map of keys');
  const wanted = selectedKeys(selection);
  if (wanted.length === 0) return problem('CredentialUnusable', 'the binding names no key');
  const missing = wanted.filter(([, key]) => !Object.hasOwn(data, key)).map(([, key]) => key);
  if (missing.length > 0)
    return problem('CredentialMissing', `the secret has no key ${listFirst(missing, MAX_LISTED)}`);
  const ttlSeconds = readSeconds(Object.hasOwn(data, TTL_KEY) ? data[TTL_KEY] : undefined);
  if (ttlSeconds === null)
    return problem(
      'CredentialUnusable',
      `the key ${TTL_KEY} of the secret is no time: write seconds, or a text such as 5m`,
    );
  const values: Record<string, Secret> = {};
  for (const [name, key] of wanted) {
    const fault = faultOf(data[key]);
    if (fault !== null) return problem('CredentialUnusable', `the key ${key} of the secret ${fault}`);
    values[name] = new Secret(data[key] as string);
  }
  return { values, ttlMilliseconds: Math.min(ttlSeconds, MAX_CREDENTIAL_SECONDS) * 1000 };
}

function faultOf(value: unknown): string | null {
  if (typeof value !== 'string') return 'holds no text';
  if (value === '') return 'is empty';
  return value.length > MAX_VALUE_CHARACTERS ? `has more than ${MAX_VALUE_CHARACTERS} characters` : null;
}

const SECONDS_OF = { h: 3600, m: 60, s: 1 } as const;

/** Seconds as a number or a text, or hours, minutes and seconds as Vault writes them. Null for anything else. */
function readSeconds(value: unknown): number | null {
  if (value === undefined) return MAX_CREDENTIAL_SECONDS;
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  if (!/^(\d{1,9}[hms])+$/.test(text)) return null;
  const parts = [...text.matchAll(/(\d+)([hms])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * SECONDS_OF[unit as 'h' | 'm' | 's'], 0);
}

function problem(reason: SecretProblem, message: string): ReadSecret {
  return { problem: { reason, message } };
}
