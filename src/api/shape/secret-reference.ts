import { z } from 'zod';
import { dataKey, dnsSubdomain } from './names.ts';

/** One key of a Secret in the tenant's system namespace. */
export const secretReference = () =>
  z.object({
    name: dnsSubdomain().describe("Name of the Secret in the tenant's system namespace."),
    key: dataKey().describe('Key in the Secret.'),
  });
