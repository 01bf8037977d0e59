import { statSync } from 'node:fs';
import { provideImages } from '../testbed/node/built-images.ts';
import type { InstalledChart } from '../testbed/node/install-chart.ts';
import type { StartedNode } from '../testbed/node/start-node.ts';
import { orThrow } from '../testbed/run-command.ts';

const MEBIBYTE = 1024 * 1024;
const KIBIBYTES_A_MEBIBYTE = 1024;

/** What was measured on a node. Times are milliseconds, sizes are MiB. */
export interface Figures {
  readonly nodeReady: number;
  readonly helmInstall: number;
  readonly applyToGatePassed: number;
  readonly applyToFirstLine: number;
  /** Sizes of the OCI archives, by image. */
  readonly images: Readonly<Record<string, number>>;
  /** Resident memory of each process, by program. */
  readonly residentMemory: Readonly<Record<string, readonly number[]>>;
}

/** The sandbox whose start was measured: it was applied at that time, in milliseconds since 1970. */
export interface MeasuredSandbox {
  readonly namespace: string;
  readonly name: string;
  readonly applied: number;
}

/** Measures what is installed on the node, and one sandbox that runs there. */
export async function measure(
  node: StartedNode,
  { milliseconds }: InstalledChart,
  { namespace, name, applied }: MeasuredSandbox,
): Promise<Figures> {
  const firstLine = async (container: string): Promise<number> => {
    const log = ['logs', name, `--namespace=${namespace}`, `--container=${container}`, '--timestamps'];
    const { stdout } = await orThrow(`the output of ${container}`, node.kubectl(log));
    return Date.parse(stdout.split(' ')[0] ?? '') - applied;
  };
  const { cloister, 'start-gate': startGate } = await provideImages();
  const size = (archive: string): number => round(statSync(archive).size / MEBIBYTE);
  return {
    nodeReady: node.times.ready,
    helmInstall: milliseconds,
    // It prints one line, when it has ended.
    applyToGatePassed: await firstLine('start-gate'),
    applyToFirstLine: await firstLine('agent'),
    images: { cloister: size(cloister.archive), 'start-gate': size(startGate.archive) },
    residentMemory: await residentMemory(node),
  };
}

async function residentMemory(node: StartedNode): Promise<Figures['residentMemory']> {
  const script =
    'for one in /proc/[0-9]*; do echo "$(grep -s VmRSS $one/status) $(tr "\\0" " " 2>/dev/null <$one/cmdline)"; done';
  const { stdout } = await orThrow('reading the processes', node.run(['sh', '-c', script]));
  const found: Record<string, number[]> = {};
  for (const [, kibibytes, program = ''] of stdout.matchAll(
    /^VmRSS:\s+(\d+) kB node .*\/cloister\/dist\/bin\/(\w+)\.js/gm,
  )) {
    (found[program] ??= []).push(round(Number(kibibytes) / KIBIBYTES_A_MEBIBYTE));
  }
  return found;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
