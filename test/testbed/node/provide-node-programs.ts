import { MissingProgramError } from '../missing-program-error.ts';
import { nodePrograms, type ProgramName } from '../programs.ts';
import { type ProvidedPrograms, providePrograms } from '../provide-programs.ts';
import { missingForNode, thisMachine } from './node-requirements.ts';

/** What runs on a node, with the control plane beside it. */
export const NODE_PROGRAMS: readonly ProgramName[] = [
  'etcd',
  'kube-apiserver',
  'kubectl',
  'kube-controller-manager',
  ...nodePrograms.map(({ name }) => name),
];

/** Finds or builds the programs of a node. Throws `MissingProgramError`, of one line, where this machine cannot run one. */
export async function provideNodePrograms(): Promise<ProvidedPrograms> {
  const missing = missingForNode(thisMachine);
  if (missing !== undefined) throw new MissingProgramError(missing);
  return providePrograms(NODE_PROGRAMS);
}
