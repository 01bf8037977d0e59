import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { verifyFiles } from '../../src/audit/verify/verify-files.ts';
import { auditInput, DENIED, ENDED, ofSandbox } from './audit-input.ts';
import { useAudit } from './use-audit.ts';

const audit = useAudit();

test('a tenth of the disk space is kept for containment', async () => {
  const log = await audit.open({ limits: { maxDiskBytes: 60_000 } });
  let denied = 0;
  for (let call = 0; call < 60; call += 1) {
    const input = auditInput(`${call}`, ofSandbox(`s${call}`));
    await log.intend(input, 'Synced').catch(() => (denied += 1));
  }
  expect(denied).toBeGreaterThan(0);
  expect(log.problem()).toBe('the disk space for the audit is used up');
  log.record(auditInput('c', { event: 'Contained', resource: { kind: 'AgentQuarantine', name: 'q' } }));
  await log.stop();
  const events = (await audit.records()).map(({ metadata }) => metadata.event_code);
  expect(events).toContain('Contained');
  await expect(verifyFiles(audit.folder(), null)).resolves.toMatchObject({ problems: [] });
});

test('a sandbox that has used up its share is refused, and others are not', async () => {
  const log = await audit.open({ limits: { maxDiskBytes: 80_000 } });
  let refusal = '';
  for (let call = 0; call < 30; call += 1) {
    await log.intend(auditInput(`${call}`), 'Synced').catch((error: Error) => (refusal = error.message));
  }
  expect(refusal).toBe('this sandbox or pod has used up its share of the disk space for the audit');
  expect(log.problem()).toBeNull();
  await expect(log.intend(auditInput('other', ofSandbox('b')), 'Synced')).resolves.toBeDefined();
});

test.for(['Synced', 'Buffered'] as const)(
  'no call of a sandbox is made unrecorded once its share is used up, with %s',
  async (durability) => {
    const limits = { maxDiskBytes: 100_000, flushMilliseconds: 5 };
    const log = await audit.open({ limits });
    let made = 0;
    for (let call = 0; call < 60; call += 1) {
      const isMade = await log.intend(auditInput(`${call}`), durability).then(
        () => true,
        () => false,
      );
      if (isMade) log.outcome(auditInput(`${call}`, ENDED));
      made += isMade ? 1 : 0;
      if (call % 4 === 0) await delay(20);
    }
    expect(log.problem(auditInput('').subject)).toContain('has used up its share');
    expect(log.problem()).toBeNull();
    await log.stop();
    const records = await audit.records();
    const phases = records.map(({ unmapped }) => unmapped.phase);
    expect(made).toBeLessThan(60);
    expect(phases.filter((phase) => phase === 'Intent')).toHaveLength(made);
    expect(phases.filter((phase) => phase === 'Outcome')).toHaveLength(made);
    expect(records.map(({ metadata }) => metadata.event_code)).not.toContain('RecordsDropped');
  },
);

test('calls that were begun have their outcomes written when the disk space is used up meanwhile', async () => {
  const log = await audit.open({ limits: { maxDiskBytes: 60_000, flushMilliseconds: 5 } });
  const made: string[] = [];
  for (let call = 0; call < 90; call += 1) {
    const input = auditInput(`${call}`, ofSandbox(`s${call}`));
    await log.intend(input, 'Buffered').then(
      () => made.push(`${call}`),
      () => log.record({ ...input, ...DENIED }),
    );
    if (call % 10 === 0) await delay(20);
  }
  await delay(50);
  expect(log.problem()).toBe('the disk space for the audit is used up');
  for (const call of made) log.outcome(auditInput(call, { ...ofSandbox(`s${call}`), ...ENDED }));
  await log.stop();
  await expect(verifyFiles(audit.folder(), null)).resolves.toMatchObject({ problems: [], openIntents: [] });
});
