import { errorMessage } from '../lib/error-message.ts';
import { type AuditLog, AuditUnavailableError, type Durability } from './audit-log.ts';
import type { AuditArguments, AuditRecordInput, AuditSubject } from './audit-record-input.ts';
import type { AuditRecord } from './audit-record.ts';
import { buildRecord, unavailableOutcome } from './build-record.ts';
import { createDenialCounter } from './denial-counter.ts';
import type { KeptRoom } from './disk-room.ts';
import { DroppedRecords } from './dropped-records.ts';
import { argumentsProblem, keyProblem } from './follow-tenant-key.ts';
import { logRecord } from './log-record.ts';
import type { AuditLogParts } from './open-audit-log.ts';
import { OpenIntents } from './open-intents.ts';
import { type PendingRecord, pendingRecord, PendingRecords, RECORD_BYTES } from './pending-records.ts';
import { recordArguments } from './record-arguments.ts';
import { sourceOfSubject } from './record-source.ts';
import { removeExpired } from './remove-expired.ts';

const KEY_REFRESH_MILLISECONDS = 30_000;
const EXPIRY_MILLISECONDS = 3_600_000;
const STOP_MILLISECONDS = 5_000;

const TOO_SLOW = 'the audit is not written in time';

/** The log of one epoch: takes records, and writes what waits in one go while the next records gather. */
export class EpochLog implements AuditLog {
  readonly #parts: AuditLogParts;
  readonly #pending: PendingRecords;
  readonly #denials = createDenialCounter();
  readonly #open: OpenIntents;
  readonly #dropped = new DroppedRecords();
  readonly #timers: readonly NodeJS.Timeout[];
  #inFlight: readonly PendingRecord[] = [];
  /** Intents in flight that were refused because that took too long. */
  readonly #refusedInFlight = new Set<PendingRecord>();
  #running: Promise<void> | null = null;
  /** Whether an intent waits that nothing was begun for. */
  #isUrgent = false;
  #problem: string | null = null;
  #isStopped = false;

  constructor(parts: AuditLogParts) {
    this.#parts = parts;
    const { maxPendingBytes, flushMilliseconds } = parts.limits;
    this.#pending = new PendingRecords(maxPendingBytes);
    this.#open = new OpenIntents(parts.room);
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
    const room = this.#open.begin(record);
    if (typeof room === 'string') return Promise.reject(new AuditUnavailableError(room));
    return new Promise((resolve, reject) => {
      const isSynced = durability === 'Synced';
      const waiter = isSynced ? { since: this.#parts.now(), resolve, reject } : null;
      const pending = pendingRecord(record, { room, waiter });
      const full = this.#pending.add(pending, false);
      if (full !== null) {
        this.#giveUp(pending);
        return reject(new AuditUnavailableError(full));
      }
      if (!isSynced) return resolve({ sequence: null });
      this.#isUrgent = true;
      return void this.#flush();
    });
  }

  outcome(input: AuditRecordInput): void {
    const room = this.#open.end(input.callUID);
    if (room === null) return this.record(input);
    return this.#addOutcome(this.#build(input, 'Outcome'), room);
  }

  record(input: AuditRecordInput): void {
    const record = this.#build(input, 'Event');
    if (input.decision.effect !== 'Allow' && !this.#denials.note(record, true)) return;
    this.#enqueue(record);
  }

  problem(subject?: AuditSubject): string | null {
    if (this.#isStopped) return 'the audit is stopped';
    const problem = this.#broken() ?? this.#problem ?? this.#roomProblem(subject);
    return problem ?? keyProblem(this.#parts.key);
  }

  argumentsProblem(recorded: AuditArguments['recorded']): string | null {
    return argumentsProblem(this.#parts.key, recorded);
  }

  head() {
    return this.#parts.writer.head();
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const record of this.#denials.takeAll()) this.#enqueue(record);
    this.#noteDropped();
    const record = this.#logRecord('EpochEnded', {});
    this.#pending.add(pendingRecord(record, { bytes: 0, isReserved: true }), true);
    const late = new Promise((resolve) => setTimeout(resolve, STOP_MILLISECONDS).unref());
    // The first may be a write that began before the last record was there.
    await Promise.race([this.#flush().then(() => this.#flush()), late]);
    await this.#parts.file?.close();
  }

  #refusalOf({ arguments: given }: AuditRecordInput, durability: Durability): string | null {
    if (this.#isStopped) return 'the audit is stopped';
    const { file } = this.#parts;
    if (file === null && durability === 'Synced') return 'there is no volume for records that must be synced';
    // What could not be written still waits in memory, which takes nothing more until it is.
    const isStuck = durability === 'Buffered' && this.#pending.count() + this.#inFlight.length > 0;
    const problem = this.#broken() ?? (isStuck ? this.#problem : null);
    return problem ?? this.argumentsProblem(given?.recorded ?? 'None');
  }

  /** Why there is no room for a call of a subject, or of any. */
  #roomProblem(subject: AuditSubject | undefined): string | null {
    const source = subject === undefined ? '' : sourceOfSubject(subject);
    const full = this.#parts.room.refusalOf(source, 2 * RECORD_BYTES);
    return full ?? (subject === undefined ? null : this.#pending.refusalOf(source, RECORD_BYTES));
  }

  #broken(): string | null {
    return this.#parts.file?.broken() ?? this.#parts.stream?.broken() ?? null;
  }

  #build(input: AuditRecordInput, phase: 'Intent' | 'Outcome' | 'Event'): AuditRecord {
    const { tenant, key, now } = this.#parts;
    const recorded = phase === 'Outcome' ? undefined : recordArguments(input, key?.current() ?? null);
    const service = 'cloister-gateway';
    return buildRecord(input, { tenant, service, phase, time: now(), arguments: recorded });
  }

  #logRecord(
    ...[event, details]: [Parameters<typeof logRecord>[0]['event'], Parameters<typeof logRecord>[1]]
  ) {
    const { tenant, replica, now } = this.#parts;
    return logRecord({ event, tenant, replica, time: now() }, details);
  }

  #enqueue(record: AuditRecord): void {
    const { event_code: event } = record.metadata;
    const isReserved = event === 'Contained' || event === 'Released';
    if (this.#pending.add(pendingRecord(record, { isReserved }), false) !== null) this.#dropped.add(record);
  }

  #addOutcome(record: AuditRecord, room: KeptRoom): void {
    this.#pending.add(pendingRecord(record, { room }), true);
  }

  /** An intent that is refused was not dropped: its caller records a denial. */
  #refuse(pending: PendingRecord, reason: string): void {
    if (pending.waiter === null) return this.#dropped.add(pending.record);
    this.#giveUp(pending);
    return pending.waiter.reject(new AuditUnavailableError(reason));
  }

  #giveUp({ record, room }: PendingRecord): void {
    room?.release();
    this.#open.giveUp(record);
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
      this.#problem = null;
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
    return this.#addOutcome(outcome, this.#open.keepRoom(outcome));
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
    for (const record of this.#denials.takeDue(now())) this.#enqueue(record);
    if (this.#dropped.isDue(now())) this.#noteDropped();
    if (this.#pending.count() > 0) void this.#flush();
  }

  #noteDropped(): void {
    const dropped = this.#dropped.counts();
    if (dropped === null) return;
    const record = this.#logRecord('RecordsDropped', { dropped });
    const pending = pendingRecord(record, { isReserved: true });
    if (this.#pending.add(pending, false) === null) this.#dropped.noted(this.#parts.now());
  }

  #expire(): Promise<void> {
    return removeExpired(this.#parts, { pending: this.#pending, flush: () => this.#flush() });
  }
}
