import { open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { AuditUnavailableError } from '../../src/audit/audit-log.ts';
import type { AuditFileHandle } from '../../src/audit/file-sink.ts';
import { verifyFiles } from '../../src/audit/verify/verify-files.ts';
import { auditInput, DENIED, ENDED, ofSandbox } from './audit-input.ts';
import { useAudit } from './use-audit.ts';

const audit = useAudit();

/** Files on which some calls are slow, fail or are counted. */
function fileWith(change: (real: AuditFileHandle) => Partial<AuditFileHandle>) {
  return async (path: string): Promise<AuditFileHandle> => {
    const real = await open(path, 'wx');
    const bound: AuditFileHandle = {
      write: (...given) => real.write(...given),
      datasync: () => real.datasync(),
      truncate: (length) => real.truncate(length),
      close: () => real.close(),
    };
    return { ...bound, ...change(bound) };
  };
}

const noSpace = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }));

test('a call is an intent and an outcome in one chain that verifies', async () => {
  const log = await audit.open();
  await expect(log.intend(auditInput('1'), 'Synced')).resolves.toEqual({ sequence: 2 });
  log.outcome(auditInput('1', ENDED));
  await log.stop();
  const records = await audit.records();
  expect(records.map(({ metadata, unmapped }) => [metadata.event_code, unmapped.phase])).toEqual([
    ['EpochStarted', 'Event'],
    ['Connect', 'Intent'],
    ['Connect', 'Outcome'],
    ['EpochEnded', 'Event'],
  ]);
  await expect(verifyFiles(audit.folder(), null)).resolves.toMatchObject({
    records: 4,
    problems: [],
    openIntents: [],
    epochs: [{ number: 1, completeTo: { sequence: 4 }, tailBytes: 0, isEnded: true }],
  });
});

test('the next epoch links to the last head on the volume', async () => {
  const first = await audit.open();
  await first.intend(auditInput('1'), 'Synced');
  await first.stop();
  const second = await audit.open();
  const { previous, number } = second.head();
  expect({ previous, number }).toEqual({
    number: 2,
    previous: { epoch: first.head().epoch, sequence: 3, hash: first.head().hash },
  });
  await second.stop();
  const report = await verifyFiles(audit.folder(), null);
  expect(report).toMatchObject({ problems: [], openIntents: [{ callUID: '1', sequence: 2 }] });
});

test('a hundred tunnels, fifty at a time, on a disk that syncs in 5 ms, take at most 12 syncs', async () => {
  let syncs = 0;
  const createFile = fileWith((real) => ({
    datasync: async () => {
      syncs += 1;
      await delay(5);
      await real.datasync();
    },
  }));
  const log = await audit.open({ createFile });
  syncs = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < 100) {
      const call = `${(next += 1)}`;
      await log.intend(auditInput(call), 'Synced');
      log.outcome(auditInput(call, ENDED));
    }
  };
  await Promise.all(Array.from({ length: 50 }, work));
  expect(syncs).toBeLessThanOrEqual(12);
});

test('on a full disk intents are refused, the chain goes on when there is room, and nothing is left half written', async () => {
  let isFull = false;
  const createFile = fileWith((real) => ({
    write: async (bytes, offset, length, position) => {
      if (!isFull) return real.write(bytes, offset, length, position);
      await real.write(bytes, offset, Math.min(length, 100), position);
      return noSpace();
    },
  }));
  const log = await audit.open({ createFile });
  isFull = true;
  await expect(log.intend(auditInput('1'), 'Synced')).rejects.toThrow(AuditUnavailableError);
  expect(log.problem()).toContain('no space left');
  isFull = false;
  await expect(log.intend(auditInput('2'), 'Synced')).resolves.toEqual({ sequence: 2 });
  expect(log.problem()).toBeNull();
  await log.stop();
  await expect(verifyFiles(audit.folder(), null)).resolves.toMatchObject({ problems: [], records: 3 });
});

test('a sync that fails ends the log: nobody knows what the disk holds', async () => {
  let fails = false;
  const createFile = fileWith((real) => ({ datasync: () => (fails ? noSpace() : real.datasync()) }));
  const log = await audit.open({ createFile });
  fails = true;
  await expect(log.intend(auditInput('1'), 'Synced')).rejects.toThrow(AuditUnavailableError);
  fails = false;
  await expect(log.intend(auditInput('2'), 'Synced')).rejects.toThrow('sync of');
  expect(log.problem()).toContain('sync of');
});

