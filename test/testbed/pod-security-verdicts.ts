import { join } from 'node:path';
import type { Pod } from '../../src/policy/pod/pod.ts';
import { runGo } from './run-go.ts';

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

/** Runs the published checks on the published pods. Throws `MissingProgramError` where there is no Go. */
export async function podSecurityVerdicts(): Promise<PodSecurityVerdicts> {
  // The data is part of the module's archive, so it is where Go unpacks it and nowhere in this repository.
  const module: { Dir: string } = JSON.parse(await go('mod', 'download', '-json', MODULE));
  return JSON.parse(await go('run', './pod-security', join(module.Dir, 'test', 'testdata')));
}

function go(...args: readonly string[]): Promise<string> {
  return runGo({ module: 'kubernetes', args, purpose: 'runs the published checks of Pod Security' });
}
