/**
 * A custom resource as it may really be: every field may be missing, whatever the schema says, because it was stored under
 * another version of the schema or had fields pruned. Who reads it decides what absence means.
 */
export type Unchecked<T> = T extends (infer Item)[]
  ? (Unchecked<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Unchecked<T[Key]> }
    : T;

/** The items of a list that are there; none where there is no list. */
export function present<Item>(list: readonly (Item | undefined)[] | undefined): readonly Item[] {
  return (list ?? []).filter((item): item is Item => item !== undefined && item !== null);
}
