import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuditLog } from '../../../src/audit/audit-log.ts';
import { type AuditRecordInput, UNKNOWN_SUBJECT } from '../../../src/audit/audit-record-input.ts';
import { openAuditLog } from '../../../src/audit/open-audit-log.ts';
import { createLog } from '../../../src/lib/log.ts';
import { readAudit } from './read-audit.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloister-read-audit-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function input(effect: 'Allow' | 'Deny', event: AuditRecordInput['event'] = 'Authorize'): AuditRecordInput {
  const reason = effect === 'Deny' ? 'HostNotAllowed' : null;
  return {
    event,
    callUID: randomUUID(),
    subject: { ...UNKNOWN_SUBJECT, namespace: 'bench-agents', pod: 'agent-0', podUID: randomUUID() },
    decision: { effect, reason, rule: null, level: 'Gateway' },
  };
}

function openAudit(): Promise<AuditLog> {
  const log = createLog({ program: 'gateway', level: 'silent' });
  const common = { folder, stream: null, keyFolder: null, retentionDays: 1, log, now: Date.now };
  return openAuditLog({ ...common, tenant: 'bench', replica: 'cloister-gateway-0' });
}

/** Writes the audit of a tunnel, of two calls that were allowed and of one that was denied. */
async function writeAudit(): Promise<void> {
  const audit = await openAudit();
  const tunnel = input('Allow', 'Connect');
  await audit.intend(tunnel, 'Synced');
  audit.outcome({ ...tunnel, outcome: { succeeded: true, reason: 'Ended' } });
  audit.record(input('Allow'));
  audit.record(input('Allow'));
  audit.record(input('Deny'));
  await audit.stop();
}

async function changeFile(change: (text: string) => string): Promise<void> {
  const [name = ''] = await readdir(folder);
  const path = join(folder, name);
  await writeFile(path, change(await readFile(path, 'utf8')));
}

test('the records of requests are counted', async () => {
  await writeAudit();
  expect(await readAudit(folder)).toEqual({ events: 3, intents: 1, outcomes: 1, denied: 1 });
});

describe('an audit is not believed', () => {
  test.each<[string, (lines: string[]) => string[], string]>([
    ['with a line missing', (lines) => lines.toSpliced(2, 1), 'is not before this record'],
    ['with two lines changed over', ([a = '', b = '', c = '', ...more]) => [a, c, b, ...more], 'record'],
    ['without its end', (lines) => lines.slice(0, -1), 'are not proven'],
    ['with a line changed', (lines) => lines.map((line) => line.replace('agent-0', 'agent-1')), 'hash'],
  ])('%s', async (_name, change, message) => {
    await writeAudit();
    await changeFile((text) => `${change(text.trimEnd().split('\n')).join('\n')}\n`);
    await expect(readAudit(folder)).rejects.toThrow(message);
  });

  test('with an intent that has no outcome', async () => {
    const audit = await openAudit();
    await audit.intend(input('Allow', 'Connect'), 'Synced');
    await audit.stop();
    await expect(readAudit(folder)).rejects.toThrow('1 intents have no outcome');
  });
});
