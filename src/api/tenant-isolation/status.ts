import { z } from 'zod';
import { conditions } from '../shape/conditions.ts';
import { dnsLabel, objectUID } from '../shape/names.ts';
import { time } from '../shape/times.ts';

const enrolled = z.object({
  name: dnsLabel().describe('Its name.'),
  uid: objectUID().optional().describe('Its UID when it was enrolled.'),
});

/** What the operator has done for a tenant. */
export const tenantStatus = z.object({
  observedGeneration: z.int().min(0).optional().describe('The generation that the status was written for.'),
  conditions: conditions(),
  namespaces: z
    .array(enrolled)
    .max(64)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
    .describe('Namespaces that are enrolled.'),
  gateway: z
    .object({
      clusterIPs: z
        .array(z.string().min(1).max(45))
        .max(2)
        .meta({ 'x-kubernetes-list-type': 'atomic' })
        .describe('Addresses of its Service.'),
    })
    .optional()
    .describe("The tenant's gateway."),
  shadow: z
    .object({ startTime: time().describe('When it began.') })
    .optional()
    .describe('Rules that are only recorded.'),
});
