import { readFile } from 'node:fs/promises';
import type { AuditRecord } from '../../audit/audit-record.ts';
import { readLine, splitFile } from '../../audit/read-line.ts';
import { describeRecord } from '../../audit/verify/report.ts';
import { listAuditFiles } from '../../audit/verify/verify-files.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { singleLine } from '../../lib/single-line.ts';
import { EXIT, type ExitCode, paint, type Terminal } from '../command.ts';

export interface TailFlags {
  readonly lines: number;
  readonly output: 'text' | 'json';
}

interface TailLine {
  readonly text: string;
  readonly record: AuditRecord | null;
}

/** Prints the last records of a file, or of the files of a folder in the order of their times. */
export async function runTail(path: string, flags: TailFlags, terminal: Terminal): Promise<ExitCode> {
  let lines: readonly TailLine[];
  try {
    lines = await readTail(path, flags.lines);
  } catch (error) {
    terminal.error(`error: ${singleLine(errorMessage(error))}\n`);
    return EXIT.unusable;
  }
  for (const { text, record } of lines) {
    if (record === null) terminal.error(`not a record: ${singleLine(text.slice(0, 200))}\n`);
    else terminal.out(flags.output === 'json' ? `${text}\n` : `${describe(record, terminal)}\n`);
  }
  return lines.every(({ record }) => record !== null) ? EXIT.clean : EXIT.violations;
}

/** Reads the files of each replica from the last one until there are enough. */
async function readTail(path: string, count: number): Promise<readonly TailLine[]> {
  const byReplica = new Map<string | null, TailLine[]>();
  for (const { replica, path: file } of [...(await listAuditFiles(path))].reverse()) {
    const found = byReplica.get(replica) ?? [];
    if (found.length < count) byReplica.set(replica, [...lastLines(await readFile(file), count), ...found]);
  }
  const all = [...byReplica.values()].flatMap((lines) => lines.slice(-count));
  return all.sort((left, right) => (left.record?.time ?? 0) - (right.record?.time ?? 0)).slice(-count);
}

function lastLines(content: Buffer, count: number): readonly TailLine[] {
  return [...splitFile(content)].slice(-count).map(({ bytes, isWhole }) => {
    const read = isWhole ? readLine(bytes) : null;
    return { text: bytes.toString('utf8'), record: read?.record ?? null };
  });
}

function describe(record: AuditRecord, terminal: Terminal): string {
  const { action, status_detail: reason, firewall_rule: rule, unmapped, count, traffic } = record;
  const { subject, operation } = describeRecord(record);
  const details = [
    reason,
    rule?.name,
    unmapped.level,
    count === undefined ? undefined : `${count} times`,
    traffic === undefined ? undefined : `${traffic.bytes_out} bytes up, ${traffic.bytes_in} down`,
  ].filter((detail) => detail !== undefined);
  const verdict = paint(terminal, action === 'Allowed' ? 'green' : 'red', action);
  const head = singleLine(`${new Date(record.time).toISOString()} ${unmapped.phase} `);
  return `${head}${verdict}${singleLine(` ${subject} ${operation} ${details.join(', ')}`).trimEnd()}`;
}
