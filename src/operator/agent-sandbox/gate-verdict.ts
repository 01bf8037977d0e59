import { z } from 'zod';
import { singleLine } from '../../lib/single-line.ts';
import { START_GATE_CONTAINER } from '../../policy/admission/checks/start-gate.ts';
import type { ObservedContainerStatus, ObservedPod } from '../observed-objects.ts';

/** What the start gate of a pod says about its network. `problem` and `open` are texts on one line. */
export type GateVerdict =
  | { readonly state: 'Absent' }
  | { readonly state: 'Pending' }
  | { readonly state: 'Passed'; readonly closed: number; readonly openNodePorts: readonly string[] }
  | { readonly state: 'FoundOpen'; readonly open: readonly string[] }
  | { readonly state: 'Failed'; readonly problem: string };

const MAX_TARGETS = 256;
const MAX_TARGET_CHARACTERS = 256;
const MAX_PROBLEM_CHARACTERS = 1024;

const targets = z.array(z.string().max(MAX_TARGET_CHARACTERS)).max(MAX_TARGETS);

/** The termination message. What a later start gate adds is passed over. */
const report = z.object({
  format: z.literal(1),
  passed: z.boolean(),
  closed: z.int().min(0).max(100_000),
  open: targets,
  openNodePorts: targets.default([]),
  problem: z.string().max(MAX_PROBLEM_CHARACTERS).optional(),
});

/**
 * Reads what the start gate of a pod reported. The exit code alone lets the agent start, so a report that says otherwise is
 * not believed: then nothing is proven.
 */
export function gateVerdict({ spec, status }: ObservedPod): GateVerdict {
  if (!hasStartGate(spec)) return { state: 'Absent' };
  const gate = findGate(status);
  const ended = gate?.state?.terminated ?? gate?.lastState?.terminated;
  return ended === undefined ? pending(status?.phase, gate) : endedVerdict(ended);
}

function endedVerdict({
  exitCode,
  message,
}: {
  readonly exitCode: number;
  readonly message?: string;
}): GateVerdict {
  const said = readReport(message);
  if (said === null) {
    return { state: 'Failed', problem: `its report cannot be read (exit code ${exitCode})` };
  }
  if (exitCode === 0 && said.passed) {
    return { state: 'Passed', closed: said.closed, openNodePorts: said.openNodePorts.map(singleLine) };
  }
  if (said.open.length > 0) return { state: 'FoundOpen', open: said.open.map(singleLine) };
  return { state: 'Failed', problem: singleLine(said.problem ?? `exit code ${exitCode}`) };
}

function findGate(status: ObservedPod['status']): ObservedContainerStatus | undefined {
  return status?.initContainerStatuses?.find(({ name }) => name === START_GATE_CONTAINER);
}

/** Whether the start gate has ended without letting the agent start. */
export function isGateFailed({ status }: ObservedPod): boolean {
  return (findGate(status)?.state?.terminated?.exitCode ?? 0) !== 0;
}

function hasStartGate(spec: ObservedPod['spec']): boolean {
  const init = spec?.['initContainers'];
  return Array.isArray(init) && (init[0] as { name?: unknown } | undefined)?.name === START_GATE_CONTAINER;
}

function pending(
  phase: NonNullable<ObservedPod['status']>['phase'],
  gate: ObservedContainerStatus | undefined,
): GateVerdict {
  if (phase !== 'Failed') return { state: 'Pending' };
  return { state: 'Failed', problem: gate === undefined ? 'it was not started' : 'it did not end' };
}

function readReport(message: string | undefined): z.infer<typeof report> | null {
  try {
    return report.safeParse(JSON.parse(message ?? '')).data ?? null;
  } catch {
    return null;
  }
}
