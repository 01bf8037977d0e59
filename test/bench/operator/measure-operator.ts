import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callAPI } from '../../testbed/api-request.ts';
import { startControlPlane, type StartedControlPlane } from '../../testbed/control-plane.ts';
import { createProgramRunner } from '../../testbed/program-runner.ts';
import { startWatchdog, type Watchdog } from '../../testbed/start-watchdog.ts';
import { type AuditedRequest, type AuditLog, createAuditLog, isWrite } from './audit-log.ts';
import {
  type MeasuredOperator,
  prepareTenants,
  ROLE_PATH,
  startMeasuredOperator,
  tenantsProvided,
} from './measured-operator.ts';
import { planReplay } from './replay-plan.ts';
import { type SandboxWaves, startSandboxWaves, until } from './sandbox-waves.ts';
import { type Replayer, startReplayer } from './start-replayer.ts';

/** How much is measured. */
export interface OperatorScale {
  readonly tenants: number;
  /** Sandboxes that are applied at once. */
  readonly waveSandboxes: number;
  readonly idleSeconds: number;
  /** Whether the programs are those of `dist/`. */
  readonly isBuilt: boolean;
}

/** What the operator did for a number of sandboxes from when they were applied until all were ready and it was quiet. */
export interface Wave {
  readonly cpuMicroseconds: number;
  /** Of the bare replay of the same writes. */
  readonly replayCpuMicroseconds: number;
  /** All requests but for the lease. */
  readonly requests: readonly AuditedRequest[];
}

/** What one run of the operator came to. Requests are those of the operator but for its lease. */
export interface OperatorFigures {
  readonly namespaces: number;
  /** Three waves, one after the other. */
  readonly waves: readonly Wave[];
  /** After a forced collection: before the first sandbox, after the first wave, and after the last one. */
  readonly heapBytes: { readonly empty: number; readonly first: number; readonly last: number };
  readonly droppedEvents: number;
  /** While everything was reconciled again in the process that was running. */
  readonly resync: readonly AuditedRequest[];
  /** From the start of another process until everything was reconciled. */
  readonly start: readonly AuditedRequest[];
  /** While nothing happened; with the lease. */
  readonly idle: readonly AuditedRequest[];
}

const WAVES = [1, 2, 3];
/** So long without a write, all queues empty, and the operator is quiet. */
const QUIET_MILLISECONDS = 3_000;
/** Seldom, for what is asked is answered with processor time that is measured. */
const QUIET_POLL_MILLISECONDS = 500;
const DROPPED = 'event dropped';

interface Surroundings {
  readonly controlPlane: StartedControlPlane;
  readonly audit: AuditLog;
  readonly waves: SandboxWaves;
  readonly namespaces: readonly string[];
  readonly scale: OperatorScale;
  readonly report: (text: string) => void;
}

