import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Pod } from '../../src/policy/pod/pod.ts';
import { MissingProgramError } from './missing-program-error.ts';

/** What Kubernetes Pod Security 1.37 says of every pod of its published test data. */
export interface PodSecurityVerdicts {
  /** IDs of the checks that level restricted consists of. */
  readonly restricted: readonly string[];
  readonly pods: readonly EvaluatedPod[];
}

/** One pod, however many files hold it. */
export interface EvaluatedPod {
  /** Paths below the test data, as `restricted/v1.37/fail/hostports0.yaml`. */
  readonly files: readonly string[];
  /** As it stands in those files. */
  readonly written: Pod;
  /** As admission sees it, once the API server has filled in its defaults. */
  readonly defaulted: Pod;
  /** IDs of the checks that refuse it, of level baseline and of level restricted. */
  readonly refusedBy: readonly string[];
}

const MODULE = 'k8s.io/pod-security-admission';
const moduleFolder = fileURLToPath(new URL('modules/kubernetes', import.meta.url));

/** Runs the published checks on the published pods. Throws `MissingProgramError` where there is no Go. */
export async function podSecurityVerdicts(): Promise<PodSecurityVerdicts> {
  // The data is part of the module's archive, so it is where Go unpacks it and nowhere in this repository.
  const module: { Dir: string } = JSON.parse(await go('mod', 'download', '-json', MODULE));
  return JSON.parse(await go('run', './pod-security', join(module.Dir, 'test', 'testdata')));
}

async function go(...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('go', args, {
      cwd: moduleFolder,
      // A workspace file in a folder above would change what is run.
      env: { ...process.env, GOWORK: 'off', CGO_ENABLED: '0' },
      maxBuffer: 1 << 28,
    });
    return stdout;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    throw new MissingProgramError(
      'missing Go 1.26 or later, which runs the published checks of Pod Security',
      {
        cause: error,
      },
    );
  }
}
