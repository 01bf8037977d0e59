import { z } from 'zod';
import { METADATA_PREFIX } from '../names.ts';
import { imageRepository } from '../shape/images.ts';
import { distinctList, keyedList } from '../shape/lists.ts';
import { dnsSubdomain } from '../shape/names.ts';
import { byteQuantity, coreQuantity } from '../shape/quantities.ts';
import { rules } from '../shape/rules.ts';
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

/** Taints of the control plane, and of nodes whose network does not work yet. No pod may tolerate one of them. */
export const NEVER_TOLERATED: readonly string[] = [
  'node-role.kubernetes.io/control-plane',
  'node-role.kubernetes.io/master',
  'node-role.kubernetes.io/etcd',
  'node.kubernetes.io/network-unavailable',
  'node.cilium.io/agent-not-ready',
];

const NAME = '[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?';
const PREFIX = '[a-z0-9]([-a-z0-9.]*[a-z0-9])?/';

const toleration = z
  .object({
    key: z
      .string()
      .min(1)
      .max(128)
      .regex(new RegExp(`^(${PREFIX})?${NAME}$`), 'must be the key of a taint, such as "example.com/agents"')
      .meta(
        rules({
          rule: `!(self in [${NEVER_TOLERATED.map((key) => `'${key}'`).join(', ')}])`,
          message:
            'must not be a taint of the control plane or of a node without a network: no pod may tolerate one',
          reason: 'FieldValueForbidden',
        }),
      )
      .describe('Key of the taint.'),
    operator: z
      .enum(['Equal', 'Exists'])
      .default('Equal')
      .describe('`Equal`: the taint has this value. `Exists`: it may have any.'),
    value: z.string().max(63).optional().describe('Value of the taint, for `Equal`.'),
    effect: z
      .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
      .describe('The one effect that is tolerated.'),
  })
  .meta(
    rules({
      rule: "self.operator == 'Exists' || has(self.value)",
      message: 'must be set where operator is Equal: a taint without a value has the value ""',
      fieldPath: '.value',
      reason: 'FieldValueRequired',
    }),
  );

const scheduling = z.object({
  tolerations: z
    .array(toleration)
    .max(16)
    .default([])
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe(
      'Taints that a pod may tolerate, beside those that the API server adds to every pod. Empty: none.',
    ),
  nodeSelector: z
    .record(z.string(), z.string().max(63))
    .default({})
    .meta({ maxProperties: 16 })
    .describe(
      'Labels of nodes that a pod may select, with their values; what a RuntimeClass adds has to be among them. Empty: none.',
    ),
});

const annotation = z
  .string()
  .min(1)
  .max(128)
  .regex(
    new RegExp(`^(${PREFIX}|(${PREFIX})?${NAME})$`),
    'must be the key of an annotation, or a prefix that ends in "/"',
  )
  .meta(
    rules({
      rule: `!self.startsWith('${METADATA_PREFIX}') && !self.contains('.${METADATA_PREFIX}')`,
      message: 'must not be a name of cloister.dev: only Cloister sets annotations of its own',
      reason: 'FieldValueForbidden',
    }),
  );

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
      '`Required`: the pod has `hostUsers: false`. `Preferred`: the pod of a sandbox has it where every node that it may run on can do that: Kubernetes 1.33 or later, with a container runtime that says so.',
    ),
  startGate: z
    .enum(['Required', 'None'])
    .default('Required')
    .describe('Whether the pod starts with a container that proves the network closed.'),
  maxLifetimeSeconds: seconds(60, 31_536_000).describe('Maximum lifetime of a pod.'),
  allowedAccess: distinctList(z.enum(['Exec', 'Attach', 'PortForward', 'Proxy', 'Debug']), 5).describe(
    'What people may do to the running pod. Empty: nothing.',
  ),
  scheduling: scheduling.prefault({}).describe('How a pod may choose its node.'),
  annotations: distinctList(annotation, 24).describe(
    'Annotations that a pod may carry beside harmless ones: whole keys, or prefixes that end in `/`. CNIs, container runtimes and injectors obey annotations. Empty: none.',
  ),
});
