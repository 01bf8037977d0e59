import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { isHarmlessAnnotation } from './allowed-annotations.ts';
import type { Pod } from '../pod/pod.ts';

const OURS = /^([a-z0-9-]+\.)*cloister\.dev\//;

/**
 * Whether an update of a pod must be evaluated again.
 *
 * A pod that was there before its namespace was enrolled, or before its role was narrowed, must still be able to lose
 * finalizers, gain a status or be labelled by its controller: an engine that evaluates every update leaves pods that cannot
 * be deleted (kyverno #8815). So only a change of the spec, a new owner, a change of our own metadata or an annotation
 * that is added and that a program may obey is evaluated. The API server, which knows who asks, decides first
 * (`JUDGED_PODS`): the operator's containment of a pod never comes here.
 */
export function changesContract(before: Pod, after: Pod): boolean {
  return !(
    isDeepEqualJson(before.spec, after.spec) &&
    onlyRemovesOwners(before, after) &&
    sameOurs(before.metadata?.labels, after.metadata?.labels) &&
    sameOurs(before.metadata?.annotations, after.metadata?.annotations) &&
    !addsAnnotation(before.metadata?.annotations, after.metadata?.annotations)
  );
}

function onlyRemovesOwners(before: Pod, after: Pod): boolean {
  const owners = new Map(ownersOf(before).map((owner) => [owner.uid, owner]));
  return ownersOf(after).every((owner) => isDeepEqualJson(owners.get(owner.uid), owner));
}

const ownersOf = ({ metadata }: Pod) =>
  (metadata?.ownerReferences ?? []) as readonly { readonly uid?: string }[];

type Texts = Readonly<Record<string, string>> | undefined;

function sameOurs(before: Texts, after: Texts): boolean {
  const names = new Set([...ours(before), ...ours(after)]);
  return [...names].every((name) => before?.[name] === after?.[name]);
}

/** Whether an annotation that something may obey is added or changed; one that goes is obeyed no more. */
function addsAnnotation(before: Texts, after: Texts): boolean {
  return Object.entries(after ?? {}).some(
    ([name, value]) => before?.[name] !== value && !isHarmlessAnnotation(name),
  );
}

function ours(texts: Texts): string[] {
  return Object.keys(texts ?? {}).filter((name) => OURS.test(name));
}
