import type { Condition } from '../api/shape/conditions.ts';
import { isDeepEqualJson } from '../lib/is-deep-equal-json.ts';

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

/** What the status of every kind has. */
export interface ConditionedStatus {
  readonly observedGeneration?: number | undefined;
  readonly conditions?: Condition[] | undefined;
}

/**
 * Returns the whole status of an object, from the conditions and fields that its reconciler states at `time` (RFC 3339); null
 * where the object has it already. What somebody else put beside them is no difference, and is left alone.
 */
export function wholeStatus<Fields extends object>(
  object: { readonly metadata: { readonly generation?: number }; readonly status?: ConditionedStatus },
  states: readonly ConditionState[],
  fields: Fields,
  time: string,
): (ConditionedStatus & Fields) | null {
  const { generation } = object.metadata;
  const { status = {} } = object;
  const wanted = {
    observedGeneration: generation,
    conditions: stampConditions(states, status.conditions ?? [], { generation, time }),
    ...fields,
  };
  const types = new Set(states.map(({ type }) => type));
  const owned = {
    ...Object.fromEntries(Object.entries(status).filter(([name]) => Object.hasOwn(wanted, name))),
    conditions: status.conditions?.filter(({ type }) => types.has(type)),
  };
  return isDeepEqualJson(owned, wanted) ? null : wanted;
}
