import { z } from 'zod';

/** Whose memories an agent reads, and what it may add. */
export const memory = z.object({
  scope: z
    .enum(['Agent', 'Role', 'Tenant'])
    .default('Agent')
    .describe('Whose memories it reads: its own, those of its role, or those of its tenant.'),
  write: z
    .enum(['None', 'Own'])
    .default('None')
    .describe('`Own`: it may write, and change what it wrote itself. Every item carries its writer.'),
});

/** What one sandbox may use up in a day. */
export const budgets = z.object({
  toolCallsPerDay: z.int().min(0).max(100_000_000).default(10_000).describe('Tool calls a day.'),
  tokensPerDay: z
    .int()
    .min(0)
    .max(100_000_000_000)
    .default(1_000_000)
    .describe('Tokens a day, of all model vendors together.'),
  egressBytesPerDay: z
    .int()
    .min(0)
    .max(1_000_000_000_000_000)
    .default(1_073_741_824)
    .describe('Bytes a day that leave through the gateway.'),
});

/** What is recorded about the calls of a role. */
export const audit = z.object({
  record: z.enum(['All', 'Denied']).default('All').describe('Which calls are recorded.'),
  arguments: z
    .enum(['None', 'Digest', 'Full'])
    .default('Digest')
    .describe("How arguments are recorded: not, as a keyed hash, or encrypted with the tenant's key."),
  durability: z
    .enum(['Synced', 'Buffered'])
    .default('Synced')
    .describe('`Synced`: on disk before the call is made. `Buffered`: in bounded memory.'),
});
