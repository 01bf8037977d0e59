import { z } from 'zod';
import { ownerName } from '../shape/names.ts';
import { time } from '../shape/times.ts';

/** Roles whose rules are recorded rather than enforced for a while. */
export const shadow = z.object({
  roles: z
    .array(ownerName())
    .min(1)
    .max(16)
    .meta({ 'x-kubernetes-list-type': 'set' })
    .describe('Names of the roles.'),
  untilTime: time().describe('When it ends: at most 14 days after the start that the status records.'),
});
