import { z } from 'zod';

const ownerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
  blockOwnerDeletion: z.boolean().optional(),
});

/** The part of Kubernetes' object metadata that Cloister reads; the API server keeps the rest. */
export const objectMeta = <Name extends z.ZodType<string, string>>(name: Name) =>
  z.object({
    name,
    namespace: z.string().optional(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
    generation: z.number().optional(),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    finalizers: z.array(z.string()).optional(),
    ownerReferences: z.array(ownerReference).optional(),
  });

/** Object metadata, narrowed to what Cloister reads. */
export type ObjectMeta = z.infer<ReturnType<typeof objectMeta<z.ZodString>>>;
