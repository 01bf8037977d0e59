import type { AuditRecord } from './audit-record.ts';

const PERIOD_MILLISECONDS = 60_000;

/** How many records of each event were not kept, until a record says so. */
export class DroppedRecords {
  readonly #counts = new Map<string, number>();
  #noted = -Infinity;

  add({ metadata: { event_code: event }, count = 1 }: AuditRecord): void {
    this.#counts.set(event, (this.#counts.get(event) ?? 0) + count);
  }

  /** Whether there is something to say, and the last time was long enough ago. */
  isDue(now: number): boolean {
    return this.#counts.size > 0 && now - this.#noted >= PERIOD_MILLISECONDS;
  }

  /** Null where there are none. */
  counts(): Readonly<Record<string, number>> | null {
    return this.#counts.size === 0 ? null : Object.fromEntries(this.#counts);
  }

  /** A record says so. */
  noted(now: number): void {
    this.#counts.clear();
    this.#noted = now;
  }
}
