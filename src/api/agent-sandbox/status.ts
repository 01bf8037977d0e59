import { z } from 'zod';
import { conditions } from '../shape/conditions.ts';
import { dnsSubdomain, objectUID, ownerName } from '../shape/names.ts';
import { time } from '../shape/times.ts';

const reference = <Name extends z.ZodType<string, string>>(name: Name) =>
  z.object({
    name: name.describe('Its name.'),
    uid: objectUID().optional().describe('Its UID.'),
  });

const step = z.object({
  name: z
    .string()
    .min(1)
    .max(63)
    .regex(/^[A-Z][A-Za-z0-9]*$/)
    .describe('Name of the step.'),
  completedTime: time().optional().describe('When it was done. Left out: not yet.'),
  message: z.string().max(1024).optional().describe('What stands in its way.'),
});

/** What the operator has done for a sandbox. */
export const sandboxStatus = z.object({
  observedGeneration: z.int().min(0).optional().describe('The generation that the status was written for.'),
  conditions: conditions(),
  resolvedRole: reference(ownerName())
    .optional()
    .describe('The role that the sandbox is held to, and keeps.'),
  policyHash: z.string().max(128).optional().describe('Hash of the policy that the pod was rendered from.'),
  pod: reference(dnsSubdomain()).optional().describe('The pod that runs now.'),
  startTime: time().optional().describe('When the task began. Its lifetime counts from here.'),
  endTime: time().optional().describe('When the task ended.'),
  vaultRole: z.string().max(256).optional().describe('Handle by which its database logins are revoked.'),
  removal: z
    .array(step)
    .max(32)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
    .describe('Progress of its end or its containment, step by step.'),
});
