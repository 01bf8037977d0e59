import type { Bar, Measurement } from '../bar.ts';
import { isWrite, tally } from '../operator/audit-log.ts';
import { measureOperator, type OperatorFigures, type OperatorScale } from '../operator/measure-operator.ts';
import { describeRounds, medianRatio } from '../statistics.ts';
import { barsOfOneRun } from './bars-of-one-run.ts';

const FULL: OperatorScale = { tenants: 10, waveSandboxes: 1_000, idleSeconds: 60, isBuilt: true };
const QUICK: OperatorScale = { tenants: 2, waveSandboxes: 20, idleSeconds: 10, isBuilt: true };

const bar = barsOfOneRun({ name: 'operator', full: FULL, quick: QUICK, measure: measureOperator });

/** What the operator costs with thousands of sandboxes. All bars take their figures from one run: counts, then sizes, then times. */
export const OPERATOR_BARS: readonly Bar[] = [
  bar('api_writes_per_sandbox', 'writes', 12, takeWrites),
  bar('resync_writes', 'writes', 0, takeResync),
  bar('requests_at_start', 'requests', 0, takeStart),
  bar('idle_requests_per_minute', 'requests', 60, takeIdle),
  bar('heap_per_sandbox', 'KiB', 12, takeHeap),
  bar('operator_cpu_ratio', 'ratio', 2.5, takeCpu),
];

/** The greatest of all waves. */
export function takeWrites(
  { waves, droppedEvents }: Pick<OperatorFigures, 'waves' | 'droppedEvents'>,
  { waveSandboxes }: Pick<OperatorScale, 'waveSandboxes'>,
): Measurement {
  const counts = waves.map(({ requests }) => requests.filter(isWrite).length / waveSandboxes);
  const [first] = waves;
  const dropped = `${droppedEvents} events dropped in all`;
  return {
    value: Math.max(...counts),
    detail: `${counts.map((count) => count.toFixed(2)).join(', ')} in ${counts.length} waves; the first: ${tally((first?.requests ?? []).filter(isWrite))}; ${dropped}`,
  };
}

export function takeResync({ resync }: Pick<OperatorFigures, 'resync'>): Measurement {
  const writes = resync.filter(isWrite);
  return { value: writes.length, detail: `writes: ${tally(writes)}; all requests: ${tally(resync)}` };
}

/**
 * What is neither a list nor a watch. Not counted are what no cache may hold, the three Secrets of a tenant's gateway, and where
 * the API server and the webhook are, which is read once.
 */
export function takeStart({ start }: Pick<OperatorFigures, 'start'>): Measurement {
  const others = start.filter(({ verb }) => verb !== 'list' && verb !== 'watch');
  const counted = others.filter(({ path }) => !READ_ONCE.test(path));
  return { value: counted.length, detail: `all requests: ${tally(start)}` };
}

const READ_ONCE =
  /\/(secrets\/cloister-(audit-key|gateway-authority|gateway-certificate)|endpointslices\/kubernetes|services\/cloister-webhook)$/;

export function takeIdle(
  { idle }: Pick<OperatorFigures, 'idle'>,
  { idleSeconds }: Pick<OperatorScale, 'idleSeconds'>,
): Measurement {
  const requests = idle.filter(({ verb }) => verb !== 'watch');
  return { value: (requests.length * 60) / idleSeconds, detail: `in ${idleSeconds} s: ${tally(idle)}` };
}

function takeHeap(
  { heapBytes, namespaces, waves }: OperatorFigures,
  { waveSandboxes }: OperatorScale,
): Measurement {
  const { empty, first, last } = heapBytes;
  const added = (waves.length - 1) * waveSandboxes;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  return {
    value: (last - first) / added / 1_024,
    detail: `${megabytes(empty)} with ${namespaces} namespaces and no sandbox, ${megabytes(first)} with ${waveSandboxes}, ${megabytes(last)} with ${added + waveSandboxes}, each after a forced collection`,
  };
}

function takeCpu({ waves }: OperatorFigures): Measurement {
  const rounds = {
    ours: waves.map(({ cpuMicroseconds }) => cpuMicroseconds / 1e6),
    baseline: waves.map(({ replayCpuMicroseconds }) => replayCpuMicroseconds / 1e6),
  };
  const ratios = rounds.ours.map((value, index) =>
    (value / (rounds.baseline[index] ?? Number.NaN)).toFixed(2),
  );
  return {
    value: medianRatio(rounds),
    detail: `${describeRounds(rounds, 's of processor time')}: ${ratios.join(', ')}`,
  };
}
