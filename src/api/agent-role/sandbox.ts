import { z } from 'zod';
import { imageRepository } from '../shape/images.ts';
import { distinctList, keyedList } from '../shape/lists.ts';
import { dnsSubdomain } from '../shape/names.ts';
import { byteQuantity, coreQuantity } from '../shape/quantities.ts';
import { seconds } from '../shape/times.ts';

const image = z.object({
  repository: imageRepository().describe(
    'Repository with its registry, or a prefix and `/*` for every repository below it.',
  ),
  digest: z
    .enum(['Required', 'Optional'])
    .default('Required')
    .describe('Whether the image has to be named by its digest.'),
});

const limits = z.object({
  cpu: coreQuantity('256').describe('Processor cores.'),
  memory: byteQuantity('4Ti').describe('Memory, in-memory volumes included.'),
  'ephemeral-storage': byteQuantity('4Ti').describe("Space on the node's disk."),
});

/** The pod that an agent of the role runs in. */
export const roleSandbox = z.object({
  images: keyedList(image, ['repository'], 32).describe('Images that may run. Empty: none.'),
  limits: limits.describe('Maximum for all containers of the pod together.'),
  runAsUser: z.int().min(1).max(2_147_483_647).describe('User that every container runs as.'),
  tmp: z
    .object({ size: byteQuantity('1Ti').describe('Maximum size of all scratch volumes together.') })
    .describe('Writable scratch space.'),
  seccompProfile: z
    .string()
    .min(1)
    .max(63)
    .regex(
      /^(RuntimeDefault|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/,
      'must be "RuntimeDefault", or the name of a profile in lower-case letters, digits and "-"',
    )
    .describe('`RuntimeDefault`, or the name of a profile that Cloister installs.'),
  runtimeClassName: dnsSubdomain()
    .optional()
    .describe("RuntimeClass that the pod has to name. If not set: the cluster's default."),
  userNamespace: z
    .enum(['Required', 'Preferred'])
    .default('Required')
    .describe(
      '`Required`: the pod has `hostUsers: false`. `Preferred`: where every eligible node can do that.',
    ),
  startGate: z
    .enum(['Required', 'None'])
    .default('Required')
    .describe('Whether the pod starts with a container that proves the network closed.'),
  maxLifetimeSeconds: seconds(60, 31_536_000).describe('Maximum lifetime of a pod.'),
  allowedAccess: distinctList(z.enum(['Exec', 'Attach', 'PortForward', 'Proxy', 'Debug']), 5).describe(
    'What people may do to the running pod. Empty: nothing.',
  ),
});
