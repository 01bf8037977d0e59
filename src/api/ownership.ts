import { MANAGED_BY } from './names.ts';
import type { ObjectMeta } from './object-meta.ts';

/** An object of any kind. */
interface Labelled {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> | undefined };
}

interface Owned {
  readonly metadata: { readonly ownerReferences?: ObjectMeta['ownerReferences'] };
}

/** Whether an object is one that Cloister wrote. */
export function isManaged({ metadata: { labels } }: Labelled): boolean {
  return labels?.[MANAGED_BY.label] === MANAGED_BY.value;
}

/** Whether an object names the owner of that UID. Outside a guarded kind anybody can have it name one. */
export function isOwnedBy({ metadata: { ownerReferences } }: Owned, uid: string | undefined): boolean {
  return ownerReferences?.some((owner) => owner.uid === uid) ?? false;
}
