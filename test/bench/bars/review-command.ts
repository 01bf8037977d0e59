import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDocument } from '../../../src/lib/yaml/write-document.ts';
import type { Bar, Bench, Measurement } from '../bar.ts';
import { buildDist } from '../build-dist.ts';
import { benchPods } from '../pods.ts';
import { describeRounds, interleave, medianRatio } from '../statistics.ts';

const MANIFEST_COUNT = 5_000;
const ROUNDS = 5;
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

/** What users run. */
const COMMAND = '../../../dist/bin/cloister.js';
const PARSER = 'parse-manifests.ts';
const REPORT = new URL('../servers/report-figures.mjs', import.meta.url).href;
/** The role and the tenant of the pods. */
const POLICIES = ['role-data-analyst.yaml', 'tenant-acme.yaml'];

/** `cloister review` beside a program that parses the same files with js-yaml's `loadAll`, each with its start. */
export const REVIEW_COMMAND_BARS: readonly Bar[] = [
  { name: 'review_5000_ratio', unit: 'ratio', limit: 2.5, needsCluster: false, measure: measureReview },
];

async function measureReview(bench: Bench): Promise<Measurement> {
  const { isQuick, report } = bench;
  const count = isQuick ? 200 : MANIFEST_COUNT;
  await buildDist(bench);
  const folder = mkdtempSync(join(tmpdir(), 'cloister-bench-'));
  try {
    const refused = writeManifests(folder, count);
    const verdict = `${count} manifests reviewed: ${count - refused} admitted, ${refused} refused; 1 role and 1 tenant read`;
    const ours = () => cpuSeconds(COMMAND, ['review', '-f', folder], verdict);
    const baseline = () => cpuSeconds(PARSER, [folder], `${count + POLICIES.length} read`);
    await interleave(1, ours, baseline);
    report(`${verdict}, as expected`);
    const rounds = await interleave(ROUNDS, ours, baseline);
    return { value: medianRatio(rounds), detail: describeRounds(rounds, 's of processor time') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes distinct pods, one a file, and returns how many of them must be refused. */
function writeManifests(folder: string, count: number): number {
  const pods = benchPods(count);
  for (const [index, { manifest }] of pods.entries()) {
    writeFileSync(join(folder, `pod-${String(index).padStart(5, '0')}.yaml`), writeDocument(manifest));
  }
  for (const file of POLICIES) {
    copyFileSync(new URL(`../../../manifests/samples/${file}`, import.meta.url), join(folder, file));
  }
  return pods.filter(({ refusedBy }) => refusedBy !== null).length;
}

/** Runs a program to its end and returns its processor time. Throws if its output does not end with `lastLine`. */
function cpuSeconds(program: string, parameters: readonly string[], lastLine: string): Promise<number> {
  const main = fileURLToPath(new URL(program, import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [`--import=${REPORT}`, main, ...parameters],
      { maxBuffer: MAX_OUTPUT_BYTES },
      (_error, output, errors) => {
        const microseconds = /^cpu (\d+)$/m.exec(errors)?.[1];
        if (microseconds !== undefined && output.trimEnd().endsWith(lastLine))
          resolve(Number(microseconds) / 1e6);
        else
          reject(
            new Error(`${program}: expected "${lastLine}", got ${output.slice(-200)}${errors.slice(-500)}`),
          );
      },
    );
  });
}
