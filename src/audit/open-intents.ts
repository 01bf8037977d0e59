import type { AuditRecord } from './audit-record.ts';
import type { DiskRoom, KeptRoom } from './disk-room.ts';
import { sizeOf } from './pending-records.ts';
import { sourceOf } from './record-source.ts';

const MAX_OPEN_INTENTS = 50_000;

/** Calls that have an intent and no outcome yet, with the room on the disk that their outcomes need. */
export class OpenIntents {
  readonly #room: DiskRoom;
  readonly #outcomes = new Map<string, KeptRoom>();

  constructor(room: DiskRoom) {
    this.#room = room;
  }

  /** Keeps room for an intent, which is returned, and for its outcome; otherwise returns why there is none. */
  begin(intent: AuditRecord): KeptRoom | string {
    if (this.#outcomes.size >= MAX_OPEN_INTENTS) return 'too many calls are under way';
    const source = sourceOf(intent);
    const bytes = { intent: sizeOf(intent), outcome: sizeOf(intent, 'WithoutArguments') };
    const refusal = this.#room.refusalOf(source, bytes.intent + bytes.outcome);
    if (refusal !== null) return refusal;
    this.#outcomes.set(intent.metadata.correlation_uid ?? '', this.#room.keep(source, bytes.outcome));
    return this.#room.keep(source, bytes.intent);
  }

  /** Keeps room for a record, whether there is any or not. */
  keepRoom(record: AuditRecord): KeptRoom {
    return this.#room.keep(sourceOf(record), sizeOf(record));
  }

  /** Takes the room of a call's outcome; null where the call has no intent. */
  end(callUID: string): KeptRoom | null {
    const room = this.#outcomes.get(callUID) ?? null;
    this.#outcomes.delete(callUID);
    return room;
  }

  /** Takes back a call that is not made. */
  giveUp(intent: AuditRecord): void {
    this.end(intent.metadata.correlation_uid ?? '')?.release();
  }
}
