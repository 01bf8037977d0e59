import { mkdirSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { run } from '../../src/cli/run.ts';
import type { ReviewEntry } from '../../src/cli/manifest/review-manifest.ts';
import type { UnreadableDocument } from '../../src/lib/yaml/manifest-document.ts';

/** An element of the JSON that `cloister review` prints. */
export type Entry = ReviewEntry | UnreadableDocument;

/** What a command printed, and its exit code. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  /** Every state of the progress line. */
  readonly progress: readonly string[];
}

/** Runs a command line in this process, on a terminal that keeps what is written. The clock is at the start of 2030. */
export async function runCommand(
  args: readonly string[],
  given: { readonly stdin?: string; readonly colour?: boolean; readonly now?: () => number } = {},
): Promise<Outcome> {
  const written = { out: '', error: '' };
  const progress: string[] = [];
  const code = await run(args, {
    out: (text) => void (written.out += text),
    error: (text) => void (written.error += text),
    stdin: Readable.from(given.stdin === undefined ? [] : [Buffer.from(given.stdin)]),
    colour: given.colour ?? false,
    progress: (text) => void progress.push(text),
    now: given.now ?? (() => Date.UTC(2030, 0, 1)),
  });
  return { code, ...written, progress };
}

/** Runs a review and returns the entries of its JSON. */
export async function reviewAsJson(
  args: readonly string[],
  stdin?: string,
): Promise<{ readonly code: number; readonly entries: readonly Entry[] }> {
  const { code, out } = await runCommand(
    ['review', ...args, '-o', 'json'],
    stdin === undefined ? {} : { stdin },
  );
  return { code, entries: JSON.parse(out) as Entry[] };
}

/** Writes files into a folder that is removed when the present test has ended; returns its path. */
export function writeFiles(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cloister-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The names of the checks that were violated, each once, in order. */
export function checksOf(entry: Entry | undefined): readonly string[] {
  return entry !== undefined && 'violations' in entry
    ? [...new Set(entry.violations.map(({ check }) => check))]
    : [];
}

export const SAMPLES = 'manifests/samples';
/** The role and the tenant that the sample pods are written for. */
export const SAMPLE_POLICIES = [`${SAMPLES}/role-data-analyst.yaml`, `${SAMPLES}/tenant-acme.yaml`] as const;

/** The tenant of the samples as it is on a cluster: its status has the addresses of the gateway. */
export const TENANT_WITH_STATUS = `${readFileSync(SAMPLE_POLICIES[1], 'utf8')}status:\n  gateway: {clusterIPs: [10.96.0.50]}\n`;

/** The sample role and that tenant, as parameters. */
export function policiesOnCluster(): readonly string[] {
  return ['-f', SAMPLE_POLICIES[0], '-f', writeFiles({ 'tenant.yaml': TENANT_WITH_STATUS })];
}
