import type { Condition } from '../api/shape/conditions.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import type { EventFacts } from './event-object.ts';

/** By condition, what a reconciler does for it, and the type of the event for each reason that has one. */
export type ToldConditions = Readonly<
  Record<string, { readonly action: string; readonly reasons: Readonly<Record<string, EventFacts['type']>> }>
>;

/**
 * Returns an event for each condition of a status whose status or reason differs from what it was and whose reason has one.
 * Record them after the status was written: then each change is reported once, also when another replica begins to lead.
 */
export function conditionEvents(
  regarding: KubeObject,
  { before = [], after = [] }: Readonly<Partial<Record<'before' | 'after', readonly Condition[]>>>,
  told: ToldConditions,
): readonly EventFacts[] {
  return after.flatMap(({ type, status, reason, message }) => {
    const { action, reasons } = told[type] ?? {};
    const eventType = reasons?.[reason];
    const previous = before.find((condition) => condition.type === type);
    const isSame = previous?.status === status && previous.reason === reason;
    if (isSame || action === undefined || eventType === undefined) return [];
    return [{ regarding, type: eventType, reason, action, note: message }];
  });
}
