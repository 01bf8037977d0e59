import { z } from 'zod';
import type { AuditHead } from './audit-log.ts';
import { canonicalJson } from '../lib/canonical-json.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().min(1).max(253);

/** What `GET /audit/head` answers. */
const auditHead = z.object({
  replica: text,
  epoch: text,
  number: z.int().min(1),
  publicKey: hash,
  startTime: z.string().max(64),
  previous: z.object({ epoch: text, sequence: z.int().min(0), hash }).nullable(),
  sequence: z.int().min(0),
  hash,
});

const registeredEpoch = auditHead.extend({
  /** When the operator saw the epoch first, and this head. RFC 3339. */
  registeredTime: z.string().max(64),
  seenTime: z.string().max(64),
  /** What the gateway said that cannot be: the audit of this epoch is not to be trusted. */
  contradiction: z.string().max(256).optional(),
});

const epochRegistry = z.object({
  format: z.literal(1),
  /** In the order in which they were registered. */
  epochs: z.array(registeredEpoch),
  /** How many older ones are not in the list any more. */
  removed: z.int().min(0),
});

export type EpochRegistry = z.infer<typeof epochRegistry>;

/** Epochs in the list: about 600 bytes each, and all of them are written with each new head. */
const MAX_EPOCHS = 200;

export const EMPTY_REGISTRY: EpochRegistry = Object.freeze({ format: 1, epochs: [], removed: 0 });

/** Returns null for what is not a head. */
export function parseAuditHead(value: unknown): AuditHead | null {
  const parsed = auditHead.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** Throws an error of one line where the text is no list of epochs. */
export function parseRegistry(json: string): EpochRegistry {
  const parsed = epochRegistry.safeParse(JSON.parse(json));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error).replaceAll('\n', '; '));
  return parsed.data;
}

export function writeRegistry(registry: EpochRegistry): string {
  return canonicalJson(registry);
}

/** Adds what a gateway said. Returns the same registry where that is nothing new. */
export function registerHead(registry: EpochRegistry, head: AuditHead, now: number): EpochRegistry {
  const time = new Date(now).toISOString();
  const known = registry.epochs.find(
    ({ epoch, replica }) => epoch === head.epoch && replica === head.replica,
  );
  if (known === undefined) {
    const epochs = [...registry.epochs, { ...head, registeredTime: time, seenTime: time }];
    const removed = Math.max(0, epochs.length - MAX_EPOCHS);
    return { format: 1, epochs: epochs.slice(removed), removed: registry.removed + removed };
  }
  const contradiction = contradictionOf(known, head);
  const isSame = known.sequence === head.sequence && contradiction === undefined;
  if (isSame || (contradiction !== undefined && known.contradiction !== undefined)) return registry;
  // What was registered first stands: it is what the files are compared with.
  const next =
    contradiction === undefined
      ? { ...known, sequence: head.sequence, hash: head.hash, seenTime: time }
      : { ...known, contradiction };
  return { ...registry, epochs: registry.epochs.map((one) => (one === known ? next : one)) };
}

function contradictionOf(known: AuditHead, head: AuditHead): string | undefined {
  if (head.publicKey !== known.publicKey) return 'the public key changed';
  if (head.number !== known.number) return 'the number of the epoch changed';
  if (head.sequence < known.sequence) return `the head went back from ${known.sequence} to ${head.sequence}`;
  if (head.sequence === known.sequence && head.hash !== known.hash) return `record ${head.sequence} changed`;
  return undefined;
}
