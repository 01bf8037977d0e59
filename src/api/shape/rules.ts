/** One CEL rule that the API server evaluates on the value it is attached to. */
export interface Rule {
  rule: string;
  /** Said to the author of the object: what was found to be wrong and what to do. */
  message: string;
  /** The field that the message is about, relative to the value, such as `.mcp`. */
  fieldPath?: string;
  /** Not `FieldValueDuplicate`: the API server leaves the message out of it. */
  reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired';
}

/** Schema metadata that carries CEL rules into the CRD. */
export const rules = (...list: readonly Rule[]): { 'x-kubernetes-validations': Rule[] } => ({
  'x-kubernetes-validations': [...list],
});
