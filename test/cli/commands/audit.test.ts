import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EMPTY_REGISTRY, registerHead, writeRegistry } from '../../../src/audit/epoch-registry.ts';
import { auditInput, DENIED, ENDED } from '../../audit/audit-input.ts';
import { useAudit } from '../../audit/use-audit.ts';
import { runCommand, writeFiles } from '../run-command.ts';

const audit = useAudit();

const EMPTY_HEADS = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cloister-audit-heads}\n';

async function writeAudit() {
  const log = await audit.open();
  await log.intend(auditInput('1'), 'Synced');
  log.outcome(auditInput('1', ENDED));
  await log.intend(auditInput('2'), 'Synced');
  log.record(auditInput('3', DENIED));
  await log.stop();
  return { head: log.head(), path: join(audit.folder(), (await audit.files())[0] ?? '') };
}

test('cloister audit verify says how far an audit is complete, and which calls have no outcome', async () => {
  const { path } = await writeAudit();
  const { code, out, error } = await runCommand(['audit', 'verify', audit.folder()]);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(out).toMatch(/^cloister-gateway-0 epoch 1: complete up to 6 at \S+Z \(ended\)$/m);
  expect(out).toMatch(/^no outcome: \S+ acme-agents\/hermes Connect github.com:443 \(record 4, call 2\)$/m);
  expect(out).toContain('files: 1, epochs: 1, records: 6, problems: 0, without an outcome: 1\n');
  await expect(runCommand(['audit', 'verify', path])).resolves.toMatchObject({ code: 0 });
});

test('cloister audit verify says how many records were not kept', async () => {
  const log = await audit.open({ limits: { maxPendingBytes: 10_000 } });
  for (let call = 0; call < 20; call += 1) log.record(auditInput(`${call}`));
  await log.stop();
  const { code, out } = await runCommand(['audit', 'verify', audit.folder()]);
  expect(code).toBe(0);
  const [, dropped] =
    /^cloister-gateway-0 epoch 1: .* \(ended, (\d+) records were not kept\)$/m.exec(out) ?? [];
  expect(Number(dropped)).toBeGreaterThan(0);
  const json = await runCommand(['audit', 'verify', audit.folder(), '-o', 'json']);
  expect(JSON.parse(json.out)).toMatchObject({ epochs: [{ droppedRecords: Number(dropped) }] });
});

test('cloister audit verify finds a copy that was tampered with', async () => {
  const { path } = await writeAudit();
  const copy = writeFiles({ 'copy.jsonl': (await readFile(path, 'utf8')).replace('"Deny"', '"Allow"') });
  const { code, out } = await runCommand(['audit', 'verify', join(copy, 'copy.jsonl')]);
  expect(code).toBe(1);
  expect(out).toMatch(/^Changed copy.jsonl:5: the line does not have the hash that it says$/m);
});

test('cloister audit verify compares with the epochs that the operator registered, in every form of the list', async () => {
  const { path, head } = await writeAudit();
  const json = writeRegistry(registerHead(EMPTY_REGISTRY, head, Date.now()));
  const folder = writeFiles({
    'epochs.json': json,
    'heads.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cloister-audit-heads}\ndata:\n  epochs.json: |\n    ${json}\n`,
  });
  const verify = (file: string) =>
    runCommand(['audit', 'verify', audit.folder(), '--epochs', join(folder, file)]);
  await expect(verify('epochs.json')).resolves.toMatchObject({ code: 0 });
  await expect(verify('heads.yaml')).resolves.toMatchObject({ code: 0 });
  // The last signed write is gone, and nothing in the file says so.
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const kept = lines.slice(
    0,
    lines.findLastIndex((line, index) => index < lines.length - 1 && line.includes('"signature"')) + 1,
  );
  await writeFile(path, `${kept.join('\n')}\n`);
  await expect(runCommand(['audit', 'verify', audit.folder()])).resolves.toMatchObject({ code: 0 });
  const cut = await verify('heads.yaml');
  expect(cut.code).toBe(1);
  expect(cut.out).toMatch(/^Missing .*: epoch 1 was registered up to record 6, and is proven up to \d$/m);
});

test.for<readonly [string, readonly string[], string]>([
  ['a path that is missing', ['verify', '/nowhere'], 'ENOENT'],
  ['a folder without an audit', ['verify', import.meta.dirname], 'holds no file of an audit'],
  [
    'a list of epochs that is none',
    ['verify', '/nowhere', '--epochs', import.meta.filename],
    'is neither the ConfigMap',
  ],
  ['a count that is none', ['tail', '/nowhere', '-n', '0'], 'must be a whole number'],
])('cloister audit exits with 2 for %s', async ([, args, message]) => {
  const { code, error } = await runCommand(['audit', ...args]);
  expect(code).toBe(2);
  expect(error).toContain(message);
});

test('cloister audit verify says that a ConfigMap holds no epochs', async () => {
  const folder = writeFiles({ 'heads.yaml': EMPTY_HEADS });
  const { code, error } = await runCommand([
    'audit',
    'verify',
    folder,
    '--epochs',
    join(folder, 'heads.yaml'),
  ]);
  expect(code).toBe(2);
  expect(error).toContain('the ConfigMap has no key epochs.json');
});

test('cloister audit tail prints the last records, as text and as they are written', async () => {
  const { path } = await writeAudit();
  const text = await runCommand(['audit', 'tail', audit.folder(), '-n', '2']);
  expect(text.code).toBe(0);
  expect(text.out.split('\n')).toEqual([
    expect.stringMatching(
      /^\S+ Event Denied acme-agents\/hermes Connect github.com:443 HostNotAllowed, spec.network.allow, Gateway$/,
    ),
    expect.stringMatching(/^\S+ Event Allowed cloister-gateway-0 EpochEnded$/),
    '',
  ]);
  const json = await runCommand(['audit', 'tail', audit.folder(), '-o', 'json']);
  expect(json.out).toBe(await readFile(path, 'utf8'));
  await appendFile(path, '\u001B[2J torn');
  const torn = await runCommand(['audit', 'tail', path, '-n', '1']);
  expect(torn).toMatchObject({ code: 1, error: 'not a record: \\u001b[2J torn\n' });
});
