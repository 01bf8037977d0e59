import { z } from 'zod';
import { dnsLabel } from '../shape/names.ts';
import { countQuantity } from '../shape/quantities.ts';
import { rules } from '../shape/rules.ts';

/** The name of a namespace that may be enrolled. */
const enrollableNamespace = () =>
  dnsLabel().meta(
    rules({
      rule: "self != 'default' && !self.startsWith('kube-') && !self.startsWith('cloister-')",
      message: 'default, kube-* and cloister-* cannot be enrolled: give the agents a namespace of their own',
      reason: 'FieldValueForbidden',
    }),
  );

const quota = z.object({
  sandboxes: z.int().min(0).max(10_000).describe('Most AgentSandbox objects in the namespace.'),
  hard: z
    .record(z.string(), countQuantity())
    .meta({ minProperties: 1, maxProperties: 32 })
    .describe('Entries of the ResourceQuota of the namespace, such as `requests.cpu`.'),
});

/** A namespace that belongs to the tenant. */
export const tenantNamespace = z.object({
  name: enrollableNamespace().describe('Its name. Every pod in it has to be a compliant agent pod.'),
  quota: quota.describe('What may be used in it. Has to be written.'),
});
