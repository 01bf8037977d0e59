import { z } from 'zod';
import { sha256Digest } from '../shape/digests.ts';
import { dnsLabel, dnsSubdomain } from '../shape/names.ts';
import { time } from '../shape/times.ts';

const required = <Item extends z.ZodType>(item: Item, maxItems: number) =>
  z.array(item).min(1).max(maxItems).meta({ 'x-kubernetes-list-type': 'set' });

/** A pod that need not pass some checks, for a while. */
export const exemption = z.object({
  namespace: dnsLabel().describe('Namespace of the tenant that the pod is in.'),
  serviceAccount: dnsSubdomain().describe('ServiceAccount that the pod runs as.'),
  images: required(sha256Digest(), 16).describe('Digests of the images. A pod with any other is not exempt.'),
  checks: required(
    z
      .string()
      .min(1)
      .max(63)
      .regex(/^[a-z]+(-[a-z]+)*$/),
    32,
  ).describe('Checks that are not made. None that Pod Security `restricted` makes too.'),
  reason: z.string().min(1).max(1024).describe('Why.'),
  expirationTime: time().describe('When it ends.'),
});
