import { copyFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RegisteredEpoch } from '../../src/audit/verify/report.ts';
import { verifyFiles } from '../../src/audit/verify/verify-files.ts';
import { auditInput, ENDED } from './audit-input.ts';
import { useAudit } from './use-audit.ts';

const audit = useAudit();

/** Writes epochs of one file each; returns the paths and what the operator would have registered. */
async function writeEpochs(count: number) {
  const registered: RegisteredEpoch[] = [];
  for (let epoch = 0; epoch < count; epoch += 1) {
    const log = await audit.open();
    await log.intend(auditInput(`${epoch}`), 'Synced');
    log.outcome(auditInput(`${epoch}`, ENDED));
    await log.stop();
    registered.push(log.head());
  }
  const paths = (await audit.files()).map((file) => join(audit.folder(), file));
  return { paths, registered };
}

const problemsOf = async (path: string, registered: readonly RegisteredEpoch[] | null = null) =>
  (await verifyFiles(path, registered)).problems.map(({ kind, file }) => `${kind} ${file}`);

test('files that were emptied prove nothing', async () => {
  const { paths } = await writeEpochs(2);
  for (const path of paths) await truncate(path, 0);
  await expect(problemsOf(audit.folder())).resolves.toEqual([
    'NothingProven cloister-gateway-0.00000002.000001.jsonl',
  ]);
});

test('an empty file that a gateway left just after it was created is no problem', async () => {
  await writeEpochs(1);
  await writeFile(join(audit.folder(), 'cloister-gateway-0.00000002.000001.jsonl'), '');
  await expect(problemsOf(audit.folder())).resolves.toEqual([]);
  await (await audit.open()).stop();
  await expect(problemsOf(audit.folder())).resolves.toEqual([]);
});

test('a tail that nothing comes before is reported with its file', async () => {
  await writeFile(join(audit.folder(), 'cloister-gateway-0.00000001.000001.jsonl'), '{"half":');
  await expect(problemsOf(audit.folder())).resolves.toEqual([
    'UnprovenTail cloister-gateway-0.00000001.000001.jsonl',
    'NothingProven cloister-gateway-0.00000001.000001.jsonl',
  ]);
});

test.for(['cloister-gateway-1.00000001.000001.jsonl', 'cloister-gateway-0.00000007.000001.jsonl'])(
  'a file that was renamed to %s is found',
  async (name) => {
    const { paths } = await writeEpochs(1);
    await rename(paths[0] ?? '', join(audit.folder(), name));
    await expect(problemsOf(audit.folder())).resolves.toEqual([`Renamed ${name}`]);
  },
);

test('a copy of a file has any name, and only its own epochs are compared', async () => {
  const { paths, registered } = await writeEpochs(3);
  const copy = join(audit.folder(), 'copy');
  await copyFile(paths[1] ?? '', copy);
  await expect(problemsOf(copy, registered)).resolves.toEqual([]);
});
