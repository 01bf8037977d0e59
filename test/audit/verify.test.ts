import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, asyncProperty, integer, nat, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import type { AuditLog } from '../../src/audit/audit-log.ts';
import type { AuditRecord } from '../../src/audit/audit-record.ts';
import { chainRecord, NO_HASH } from '../../src/audit/chain.ts';
import { logRecord } from '../../src/audit/log-record.ts';
import { ReplicaVerifier } from '../../src/audit/verify/replica-verifier.ts';
import type { RegisteredEpoch } from '../../src/audit/verify/report.ts';
import { verifyFiles } from '../../src/audit/verify/verify-files.ts';
import { auditInput, ENDED } from './audit-input.ts';
import { useAudit } from './use-audit.ts';

const audit = useAudit();

async function writeCalls(log: AuditLog, from: number, to: number): Promise<void> {
  for (let call = from; call < to; call += 1) {
    await log.intend(auditInput(`call-${call}`), 'Synced');
    log.outcome(auditInput(`call-${call}`, ENDED));
  }
}

/** Writes two epochs of a replica; returns their files and what the operator would have registered. */
async function twoEpochs() {
  const registered: RegisteredEpoch[] = [];
  for (const from of [0, 4]) {
    const log = await audit.open({ limits: { maxFileBytes: 6_000 } });
    await writeCalls(log, from, from + 4);
    await log.stop();
    registered.push(log.head());
  }
  const files = await audit.files();
  return { files, registered, path: (index: number) => join(audit.folder(), files.at(index) ?? '') };
}

const kinds = async (registered: readonly RegisteredEpoch[] | null = null, path = audit.folder()) =>
  [...new Set((await verifyFiles(path, registered)).problems.map(({ kind }) => kind))].sort();

test('what was written verifies, with and without the registered epochs', async () => {
  const { registered } = await twoEpochs();
  await expect(kinds()).resolves.toEqual([]);
  await expect(kinds(registered)).resolves.toEqual([]);
});

test('a line that is changed, removed, doubled or moved is found', async () => {
  const { path } = await twoEpochs();
  const whole = await readFile(path(0), 'utf8');
  const lines = whole.trimEnd().split('\n');
  const write = (changed: readonly string[]) => writeFile(path(0), `${changed.join('\n')}\n`);
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    [
      'changed',
      lines.map((line, index) => (index === 2 ? line.replace('github.com', 'gitlab.com') : line)),
      'Changed',
    ],
    ['removed', lines.toSpliced(2, 1), 'Missing'],
    ['doubled', lines.toSpliced(2, 0, lines[2] ?? ''), 'Reordered'],
    ['moved', lines.toSpliced(1, 2, lines[2] ?? '', lines[1] ?? ''), 'Reordered'],
  ];
  for (const [name, changed, kind] of cases) {
    await write(changed);
    await expect(kinds(), name).resolves.toContain(kind);
  }
});

test('a file that is missing is found: first, middle and last', async () => {
  const { files, path, registered } = await twoEpochs();
  expect(files.length).toBeGreaterThan(3);
  for (const [index, expected] of [
    [0, 'Missing'],
    [1, 'Missing'],
    [-1, 'Missing'],
  ] as const) {
    const aside = join(audit.folder(), 'aside');
    await rename(path(index), aside);
    await expect(kinds(registered), `file ${index}`).resolves.toContain(expected);
    await rename(aside, path(index));
  }
});

test('an epoch that is missing is found: the first by what follows, the last by its registration', async () => {
  const { files, registered } = await twoEpochs();
  for (const file of files.filter((name) => name.includes('.00000001.'))) {
    await rename(join(audit.folder(), file), join(audit.folder(), `${file}.aside`));
  }
  await expect(kinds()).resolves.toEqual(['MissingEpoch']);
  for (const file of files.filter((name) => name.includes('.00000001.'))) {
    await rename(join(audit.folder(), `${file}.aside`), join(audit.folder(), file));
  }
  for (const file of files.filter((name) => name.includes('.00000002.')))
    await rm(join(audit.folder(), file));
  await expect(kinds()).resolves.toEqual([]);
  await expect(kinds(registered)).resolves.toEqual(['MissingEpoch']);
});

test('a chain that is written anew with another key is found by the registration', async () => {
  const { registered } = await twoEpochs();
  const [first] = registered;
  await expect(kinds([{ ...(first as RegisteredEpoch), publicKey: 'ab'.repeat(32) }])).resolves.toEqual([
    'NotRegistered',
    'WrongKey',
  ]);
});

