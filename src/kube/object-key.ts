/** The key of an object within its kind: `namespace/name`, or `/name` at cluster scope. */
export function objectKey(name: { readonly namespace?: string; readonly name?: string }): string {
  return `${name.namespace ?? ''}/${name.name ?? ''}`;
}
