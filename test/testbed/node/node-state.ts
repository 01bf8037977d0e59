/** What the test files learn of the node: that this machine can run one, or the line that says why it cannot. */
export type NodeState =
  | { readonly missing: undefined }
  /** With `required` the tests fail instead of being skipped. */
  | { readonly missing: string; readonly required: boolean };

declare module 'vitest' {
  interface ProvidedContext {
    node: NodeState;
  }
}
