import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import { canonicalJson } from '../lib/canonical-json.ts';
import type { AuditRecordInput } from './audit-record-input.ts';
import type { AuditRecord } from './audit-record.ts';

type RecordedArguments = NonNullable<AuditRecord['unmapped']['arguments']>;

/** The key of a tenant, as the Secret `cloister-audit-key` holds it. Not for a log. */
export interface TenantKey {
  readonly id: string;
  readonly digest: (text: string) => string;
  readonly encrypt: (text: string, callUID: string) => string;
  /** Throws where the key, the call or a byte is another. */
  readonly decrypt: (encrypted: string, callUID: string) => string;
}

/** The longest arguments that are recorded in full, in bytes of canonical JSON. Of longer ones the digest is recorded. */
const MAX_FULL_BYTES = 32_768;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Makes the two keys that the tenant's key of 32 bytes stands for. */
export function createTenantKey(id: string, secret: Uint8Array): TenantKey {
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', `cloister-audit-v1 ${use}`, 32));
  // A key object, which is made once: of a buffer one would be made for each call.
  const digestKey = createSecretKey(derive('digest'));
  const encryptionKey = derive('encrypt');
  // Ties a ciphertext to its call: one cannot be moved to the record of another.
  const additional = (callUID: string) => Buffer.from(`${id}\n${callUID}`);
  return {
    id,
    digest: (text) => createHmac('sha256', digestKey).update(text).digest('hex'),
    encrypt: (text, callUID) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', encryptionKey, nonce).setAAD(additional(callUID));
      return Buffer.concat([
        nonce,
        cipher.update(text, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]).toString('base64');
    },
    decrypt: (encrypted, callUID) => {
      const bytes = Buffer.from(encrypted, 'base64');
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const options = { authTagLength: TAG_BYTES };
      const decipher = createDecipheriv('aes-256-gcm', encryptionKey, nonce, options)
        .setAAD(additional(callUID))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      const content = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
      return decipher.update(content, undefined, 'utf8') + decipher.final('utf8');
    },
  };
}

/** Records the arguments of a call as the role says: not at all, as a keyed hash of their canonical JSON, or as its ciphertext. */
export function recordArguments(
  { arguments: given, callUID }: AuditRecordInput,
  key: TenantKey | null,
): RecordedArguments | undefined {
  if (given === undefined) return undefined;
  const { recorded, value } = given;
  if (recorded === 'None' || key === null) return { recorded: 'None' };
  const text = canonicalJson(value ?? null).toWellFormed();
  if (recorded === 'Full' && Buffer.byteLength(text) <= MAX_FULL_BYTES) {
    return { recorded, key_id: key.id, aes_256_gcm: key.encrypt(text, callUID) };
  }
  return { recorded: 'Digest', key_id: key.id, hmac_sha256: key.digest(text) };
}
