/** A copy of a value with one of its fields left out. */
export interface WithoutField {
  /** Where the field was, for example `.sandbox.images[0].digest`. */
  readonly path: string;
  readonly changed: unknown;
}

/** Every way to leave one field out of a JSON value, however deep it is. Lists keep their items: an item is no field. */
export function withoutEachField(value: unknown): readonly WithoutField[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) =>
      withoutEachField(item).map(({ path, changed }) => ({
        path: `[${index}]${path}`,
        changed: value.with(index, changed) as unknown,
      })),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    const { [key]: _gone, ...rest } = value as Record<string, unknown>;
    return [
      { path: `.${key}`, changed: rest },
      ...withoutEachField(member).map(({ path, changed }) => ({
        path: `.${key}${path}`,
        changed: { ...value, [key]: changed },
      })),
    ];
  });
}