/** Runs the operator beside a real API server and takes all figures. */
export async function measureOperator(
  scale: OperatorScale,
  report: (text: string) => void,
): Promise<OperatorFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'cloister-operator-bench-'));
  const watchdog = startWatchdog();
  watchdog.folder(folder);
  const stops = [() => rm(folder, { recursive: true, force: true }), watchdog.close];
  try {
    const audit = createAuditLog(folder);
    report('starting a control plane');
    const controlPlane = await startControlPlane({ controllerManager: false, apiServerFlags: audit.flags });
    stops.push(controlPlane.stop);
    const namespaces = await prepareTenants(controlPlane, scale.tenants);
    const waves = await startSandboxWaves(controlPlane, namespaces);
    stops.push(waves.close);
    const runner = await createProgramRunner({ isBuilt: scale.isBuilt });
    stops.push(runner.stop);
    const around = { controlPlane, audit, waves, namespaces, scale, report };
    const begin = (): Promise<MeasuredOperator> => startMeasuredOperator(controlPlane, runner);
    const { applied, ...first } = await measureFirst(await begin(), around);
    const second = await measureSecond(begin, around);
    const replayed = await replay(applied, around, { folder, watchdog });
    return { namespaces: namespaces.length, ...first, ...second, waves: replayed };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

interface AppliedWave extends Omit<Wave, 'replayCpuMicroseconds'> {
  readonly number: number;
  readonly uids: ReadonlyMap<string, string>;
}

/** The process that sees the sandboxes come. */
async function measureFirst(operator: MeasuredOperator, around: Surroundings) {
  const { controlPlane, report, scale } = around;
  report('waiting for the tenants');
  await tenantsProvided(controlPlane);
  await takeQuiet(operator, around);
  const empty = await heapOf(operator);
  const applied: AppliedWave[] = [];
  const heaps: number[] = [];
  for (const number of WAVES) {
    applied.push(await applyWave(number, operator, around));
    heaps.push(await heapOf(operator));
    report(`heap after a forced collection: ${((heaps.at(-1) ?? 0) / 1e6).toFixed(1)} MB`);
  }
  report('having everything reconciled again');
  const before = await operator.reconciled();
  const body = { metadata: { annotations: { 'bench.example.com/round': 'again' } } };
  const contentType = 'application/merge-patch+json';
  await callAPI(controlPlane, { user: 'admin', method: 'PATCH', path: ROLE_PATH, body, contentType });
  await reconciledAll(operator, before + WAVES.length * scale.waveSandboxes);
  const resync = await takeQuiet(operator, around);
  const droppedEvents = await operator.logged(DROPPED);
  await operator.stop();
  around.audit.take();
  const heapBytes = { empty, first: heaps[0] ?? Number.NaN, last: heaps.at(-1) ?? Number.NaN };
  return { applied, heapBytes, resync, droppedEvents };
}

/** A process that finds all of them there. */
async function measureSecond(begin: () => Promise<MeasuredOperator>, around: Surroundings) {
  const { scale, report, audit } = around;
  report('starting the operator again');
  const operator = await begin();
  await reconciledAll(operator, WAVES.length * scale.waveSandboxes);
  const start = await takeQuiet(operator, around);
  report(`idle for ${scale.idleSeconds} s`);
  await sleep(scale.idleSeconds * 1_000);
  const idle = audit.take();
  await operator.stop();
  audit.take();
  return { start, idle };
}

async function applyWave(
  number: number,
  operator: MeasuredOperator,
  around: Surroundings,
): Promise<AppliedWave> {
  const { waves, scale, report } = around;
  const before = await operator.figures();
  const began = performance.now();
  const uids = await waves.create(namesOf('bench', number, scale));
  await waves.whenReady(number * scale.waveSandboxes);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const requests = await takeQuiet(operator, around);
  const after = await operator.figures();
  const writes = requests.filter(isWrite).length;
  const cpuMicroseconds = after.cpuMicroseconds - before.cpuMicroseconds;
  const cost = `${writes} writes, ${(cpuMicroseconds / 1e6).toFixed(2)} s of processor time`;
  report(`${scale.waveSandboxes} sandboxes were ready after ${seconds} s: ${cost}`);
  return { number, uids, requests, cpuMicroseconds };
}

/** Has the writes of every wave made again for sandboxes of other names, while no operator runs. */
async function replay(
  applied: readonly AppliedWave[],
  { controlPlane, waves, scale, report }: Surroundings,
  { folder, watchdog }: { readonly folder: string; readonly watchdog: Watchdog },
): Promise<readonly Wave[]> {
  const replayer: Replayer = await startReplayer(controlPlane, folder, watchdog);
  const measured: Wave[] = [];
  for (const { number, uids, requests, cpuMicroseconds } of applied) {
    const names = namesOf('again', number, scale);
    const twinUIDs = await waves.create(names);
    const twins = namesOf('bench', number, scale).map((name, index) => {
      const twin = names[index] ?? '';
      return { name, twin, uid: uids.get(name) ?? '', twinUID: twinUIDs.get(twin) ?? '' };
    });
    const made = requests.filter((request) => isWrite(request) && request.status < 300);
    const replayCpuMicroseconds = await replayer.run(planReplay(made, twins));
    const seconds = (replayCpuMicroseconds / 1e6).toFixed(2);
    report(`${made.length} writes were made again: ${seconds} s of processor time`);
    measured.push({ requests, cpuMicroseconds, replayCpuMicroseconds });
  }
  await replayer.stop();
  return measured;
}

function namesOf(prefix: string, wave: number, { waveSandboxes }: OperatorScale): readonly string[] {
  return Array.from(
    { length: waveSandboxes },
    (_, index) => `${prefix}-${wave}-${String(index).padStart(5, '0')}`,
  );
}

async function reconciledAll(operator: MeasuredOperator, count: number): Promise<void> {
  const isDone = async (): Promise<boolean> => (await operator.reconciled()) >= count;
  await until(isDone, () => `${count} sandboxes are reconciled`, QUIET_POLL_MILLISECONDS);
}

/** Waits until the operator is quiet; gives what it asked for since the last take, but for its lease. */
async function takeQuiet(
  operator: MeasuredOperator,
  { audit }: Surroundings,
): Promise<readonly AuditedRequest[]> {
  const taken: AuditedRequest[] = [];
  let lastWrite = performance.now();
  const isQuiet = async (): Promise<boolean> => {
    const added = audit.take().filter(({ resource }) => resource !== 'leases');
    taken.push(...added);
    if (added.some(isWrite) || (await operator.waiting()) > 0) lastWrite = performance.now();
    return performance.now() - lastWrite > QUIET_MILLISECONDS;
  };
  await until(isQuiet, () => 'the operator is quiet', QUIET_POLL_MILLISECONDS);
  return taken.filter(({ userAgent }) => userAgent === 'cloister-operator');
}

async function heapOf(operator: MeasuredOperator): Promise<number> {
  return (await operator.collectedFigures()).heapBytes;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
