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
  const gate = status?.initContainerStatuses?.find(({ name }) => name === START_GATE_CONTAINER);
  const ended = gate?.state?.terminated ?? gate?.lastState?.terminated;
  if (ended === undefined) return pending(status?.phase, gate);
  const message = readReport(ended.message);
  if (message === null) {
    return { state: 'Failed', problem: `its report cannot be read (exit code ${ended.exitCode})` };
  }
  if (ended.exitCode === 0 && message.passed) {
    return {
      state: 'Passed',
      closed: message.closed,
      openNodePorts: message.openNodePorts.map(singleLine),
    };
  }
  if (message.open.length > 0) return { state: 'FoundOpen', open: message.open.map(singleLine) };
  return { state: 'Failed', problem: singleLine(message.problem ?? `exit code ${ended.exitCode}`) };
}

/** Whether the start gate has ended without letting the agent start. */
export function isGateFailed({ status }: ObservedPod): boolean {
  const gate = status?.initContainerStatuses?.find(({ name }) => name === START_GATE_CONTAINER);
  return (gate?.state?.terminated?.exitCode ?? 0) !== 0;
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
