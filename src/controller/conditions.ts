import type { Condition } from '../api/shape/conditions.ts';

/** What one part of a reconciler says about an object. */
export type ConditionState = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** When and about what conditions are written. */
export interface ConditionStamp {
  /** `metadata.generation` of the object. */
  readonly generation: number | undefined;
  /** RFC 3339. */
  readonly time: string;
}

/**
 * Returns the conditions of a status from what the parts of its reconciler say. The time of a condition changes only
 * with its status (KEP-1623).
 */
export function stampConditions(
  states: readonly ConditionState[],
  before: readonly Condition[],
  { generation, time }: ConditionStamp,
): Condition[] {
  return states.map(({ type, status, reason, message }) => {
    const previous = before.find((condition) => condition.type === type);
    const lastTransitionTime = previous?.status === status ? previous.lastTransitionTime : time;
    return { type, status, observedGeneration: generation, lastTransitionTime, reason, message };
  });
}
