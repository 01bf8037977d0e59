import type { Violation } from '../../policy/decision.ts';
import { parseImage } from '../../policy/roles/image-pattern.ts';

/** The digests of start gates to trust: that of the image which `--start-gate-image` names, if it names one. */
export function startGateDigests(image: string | null): readonly string[] {
  const digest = parseImage(image ?? '')?.digest ?? null;
  return digest === null ? [] : [digest];
}

/** Returns what to add to a violation that `--start-gate-image` would repair; empty for any other. */
export function adviseOnStartGate({ check }: Violation): string {
  return check === 'start-gate' ? ' Name the start gate of your installation with --start-gate-image.' : '';
}
