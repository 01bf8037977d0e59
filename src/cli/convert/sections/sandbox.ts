import { z } from 'zod';
import { byteQuantity, coreQuantity, type Quantity } from '../../../api/shape/quantities.ts';
import { formatCores } from '../../../lib/format-amount.ts';
import { parseQuantity } from '../../../lib/quantity.ts';
import { always, changedInForm, type Explanations, ofSwitch, takenOver, tightened } from '../verdict.ts';

const MOST_MEMORY = '4Ti';
const MOST_CORES = '256';

/** The pod of an agent. */
export const sandboxSection = z.object({
  type: z.enum(['docker']).default('docker'),
  memory_limit: byteQuantity(MOST_MEMORY)
    .refine(atMost(MOST_MEMORY), `must be more than 0 and at most ${MOST_MEMORY}`)
    .default('2Gi'),
  cpu_limit: coreQuantity(MOST_CORES)
    .refine(atMost(MOST_CORES), `must be more than 0 and at most ${MOST_CORES}`)
    .default('1.0'),
  read_only_root: z.boolean().default(true),
  allowed_syscalls: z
    .string()
    .regex(/^[\w./-]{1,253}$/, 'must be the name of a file')
    .default('RuntimeDefault'),
});

type SandboxSection = z.infer<typeof sandboxSection>;

export const sandboxExplanations: Explanations<SandboxSection> = {
  type: always(
    changedInForm(
      "A pod that meets the pod contract: user 1001, no capabilities, no privilege escalation, 100Mi of scratch space. Kubernetes has no field for Docker's tmpfs options noexec and nosuid; the seccomp profile, the privileges that are never gained and the closed network hold instead.",
    ),
  ),
  memory_limit: (value) =>
    takenOver(`limits.memory ${value} of each role, for all containers of the pod together.`),
  cpu_limit: (value) =>
    takenOver(`limits.cpu ${coresOf(value)} of each role, for all containers of the pod together.`),
  read_only_root: ofSwitch(
    takenOver('The pod contract requires readOnlyRootFilesystem of every container.'),
    tightened(
      'The pod contract requires readOnlyRootFilesystem of every container. Mount what has to be writable.',
    ),
  ),
  allowed_syscalls: always(
    changedInForm(
      'seccompProfile RuntimeDefault. A file of the agent is not used: under the list of 34 calls of the chapter no program starts. Name a profile that was measured, such as python-agent, for a shorter list.',
    ),
  ),
};

/** Whether a quantity is more than 0 and at most another. */
function atMost(maximum: string): (value: Quantity) => boolean {
  const most = parseQuantity(maximum) ?? 0n;
  return (value) => {
    const amount = parseQuantity(value) ?? 0n;
    return amount > 0n && amount <= most;
  };
}

/** An amount of processor cores as Kubernetes writes it: `1.0` is `1`. */
export function coresOf(value: unknown): string {
  return formatCores(parseQuantity(String(value)) ?? 0n) ?? String(value);
}
