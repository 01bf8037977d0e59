import { z } from 'zod';
import { time } from './times.ts';

const condition = z.object({
  type: z
    .string()
    .min(1)
    .max(316)
    .regex(/^[A-Za-z][A-Za-z0-9]*$/, 'must be one word of letters and digits')
    .describe('What is said.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  observedGeneration: z
    .int()
    .min(0)
    .optional()
    .describe('The generation of the object that this was said about.'),
  lastTransitionTime: time().describe('When the status last changed.'),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[A-Za-z][A-Za-z0-9]*$/, 'must be one word of letters and digits')
    .describe('One word from the table of reasons.'),
  message: z.string().max(32_768).describe('The same for a person.'),
});

/** One condition of an object's status, as Kubernetes words it. */
export type Condition = z.infer<typeof condition>;

/** The conditions of a status. */
export const conditions = () =>
  z
    .array(condition)
    .max(16)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
    .describe('What can be said about the object now.');

/** The condition types of a kind, and for each the reasons it can have and what they mean. */
export type ConditionTable = Readonly<
  Record<string, { meaning: string; reasons: Readonly<Record<string, string>> }>
>;
