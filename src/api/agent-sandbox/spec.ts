import { z } from 'zod';
import { port } from '../shape/hosts.ts';
import { imageReference } from '../shape/images.ts';
import { distinctList, keyedList } from '../shape/lists.ts';
import { dnsLabel, dnsSubdomain, ownerName, toolName } from '../shape/names.ts';
import { filePath } from '../shape/paths.ts';
import { byteQuantity, coreQuantity } from '../shape/quantities.ts';
import { rules } from '../shape/rules.ts';
import { seconds } from '../shape/times.ts';

const ephemeral = z.object({
  storageClassName: dnsSubdomain().optional().describe("Storage class. If not set: the cluster's default."),
  size: byteQuantity('100Ti').describe('How much is claimed.'),
});

/** Something mounted into the agent's container. */
const volume = z
  .object({
    name: dnsLabel().describe('Name of the volume.'),
    mountPath: filePath().describe("Where it is mounted: at or under a path that the role's tools allow."),
    persistentVolumeClaim: z
      .object({ claimName: dnsSubdomain().describe('Name of the claim in the namespace.') })
      .optional()
      .describe('A claim that exists.'),
    configMap: z
      .object({ name: dnsSubdomain().describe('Name of the ConfigMap in the namespace.') })
      .optional()
      .describe('Files of a ConfigMap, always read-only.'),
    ephemeral: ephemeral.optional().describe('A claim that lives as long as the pod.'),
  })
  .meta(
    rules(
      {
        rule: '[has(self.persistentVolumeClaim), has(self.configMap), has(self.ephemeral)].filter(x, x).size() == 1',
        message: 'must have exactly one of persistentVolumeClaim, configMap and ephemeral',
      },
      {
        rule: "!(self.name in ['tmp', 'run']) && !self.name.startsWith('cloister-')",
        message:
          'must not be tmp or run, or begin with cloister-, because the operator adds volumes of these names',
        fieldPath: '.name',
        reason: 'FieldValueForbidden',
      },
    ),
  );

const environmentVariable = z
  .object({
    name: z
      .string()
      .min(1)
      .max(253)
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and "_", and must not begin with a digit')
      .describe('Its name.'),
    value: z
      .string()
      .max(32_768)
      .default('')
      .describe('Its value. Must not be a secret: everyone who can read the sandbox can read it.'),
  })
  .meta(
    rules({
      rule: "!self.name.startsWith('CLOISTER_')",
      message: 'must not begin with CLOISTER_, because the operator sets these variables: remove it',
      fieldPath: '.name',
      reason: 'FieldValueForbidden',
    }),
  );

const amounts = z.object({
  cpu: coreQuantity('256').optional().describe('Processor cores.'),
  memory: byteQuantity('4Ti').optional().describe('Memory.'),
  'ephemeral-storage': byteQuantity('4Ti').optional().describe("Space on the node's disk."),
});

const narrow = z.object({
  tools: z
    .array(toolName())
    .max(128)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'set' })
    .describe('Only these tools of the role. If not set: all of them; empty: none.'),
  readOnlyPaths: distinctList(filePath(), 32).describe(
    'Paths that are not written to although the role may.',
  ),
});

/** What an application team asks of a sandbox. */
export const sandboxSpec = z
  .object({
    roleRef: z
      .object({ name: ownerName().describe('Name of the AgentRole.') })
      .optional()
      .describe("Role that applies to the sandbox. If not set: the tenant's default. Cannot be changed."),
    image: imageReference().describe('Image of the agent, from a repository that the role allows.'),
    command: z.array(z.string().max(4096)).max(64).default([]).describe("Replaces the image's entry point."),
    args: z.array(z.string().max(4096)).max(256).default([]).describe("Replaces the image's arguments."),
    env: keyedList(environmentVariable, ['name'], 128).describe('Environment variables.'),
    resources: z
      .object({
        requests: amounts.prefault({}).describe('What is reserved. If not set: the limits.'),
        limits: amounts
          .prefault({})
          .describe("Maximum that may be used, at most the role's. If not set: the role's."),
      })
      .prefault({})
      .describe('What the agent may use.'),
    lifetimeSeconds: seconds(60, 31_536_000)
      .optional()
      .describe("Maximum lifetime, over all its pods, at most the role's. If not set: the role's."),
    volumes: keyedList(volume, ['name'], 32)
      .meta(
        rules({
          rule: 'self.all(v, self.exists_one(w, w.mountPath == v.mountPath))',
          message: 'two volumes have the same mountPath: change one of them',
        }),
      )
      .describe(
        'What is mounted: read-only unless the role has `file:write` there, refused where it has neither.',
      ),
    restartPolicy: z
      .enum(['Never', 'OnFailure', 'Always'])
      .default('Never')
      .describe(
        'Of the sandbox: also when its pod is gone. A task that has ended is not started again: delete and create the sandbox.',
      ),
    narrow: narrow.optional().describe('Less than the role, never more.'),
    ports: distinctList(port(), 16).describe("Ports that the agent listens on, within the role's `ingress`."),
    ttlSecondsAfterFinished: seconds(0, 31_536_000)
      .optional()
      .describe('The sandbox is deleted so long after its end. If not set: it stays.'),
    state: z
      .enum(['Running', 'Stopped'])
      .default('Running')
      .describe(
        '`Stopped` ends the task for good; what it held is revoked. To run it again, delete and create the sandbox.',
      ),
    updatePolicy: z
      .enum(['Recreate', 'OnDelete'])
      .default('Recreate')
      .describe('Whether a changed role or sandbox replaces the pod at once, or when it is deleted.'),
  })
  .meta(
    rules({
      rule: 'has(self.roleRef) == has(oldSelf.roleRef) && (!has(self.roleRef) || self.roleRef == oldSelf.roleRef)',
      message: 'roleRef cannot be changed: create a new sandbox for another role',
      fieldPath: '.roleRef',
      reason: 'FieldValueForbidden',
    }),
  );
