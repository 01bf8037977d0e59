import { createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTenantKey } from '../../src/audit/record-arguments.ts';
import { verifyFiles } from '../../src/audit/verify/verify-files.ts';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { auditInput, DENIED } from './audit-input.ts';
import { useAudit } from './use-audit.ts';

const audit = useAudit();

test('arguments are recorded as the role says, and only the key opens them', async () => {
  const keyFolder = join(audit.folder(), 'key');
  await mkdir(keyFolder);
  const secret = randomBytes(32);
  await writeFile(join(keyFolder, 'id'), 'k1');
  await writeFile(join(keyFolder, 'key'), secret);
  const log = await audit.open({ keyFolder, folder: join(audit.folder(), 'files') });
  const value = { query: 'select secret-word', 10: 1, 9: 2 };
  const lines: string[] = [];
  for (const recorded of ['None', 'Digest', 'Full'] as const) {
    await log.intend(
      auditInput(recorded, { event: 'ToolCall', operation: 'execute_sql', arguments: { recorded, value } }),
      'Synced',
    );
  }
  await log.stop();
  const text = await readFile(
    join(audit.folder(), 'files', 'cloister-gateway-0.00000001.000001.jsonl'),
    'utf8',
  );
  expect(text).not.toContain('secret-word');
  for (const line of text.trim().split('\n')) lines.push(line);
  const recorded = lines.map(
    (line) => (JSON.parse(line) as { unmapped: { arguments?: Record<string, string> } }).unmapped.arguments,
  );
  const key = createTenantKey('k1', secret);
  expect(recorded[1]).toEqual({ recorded: 'None' });
  expect(recorded[2]).toEqual({
    recorded: 'Digest',
    key_id: 'k1',
    hmac_sha256: key.digest(canonicalJson(value)),
  });
  expect(key.decrypt(recorded[3]?.['aes_256_gcm'] ?? '', 'Full')).toBe(
    '{"10":1,"9":2,"query":"select secret-word"}',
  );
  expect(() => key.decrypt(recorded[3]?.['aes_256_gcm'] ?? '', 'Other')).toThrow();
});

test('what is recorded of arguments can be checked and opened as the documentation says, without our code', () => {
  const secret = randomBytes(32);
  const ours = createTenantKey('k1', secret);
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', `cloister-audit-v1 ${use}`, 32));
  const text = canonicalJson({ b: 1, a: 'x' });
  expect(createHmac('sha256', derive('digest')).update(text).digest('hex')).toBe(ours.digest(text));
  const bytes = Buffer.from(ours.encrypt(text, 'call-1'), 'base64');
  const decipher = createDecipheriv('aes-256-gcm', derive('encrypt'), bytes.subarray(0, 12))
    .setAAD(Buffer.from('k1\ncall-1'))
    .setAuthTag(bytes.subarray(-16));
  expect(decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')).toBe(text);
});

test('without its key a call whose arguments must be recorded is refused', async () => {
  const log = await audit.open({ keyFolder: join(audit.folder(), 'missing') });
  const withArguments = auditInput('1', { arguments: { recorded: 'Digest', value: {} } });
  await expect(log.intend(withArguments, 'Synced')).rejects.toThrow(
    'the key for the arguments of calls is missing',
  );
});

test('without a folder for the key neither is silently left out', async () => {
  const log = await audit.open({ keyFolder: null });
  for (const recorded of ['Digest', 'Full'] as const) {
    expect(log.argumentsProblem(recorded)).toContain('--audit-key-folder');
    const input = auditInput(recorded, { arguments: { recorded, value: {} } });
    await expect(log.intend(input, 'Synced')).rejects.toThrow('--audit-key-folder');
  }
  expect(log.argumentsProblem('None')).toBeNull();
  const without = auditInput('None', { arguments: { recorded: 'None', value: {} } });
  await expect(log.intend(without, 'Synced')).resolves.toBeDefined();
  expect(log.problem()).toBeNull();
});

test('queries and fragments are dropped, long and malformed texts are cut and mended', async () => {
  const log = await audit.open();
  const request = { method: 'GET', path: '/a?token=secret-word#secret-word' };
  const destination = { host: `${'x'.repeat(5_000)}\uD800`, port: 65_979 };
  await log.intend(auditInput('1', { event: 'Fetch', request, destination }), 'Synced');
  await log.stop();
  const record = (await audit.records())[1];
  expect(record?.http_request?.url.path).toBe('/a');
  expect(record?.dst_endpoint).toEqual({ hostname: 'x'.repeat(1024), ip: undefined, port: undefined });
  expect(JSON.stringify(record)).not.toContain('secret-word');
  await expect(verifyFiles(audit.folder(), null)).resolves.toMatchObject({ problems: [] });
});

test('a redirect names the call that it belongs to, and a record of many denials names none', async () => {
  const log = await audit.open();
  await log.intend(auditInput('1.1', { event: 'Fetch', redirectOf: '1' }), 'Synced');
  for (const call of ['2', '3']) log.record(auditInput(`${call}.1`, { ...DENIED, redirectOf: call }));
  await log.stop();
  const records = (await audit.records()).filter(
    ({ dst_endpoint: destination }) => destination !== undefined,
  );
  expect(
    records.map(({ count, metadata, unmapped }) => [metadata.correlation_uid, unmapped.redirect_of, count]),
  ).toEqual([
    ['1.1', '1', undefined],
    ['2.1', '2', undefined],
    [undefined, undefined, 1],
  ]);
});
