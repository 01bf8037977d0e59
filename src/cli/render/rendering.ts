/** An object as the API server would be given it. */
export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** What an object of a Cloister kind becomes. */
export interface Rendering {
  /** In the order in which the operator writes them. */
  readonly objects: readonly ManifestObject[];
  /** Why it becomes nothing, in the words of the cluster; null where nothing refuses it. */
  readonly refusal: string | null;
  /** What is not in the input, and would be in the objects on a cluster: one line each. */
  readonly missing: readonly string[];
}

/** Nothing is created. */
export function refuse(refusal: string): Rendering {
  return { objects: [], refusal, missing: [] };
}
