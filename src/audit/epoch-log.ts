import { errorMessage } from '../lib/error-message.ts';
import { type AuditLog, AuditUnavailableError, type Durability } from './audit-log.ts';
import type { AuditArguments, AuditRecordInput } from './audit-record-input.ts';
import type { AuditRecord } from './audit-record.ts';
import { buildRecord, unavailableOutcome } from './build-record.ts';
import { createDenialCounter } from './denial-counter.ts';
import { logRecord } from './log-record.ts';
import type { AuditLogParts } from './open-audit-log.ts';
import { type PendingRecord, PendingRecords, sizeOf } from './pending-records.ts';
import { recordArguments } from './record-arguments.ts';
import { removeExpired } from './remove-expired.ts';

const MAX_OPEN_INTENTS = 50_000;
const KEY_REFRESH_MILLISECONDS = 30_000;
const EXPIRY_MILLISECONDS = 3_600_000;
const DROPPED_MILLISECONDS = 60_000;
const STOP_MILLISECONDS = 5_000;

const TOO_SLOW = 'the audit is not written in time';
const NO_KEY = 'the key for the arguments of calls is missing';
const NO_KEY_FOLDER = 'the arguments of calls cannot be recorded without --audit-key-folder';

/** The log of one epoch: takes records, and writes what waits in one go while the next records gather. */
export class EpochLog implements AuditLog {
  readonly #parts: AuditLogParts;
  readonly #pending: PendingRecords;
  readonly #denials = createDenialCounter();
  /** UIDs of calls that have an intent and no outcome yet. */
  readonly #open = new Set<string>();
  readonly #dropped = new Map<string, number>();
  readonly #timers: readonly NodeJS.Timeout[];
  #inFlight: readonly PendingRecord[] = [];
  /** Intents in flight that were refused because that took too long. */
  readonly #refusedInFlight = new Set<PendingRecord>();
  #running: Promise<void> | null = null;
  /** Whether an intent waits that nothing was begun for. */
  #isUrgent = false;
  #problem: string | null = null;
  #notedDropped = -Infinity;
  #isStopped = false;

