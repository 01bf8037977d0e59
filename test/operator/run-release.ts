import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ControlPlane } from '../testbed/control-plane.ts';

const PROGRAM = fileURLToPath(new URL('../../src/bin/operator.ts', import.meta.url));

/** Runs the operator in the mode that takes everything away, as a process of its own; resolves with what it wrote. */
export async function runRelease(controlPlane: ControlPlane): Promise<string> {
  const flags = ['--address=127.0.0.1', '--probe-port=0', '--metrics-port=0', '--release=true'];
  const args = [PROGRAM, `--kubeconfig=${controlPlane.kubeconfigFor('operator')}`, ...flags];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 50_000 });
  return stdout;
}
