import type { GateTarget } from '../lib/gate-protocol.ts';
import { listFirst } from '../lib/list-first.ts';
import { singleLine } from '../lib/single-line.ts';
import type { RoundVerdict, TriedTarget } from './judge-round.ts';

/** How the start gate ended. */
export interface GateReport {
  readonly passed: boolean;
  /** The last round; null where there was none. */
  readonly verdict: RoundVerdict | null;
  readonly rounds: number;
  readonly milliseconds: number;
  /** Why there is no verdict, or why the last one did not pass; null where the gate passed. */
  readonly problem: string | null;
}

/** What the kubelet keeps of a termination message. */
const MAX_MESSAGE_BYTES = 4096;

const MAX_PROBLEM_CHARACTERS = 512;

/**
 * Returns the termination message, JSON of at most 4096 bytes: `{format, passed, closed, open, openNodePorts,
 * faults, canary, rounds, milliseconds}`, with `problem` where the gate failed. Where lists are cut, `omitted` counts what is
 * left out.
 */
export function terminationMessage(report: GateReport): string {
  const { verdict } = report;
  const open = verdict?.open.map(describeTarget) ?? [];
  const faults = verdict?.faults.map(describeFault) ?? [];
  const openNodePorts = verdict?.openNodePorts.map(describeTarget) ?? [];
  const total = open.length + faults.length + openNodePorts.length;
  // A few steps suffice: each halves what is shown.
  for (let shown = total; ; shown = Math.floor(shown / 2)) {
    const lists = cut([open, faults, openNodePorts], shown);
    const message = JSON.stringify(messageOf(report, lists, total - lists.flat().length));
    if (Buffer.byteLength(message) <= MAX_MESSAGE_BYTES || shown === 0) return message;
  }
}

function messageOf(
  { passed, verdict, rounds, milliseconds, problem }: GateReport,
  [open, faults, openNodePorts]: readonly (readonly string[])[],
  omitted: number,
): object {
  return {
    format: 1,
    passed,
    closed: verdict?.closed ?? 0,
    open,
    openNodePorts,
    faults,
    ...(omitted === 0 ? {} : { omitted }),
    canary: verdict?.canary ?? false,
    rounds,
    milliseconds,
    ...(problem === null ? {} : { problem: limit(problem) }),
  };
}

/** Returns the first entries of the lists, so many in all; the first list comes first. */
function cut(lists: readonly (readonly string[])[], entries: number): readonly (readonly string[])[] {
  let rest = entries;
  return lists.map((whole) => {
    const part = whole.slice(0, rest);
    rest -= part.length;
    return part;
  });
}

/** Returns the report as one line for people. */
export function reportLine(report: GateReport): string {
  const after = `${report.rounds === 1 ? '1 round' : `${report.rounds} rounds`}, ${report.milliseconds} ms`;
  const { verdict, problem } = report;
  if (problem === null) {
    const reported = list('; open on the own node', verdict?.openNodePorts.map(describeTarget) ?? []);
    return `start gate passed: ${verdict?.closed} targets closed, gateway reached${reported.join('')} (${after})`;
  }
  return `start gate failed: ${limit(problem)} (${after})`;
}

/** Returns why a round did not pass. */
export function describeFailure({ open, faults, canary }: RoundVerdict): string {
  const parts = [
    ...list('open', open.map(describeTarget)),
    ...list('the start gate could not try', faults.map(describeFault)),
    ...(canary ? [] : ["the gateway's canary was not reached"]),
  ];
  return parts.join('; ');
}

const MAX_LISTED = 5;

function list(what: string, entries: readonly string[]): readonly string[] {
  if (entries.length === 0) return [];
  return [`${what}: ${listFirst(entries, MAX_LISTED)}`];
}

function describeTarget({ name, address, port, protocol }: GateTarget): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${singleLine(name)} ${host}:${port}/${protocol}`;
}

function describeFault({ target, attempt }: TriedTarget): string {
  return `${describeTarget(target)} ${attempt.state === 'Fault' ? attempt.code : attempt.state}`;
}

function limit(problem: string): string {
  const line = singleLine(problem);
  return line.length > MAX_PROBLEM_CHARACTERS ? `${line.slice(0, MAX_PROBLEM_CHARACTERS)}…` : line;
}