  constructor(parts: AuditLogParts) {
    this.#parts = parts;
    const { maxPendingBytes, flushMilliseconds } = parts.limits;
    this.#pending = new PendingRecords(maxPendingBytes);
    this.#timers = [
      setInterval(() => this.#tick(), flushMilliseconds),
      setInterval(() => void parts.key?.refresh(), KEY_REFRESH_MILLISECONDS),
      setInterval(() => void this.#expire(), EXPIRY_MILLISECONDS),
    ];
    for (const timer of this.#timers) timer.unref();
    void this.#expire();
  }

  intend(input: AuditRecordInput, durability: Durability): Promise<{ readonly sequence: number | null }> {
    const reason = this.#refusalOf(input, durability);
    if (reason !== null) return Promise.reject(new AuditUnavailableError(reason));
    const record = this.#build(input, 'Intent');
    return new Promise((resolve, reject) => {
      const isSynced = durability === 'Synced';
      const waiter = isSynced ? { since: this.#parts.now(), resolve, reject } : null;
      const full = this.#enqueue(record, waiter);
      if (full !== null) return reject(new AuditUnavailableError(full));
      this.#open.add(input.callUID);
      if (isSynced) {
        this.#isUrgent = true;
        return void this.#flush();
      }
      return resolve({ sequence: null });
    });
  }

  outcome(input: AuditRecordInput): void {
    if (!this.#open.delete(input.callUID)) return this.record(input);
    const record = this.#build(input, 'Outcome');
    this.#pending.add({ record, bytes: sizeOf(record), isReserved: false, waiter: null }, true);
    return undefined;
  }

  record(input: AuditRecordInput): void {
    const record = this.#build(input, 'Event');
    if (input.decision.effect !== 'Allow' && !this.#denials.note(record, true)) return;
    if (this.#enqueue(record, null) !== null) this.#drop(record);
  }

  problem(): string | null {
    if (this.#isStopped) return 'the audit is stopped';
    const { key } = this.#parts;
    return this.#broken() ?? this.#problem ?? (key !== null && key.current() === null ? NO_KEY : null);
  }

  argumentsProblem(recorded: AuditArguments['recorded']): string | null {
    const { key } = this.#parts;
    if (recorded === 'None') return null;
    if (key === null) return NO_KEY_FOLDER;
    return key.current() === null ? NO_KEY : null;
  }

  head() {
    return this.#parts.writer.head();
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#noteAll(this.#denials.takeAll());
    this.#noteDropped();
    const record = this.#logRecord('EpochEnded', {});
    this.#pending.add({ record, bytes: 0, isReserved: true, waiter: null }, true);
    const late = new Promise((resolve) => setTimeout(resolve, STOP_MILLISECONDS).unref());
    // The first may be a write that began before the last record was there.
    await Promise.race([this.#flush().then(() => this.#flush()), late]);
    await this.#parts.file?.close();
  }

  #refusalOf({ arguments: given }: AuditRecordInput, durability: Durability): string | null {
    if (this.#isStopped) return 'the audit is stopped';
    const { file } = this.#parts;
    if (file === null && durability === 'Synced') return 'there is no volume for records that must be synced';
    if (this.#open.size >= MAX_OPEN_INTENTS) return 'too many calls are under way';
    return this.#broken() ?? this.argumentsProblem(given?.recorded ?? 'None');
  }

  #broken(): string | null {
    return this.#parts.file?.broken() ?? this.#parts.stream?.broken() ?? null;
  }

  #build(input: AuditRecordInput, phase: 'Intent' | 'Outcome' | 'Event'): AuditRecord {
    const { tenant, key, now } = this.#parts;
    const { arguments: given, callUID } = input;
    const hasArguments = given !== undefined && phase !== 'Outcome';
    const recorded = hasArguments ? recordArguments(given, key?.current() ?? null, callUID) : undefined;
    return buildRecord(input, {
      tenant,
      service: 'cloister-gateway',
      phase,
      time: now(),
      arguments: recorded,
    });
  }

  #logRecord(
    ...[event, details]: [Parameters<typeof logRecord>[0]['event'], Parameters<typeof logRecord>[1]]
  ) {
    const { tenant, replica, now } = this.#parts;
    return logRecord({ event, tenant, replica, time: now() }, details);
  }

  #enqueue(record: AuditRecord, waiter: PendingRecord['waiter']): string | null {
    const { event_code: event } = record.metadata;
    const isReserved = event === 'Contained' || event === 'Released';
    return this.#pending.add({ record, bytes: sizeOf(record), isReserved, waiter }, false);
  }

  #drop({ metadata: { event_code: event }, count = 1 }: AuditRecord): void {
    this.#dropped.set(event, (this.#dropped.get(event) ?? 0) + count);
  }

  /** An intent that is refused was not dropped: its caller records a denial. */
  #refuse({ record, waiter }: PendingRecord, reason: string): void {
    if (waiter === null) return this.#drop(record);
    this.#open.delete(record.metadata.correlation_uid ?? '');
    return waiter.reject(new AuditUnavailableError(reason));
  }

  #flush(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      // Asked for after the last look at what waits.
      if (this.#isUrgent) void this.#flush();
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    // What else this turn of the event loop asks for is written along.
    await new Promise(setImmediate);
    do await this.#parts.gathering.gather(this.#pending.waiters());
    while (this.#pending.count() > 0 && (await this.#writeOnce()));
  }

  async #writeOnce(): Promise<boolean> {
    const waiters = this.#pending.waiters();
    const taken = this.#pending.take();
    this.#isUrgent = false;
    this.#inFlight = taken;
    try {
      const { written, refused } = await this.#parts.gathering.time(waiters, () =>
        this.#parts.writer.write(taken),
      );
      for (const { pending, sequence } of written) this.#resolve(pending, sequence);
      for (const { pending, reason } of refused) this.#refuse(pending, reason);
      this.#problem = refused.find(({ isOfSandbox }) => !isOfSandbox)?.reason ?? null;
      return true;
    } catch (error) {
      this.#problem = `the audit cannot be written: ${errorMessage(error)}`;
      this.#parts.log.error({ error: errorMessage(error) }, 'the audit cannot be written');
      for (const pending of taken) if (pending.waiter !== null) this.#refuse(pending, this.#problem);
      this.#pending.putBack(taken.filter(({ waiter }) => waiter === null));
      return false;
    } finally {
      this.#inFlight = [];
      this.#refusedInFlight.clear();
    }
  }

  #resolve(pending: PendingRecord, sequence: number): void {
    const { waiter, record } = pending;
    if (!this.#refusedInFlight.has(pending)) return waiter?.resolve({ sequence });
    // It is on the disk all the same, so its end is written too.
    const outcome = unavailableOutcome(record);
    this.#pending.add({ record: outcome, bytes: sizeOf(outcome), isReserved: false, waiter: null }, true);
    return undefined;
  }

  #tick(): void {
    const { limits, now } = this.#parts;
    const before = now() - limits.maxWaitMilliseconds;
    for (const pending of this.#pending.takeStale(before)) this.#refuse(pending, TOO_SLOW);
    for (const pending of this.#inFlight) {
      if (pending.waiter === null || pending.waiter.since >= before) continue;
      if (this.#refusedInFlight.has(pending)) continue;
      this.#problem = TOO_SLOW;
      this.#refusedInFlight.add(pending);
      this.#refuse(pending, TOO_SLOW);
    }
    this.#noteAll(this.#denials.takeDue(now()));
    if (now() - this.#notedDropped >= DROPPED_MILLISECONDS) this.#noteDropped();
    if (this.#pending.count() > 0) void this.#flush();
  }

  #noteAll(records: readonly AuditRecord[]): void {
    for (const record of records) if (this.#enqueue(record, null) !== null) this.#drop(record);
  }

  #noteDropped(): void {
    if (this.#dropped.size === 0) return;
    const record = this.#logRecord('RecordsDropped', { dropped: Object.fromEntries(this.#dropped) });
    const pending = { record, bytes: sizeOf(record), isReserved: true, waiter: null };
    if (this.#pending.add(pending, false) !== null) return;
    this.#dropped.clear();
    this.#notedDropped = this.#parts.now();
  }

  #expire(): Promise<void> {
    return removeExpired(this.#parts, { pending: this.#pending, flush: () => this.#flush() });
  }
}
