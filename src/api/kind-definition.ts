import type { z } from 'zod';
import type { ConditionTable } from './shape/conditions.ts';

/** A column that `kubectl get` prints. `priority` 1 is shown with `-o wide` only. */
export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'date';
  jsonPath: string;
  description: string;
  priority?: 1;
}

/** Everything that makes a kind: its names, its schema, what is printed, and what its status can say. */
export interface KindDefinition<Schema extends z.ZodObject = z.ZodObject> {
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  scope: 'Cluster' | 'Namespaced';
  /** One sentence for the reference. */
  summary: string;
  printerColumns: readonly PrinterColumn[];
  conditions: ConditionTable;
  schema: Schema;
}
