/** Who refused a request: the names that the demo and the tests use. */
export type Refuser =
  | 'Schema'
  | 'Explain'
  | 'Decide'
  | 'PodSecurity'
  | 'RBAC'
  | 'NodeRestriction'
  | `Policy/${string}`
  | 'Unknown';

const PATTERNS: readonly { readonly pattern: RegExp; readonly by: Refuser }[] = [
  { pattern: /admission webhook "explain\.cloister\.dev"/, by: 'Explain' },
  { pattern: /admission webhook "(decide|kinds)\.cloister\.dev"/, by: 'Decide' },
  { pattern: /violates PodSecurity/, by: 'PodSecurity' },
  { pattern: /^[a-z.]+ .*is forbidden: User "[^"]*" cannot /, by: 'RBAC' },
  { pattern: / is invalid: /, by: 'Schema' },
];

/** Reads from the API server's message which of them refused. The words are those of Kubernetes 1.37. */
export function whoRefused(message: string): Refuser {
  const policy = /ValidatingAdmissionPolicy '([^']+)'/.exec(message)?.[1];
  if (policy !== undefined) return `Policy/${policy}`;
  return PATTERNS.find(({ pattern }) => pattern.test(message))?.by ?? 'Unknown';
}