test('a signature of another key is found', async () => {
  const { path } = await twoEpochs();
  const text = await readFile(path(0), 'utf8');
  await writeFile(
    path(0),
    text.replace(/"signature":"../, (found) => `${found.slice(0, -2)}00`),
  );
  await expect(kinds()).resolves.toContain('WrongKey');
});

test('a file that is cut off after any byte is found by its registration, and is never complete up to its end', async () => {
  const log = await audit.open();
  await log.intend(auditInput('1'), 'Synced');
  await log.stop();
  const [file = ''] = await audit.files();
  const whole = await readFile(join(audit.folder(), file));
  const verify = (length: number, registered: readonly RegisteredEpoch[] | null) => {
    const verifier = new ReplicaVerifier('cloister-gateway-0', registered, false);
    verifier.addFile(file, whole.subarray(0, length));
    return { epochs: verifier.end(), problems: verifier.problems };
  };
  expect(verify(whole.length, [log.head()])).toMatchObject({ problems: [], epochs: [{ isEnded: true }] });
  for (let length = 0; length < whole.length; length += 1) {
    expect(verify(length, [log.head()]).problems, `cut to ${length} bytes`).not.toEqual([]);
    expect(verify(length, null).epochs[0]?.isEnded ?? false).toBe(false);
  }
});

test('a change of any byte of any file is found', async () => {
  const { files } = await twoEpochs();
  const contents = await Promise.all(files.map((file) => readFile(join(audit.folder(), file))));
  await assert(
    asyncProperty(nat(), nat(), integer({ min: 1, max: 255 }), async (file, at, mask) => {
      const index = file % files.length;
      const original = contents[index] ?? Buffer.alloc(0);
      const changed = Buffer.from(original);
      changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ mask;
      const path = join(audit.folder(), files[index] ?? '');
      await writeFile(path, changed);
      const { problems } = await verifyFiles(audit.folder(), null);
      await writeFile(path, original);
      expect(problems).not.toEqual([]);
    }),
    { numRuns: 150 },
  );
});

test('bytes that are inserted or removed anywhere are found', async () => {
  const { files } = await twoEpochs();
  const path = join(audit.folder(), files[0] ?? '');
  const original = await readFile(path);
  await assert(
    asyncProperty(nat(original.length - 1), uint8Array({ minLength: 1, maxLength: 3 }), async (at, bytes) => {
      const [before, behind] = [original.subarray(0, at), original.subarray(at)];
      for (const changed of [
        Buffer.concat([before, bytes, behind]),
        Buffer.concat([before, behind.subarray(1)]),
      ]) {
        await writeFile(path, changed);
        const { problems } = await verifyFiles(audit.folder(), null);
        expect(problems).not.toEqual([]);
      }
    }),
    { numRuns: 50 },
  );
  await writeFile(path, original);
});

test('a gateway that is killed between intent and outcome leaves an intent that is listed, and the next epoch says where it stopped', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-gateway.ts'), audit.folder()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await kill(child);
  await expect(verifyFiles(audit.folder(), null)).resolves.toMatchObject({
    problems: [],
    openIntents: [{ callUID: 'killed', operation: 'Connect github.com:443' }],
    epochs: [{ completeTo: { sequence: 2 }, isEnded: false }],
  });
  const [file = ''] = await audit.files();
  // What the kill left of a write that was under way.
  await appendFile(join(audit.folder(), file), '{"half":');
  await expect(kinds()).resolves.toEqual(['UnprovenTail']);
  const next = await audit.open();
  await next.stop();
  await expect(kinds()).resolves.toEqual([]);
  await appendFile(join(audit.folder(), file), 'x');
  await expect(kinds()).resolves.toEqual(['Changed']);
});

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

test('an unsigned line that says that files were removed for their age hides nothing', async () => {
  const { files, path, registered } = await twoEpochs();
  const second = files.findIndex((file) => file.includes('00000002'));
  const start = JSON.parse((await readFile(path(second), 'utf8')).split('\n')[0] ?? '') as AuditRecord;
  const { epoch, sequence, hash } = start.unmapped.epoch?.previous ?? { epoch: '', sequence: 0, hash: '' };
  const [first = ''] = files;
  for (let index = 0; index < second; index += 1) await rm(path(index));
  await expect(kinds(registered)).resolves.toEqual(['MissingEpoch']);
  const named = { tenant: 'acme', replica: 'gateway-0', time: start.time };
  const expired = { file: first, epoch, number: 1, sequence, hash };
  const record = logRecord({ event: 'FilesExpired', ...named }, { expired });
  const { line } = chainRecord(record, { epoch: 'forged', sequence: 1, previousHash: NO_HASH });
  await writeFile(path(0), `${line}\n`);
  await expect(kinds(registered)).resolves.toContain('MissingEpoch');
});

test('a replica of which no epoch was registered is found', async () => {
  const { registered } = await twoEpochs();
  const others = registered.map((one) => ({ ...one, replica: 'gateway-9' }));
  await expect(kinds(others)).resolves.toContain('NotRegistered');
});

test('an epoch whose gateway contradicted what was registered is found', async () => {
  const { files, registered } = await twoEpochs();
  const [first, second] = registered as [RegisteredEpoch, RegisteredEpoch];
  const contradicted = { ...second, contradiction: 'the head went back from 9 to 3' };
  const { problems } = await verifyFiles(audit.folder(), [first, contradicted]);
  expect(problems).toEqual([
    {
      kind: 'Contradicted',
      file: files.find((name) => name.includes('.00000002.')),
      line: null,
      message: 'the gateway contradicted what was registered of epoch 2: the head went back from 9 to 3',
    },
  ]);
});
