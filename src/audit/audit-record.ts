import { z } from 'zod';
import { AUDIT_EVENTS } from './audit-record-input.ts';

/** The version of OCSF whose names the records use. */
export const OCSF_VERSION = '1.6.0';

/** Events about the log itself. */
export const LOG_EVENTS = [
  'EpochStarted',
  'EpochContinued',
  'EpochEnded',
  'RecordsDropped',
  'FilesExpired',
] as const;

/** The longest text of a field, in UTF-16 code units. */
export const MAX_TEXT = 1024;
/** The longest ciphertext: arguments of 32 KiB, in base64. */
export const MAX_CIPHERTEXT = 65_536;

/** How many tables of a statement are listed. */
export const MAX_LISTED = 64;

const text = z.string().max(MAX_TEXT);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

const recordedArguments = z.union([
  z.strictObject({ recorded: z.literal('None') }),
  z.strictObject({ recorded: z.literal('Digest'), key_id: text, hmac_sha256: hash }),
  z.strictObject({
    recorded: z.literal('Full'),
    key_id: text,
    /** Base64: 12 bytes of nonce, the ciphertext, 16 bytes of tag. */
    aes_256_gcm: z.string().max(MAX_CIPHERTEXT),
  }),
]);

const epoch = z.strictObject({
  number: z.int().min(1),
  replica: text,
  /** Ed25519, 32 bytes. */
  public_key: hash,
  start_time: count,
  /** The head of the epoch before, and what was found on the volume behind it. */
  previous: z
    .strictObject({ epoch: text, sequence: count, hash, tail_bytes: count, tail_sha256: hash.nullable() })
    .nullable(),
});

/** What OCSF has no name for. */
const unmapped = z.strictObject({
  chain: z.strictObject({
    epoch: text,
    hash,
    previous_hash: hash,
    /** Of the last record of each write. */
    signature: z
      .string()
      .regex(/^[0-9a-f]{128}$/)
      .optional(),
  }),
  /** `Intent`: about to be done. `Outcome`: how that ended. `Event`: stands alone. */
  phase: z.enum(['Intent', 'Outcome', 'Event']),
  effect: z.enum(['Allow', 'Deny', 'Ask']).optional(),
  level: z.enum(['Gateway', 'Pod', 'Cooperative']).optional(),
  /** Of a redirect that a fetch or a request for an upstream came to: its `metadata.correlation_uid`. */
  redirect_of: text.optional(),
  namespace: text.optional(),
  sandbox: text.optional(),
  sandbox_uid: text.optional(),
  role: text.optional(),
  role_hash: text.optional(),
  proof: z.enum(['Secret', 'Token', 'Shared']).optional(),
  arguments: recordedArguments.optional(),
  /** Of a statement of SQL. */
  statement: z
    .strictObject({ operations: z.array(text).max(MAX_LISTED), tables: z.array(text).max(MAX_LISTED) })
    .optional(),
  rows: count.optional(),
  epoch: epoch.optional(),
  /** Of `RecordsDropped`: how many records of each event were not kept. */
  dropped: z.record(z.string(), count).optional(),
  /** Of `FilesExpired`: the last record of what retention removed. */
  expired: z
    .strictObject({ file: text, epoch: text, number: z.int().min(1), sequence: count, hash })
    .optional(),
});

const endpoint = z.strictObject({
  ip: text.optional(),
  hostname: text.optional(),
  port: z.int().min(0).max(65_535).optional(),
  name: text.optional(),
  uid: text.optional(),
});

/** One line of the audit: an event of OCSF, class API Activity or Network Activity, as canonical JSON (RFC 8785). */
export const auditRecord = z.strictObject({
  activity_id: z.int().min(0).max(99),
  activity_name: text,
  action: z.enum(['Allowed', 'Denied']),
  action_id: z.union([z.literal(1), z.literal(2)]),
  actor: z.strictObject({ user: z.strictObject({ name: text, uid: text.optional() }) }).optional(),
  api: z.strictObject({ operation: text, service: z.strictObject({ name: text }) }).optional(),
  category_uid: z.union([z.literal(4), z.literal(6)]),
  class_uid: z.union([z.literal(4001), z.literal(6003)]),
  connection_info: z.strictObject({ direction_id: z.literal(2), protocol_name: z.literal('tcp') }).optional(),
  /** How many identical events this record stands for, from `start_time` to `end_time`. */
  count: z.int().min(1).optional(),
  disposition: z.enum(['Allowed', 'Blocked']),
  disposition_id: z.union([z.literal(1), z.literal(2)]),
  dst_endpoint: endpoint.optional(),
  /** Milliseconds. */
  duration: count.optional(),
  end_time: count.optional(),
  firewall_rule: z.strictObject({ name: text }).optional(),
  http_request: z
    .strictObject({
      http_method: text,
      url: z.strictObject({ scheme: z.literal('https'), hostname: text.optional(), path: text }),
    })
    .optional(),
  http_response: z.strictObject({ code: z.int() }).optional(),
  message: text.optional(),
  metadata: z.strictObject({
    correlation_uid: text.optional(),
    event_code: z.enum([...AUDIT_EVENTS, ...LOG_EVENTS]),
    product: z.strictObject({ name: z.literal('Cloister'), vendor_name: z.literal('Cloister') }),
    profiles: z.tuple([z.literal('security_control')]),
    /** Counts the records of an epoch from 1. 0 where there is no chain. */
    sequence: count,
    tenant_uid: text.optional(),
    version: z.literal(OCSF_VERSION),
  }),
  resources: z
    .array(z.strictObject({ type: text, namespace: text.optional(), name: text, uid: text.optional() }))
    .max(1)
    .optional(),
  severity_id: z.int().min(1).max(4),
  src_endpoint: endpoint,
  start_time: count.optional(),
  status_detail: text.optional(),
  /** 0: not known yet. 1: success. 2: failure. */
  status_id: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  /** Milliseconds since 1970. */
  time: count,
  traffic: z.strictObject({ bytes_in: count, bytes_out: count }).optional(),
  type_uid: z.int(),
  unmapped: unmapped.extend({ chain: unmapped.shape.chain.optional() }),
});

export type AuditRecord = z.infer<typeof auditRecord>;

/** A record before it has a place in a chain. */
export type UnchainedRecord = AuditRecord;

/** Returns what is wrong with a record; null where it is one. */
export function findRecordProblem(value: unknown): string | null {
  const result = auditRecord.safeParse(value);
  return result.success ? null : z.prettifyError(result.error).replaceAll('\n', '; ');
}

/** The JSON Schema of a record. */
export function auditRecordSchema(): object {
  return z.toJSONSchema(auditRecord, { target: 'draft-2020-12' });
}