test('a disk that cannot be written stops calls that are recorded in memory, until it can', async () => {
  let isFull = false;
  const createFile = fileWith((real) => ({
    write: (...given) => (isFull ? noSpace() : real.write(...given)),
  }));
  const log = await audit.open({ createFile, limits: { flushMilliseconds: 5 } });
  isFull = true;
  await log.intend(auditInput('1'), 'Buffered');
  await vi.waitFor(() => expect(log.problem()).toContain('no space left'));
  await expect(log.intend(auditInput('2'), 'Buffered')).rejects.toThrow('no space left');
  isFull = false;
  await vi.waitFor(() => expect(log.problem()).toBeNull());
  await log.intend(auditInput('3'), 'Buffered');
  await log.stop();
  const report = await verifyFiles(audit.folder(), null);
  expect(report).toMatchObject({ problems: [], openIntents: [{ callUID: '1' }, { callUID: '3' }] });
});

test('identical denials are one record with their exact number, however many there are', async () => {
  const log = await audit.open();
  for (let call = 0; call < 5_000; call += 1) log.record(auditInput(`${call}`, DENIED));
  for (let host = 0; host < 5_000; host += 1) {
    log.record(auditInput('x', { ...DENIED, destination: { host: `h${host}.example.com`, port: 443 } }));
  }
  log.record(auditInput('y', { ...DENIED, ...ofSandbox('b') }));
  await log.stop();
  const denials = (await audit.records()).filter(({ action }) => action === 'Denied');
  const total = denials.reduce((sum, { count = 1 }) => sum + count, 0);
  expect(total).toBe(10_001);
  expect(denials.length).toBeLessThan(40);
});

test('a sink that does not take what is written is waited for until a bound, then calls are refused', async () => {
  const stream = new Writable({ write: () => {}, highWaterMark: 1 });
  const opening = audit.open({
    folder: null,
    stream,
    limits: { maxWaitMilliseconds: 50, flushMilliseconds: 20 },
  });
  // Nothing has read the first record, so the epoch does not begin.
  await expect(Promise.race([opening, delay(100, 'waits')])).resolves.toBe('waits');
});

test('an intent on a disk that is too slow is refused, and its record says so', async () => {
  let release = (): void => {};
  let isSlow = false;
  const createFile = fileWith((real) => ({
    datasync: async () => {
      if (isSlow) await new Promise<void>((resolve) => (release = resolve));
      await real.datasync();
    },
  }));
  const log = await audit.open({ createFile, limits: { maxWaitMilliseconds: 50, flushMilliseconds: 20 } });
  isSlow = true;
  const first = log.intend(auditInput('1'), 'Synced');
  await expect(first).rejects.toThrow('not written in time');
  expect(log.problem()).toContain('not written in time');
  isSlow = false;
  release();
  await log.stop();
  const outcomes = (await audit.records()).filter(({ unmapped }) => unmapped.phase === 'Outcome');
  expect(outcomes).toMatchObject([{ status_detail: 'AuditUnavailable', status_id: 2 }]);
});

test('what waits in memory is bounded', async () => {
  const log = await audit.open({ limits: { maxPendingBytes: 40_000, flushMilliseconds: 60_000 } });
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, (_, call) =>
      log.intend(auditInput(`${call}`, ofSandbox(`s${call}`)), 'Buffered'),
    ),
  );
  const refused = results.filter(({ status }) => status === 'rejected').length;
  expect(refused).toBeGreaterThan(50);
  // What was taken in has its outcome written all the same.
  for (let call = 0; call < 100 - refused; call += 1) log.outcome(auditInput(`${call}`, ENDED));
  await log.stop();
  await expect(verifyFiles(audit.folder(), null)).resolves.toMatchObject({ problems: [], openIntents: [] });
});

test('files follow one another, and old ones are removed with a record that proves it', async () => {
  let now = Date.now();
  const limits = { maxFileBytes: 4_000 };
  const first = await audit.open({ limits, now: () => now, retentionDays: 1 });
  for (let call = 0; call < 20; call += 1) await first.intend(auditInput(`${call}`), 'Synced');
  await first.stop();
  const before = await audit.files();
  expect(before.length).toBeGreaterThan(3);
  await expect(verifyFiles(audit.folder(), null)).resolves.toMatchObject({ problems: [] });
  now += 2 * 86_400_000;
  const second = await audit.open({ limits, now: () => now, retentionDays: 1 });
  await vi.waitFor(async () => expect(await audit.files()).toHaveLength(1));
  await second.stop();
  await expect(verifyFiles(audit.folder(), null)).resolves.toMatchObject({ problems: [] });
});
