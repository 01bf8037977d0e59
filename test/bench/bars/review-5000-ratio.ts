import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bar } from '../bar.ts';
import { writeManifestFolder } from '../manifest-folder.ts';
import { describeRounds, interleave, medianRatio } from '../rounds.ts';

const COUNT = 5_000;
const ROUNDS = 5;
const LARGEST_OUTPUT = 64 * 2 ** 20;

/** The command as a user runs it, start of the process included, against a program that only reads the same folder. */
export const review5000Ratio: Bar = {
  name: 'review_5000_ratio',
  unit: 'ratio',
  limit: 2,
  summary: 'Processor time of reviewing 5,000 manifests, against only parsing them with the same reader.',
  measure: async ({ isQuick }) => {
    const count = isQuick ? 200 : COUNT;
    const folder = writeManifestFolder(count);
    const verdict = `${count} reviewed: ${count - folder.refused} admitted, ${folder.refused} refused; 0 could not be read`;
    const ours = () => measureProgram('../../../src/bin/cloister.ts', ['review', '-f', folder.path], verdict);
    const baseline = () =>
      measureProgram('../baseline/parse-manifests.ts', [folder.path], `${count + 2} read`);
    try {
      const rounds = await interleave(ROUNDS, ours, baseline);
      return { value: medianRatio(rounds), detail: describeRounds(rounds, 's of processor time a run') };
    } finally {
      folder.remove();
    }
  },
};

/** Runs a program to its end, checks the last line that it prints, and gives its processor time in seconds. */
function measureProgram(program: string, args: readonly string[], lastLine: string): Promise<number> {
  const [report, main] = ['../report-cpu.ts', program].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--import', report ?? '', main ?? '', ...args],
      { maxBuffer: LARGEST_OUTPUT },
      (_error, out, error) => {
        const cpu = /^cpu (\d+)$/m.exec(error)?.[1];
        if (cpu !== undefined && out.trimEnd().endsWith(lastLine)) resolve(Number(cpu) / 1e6);
        else reject(new Error(`${program} printed ${out.slice(-200)}${error.slice(-500)}, not ${lastLine}`));
      },
    );
  });
}
