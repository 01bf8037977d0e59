/** An object that is refused, and by whom. */
export interface BadObject {
  /** A sentence: what is wrong with it. */
  name: string;
  object: Readonly<Record<string, unknown>>;
  /** The object as it was, where changing it is what is refused. */
  before?: Readonly<Record<string, unknown>>;
  /** Objects that exist when it is written, where it is bad only beside them. */
  beside?: readonly Readonly<Record<string, unknown>>[];
  /** The field that the refusal names. */
  field: string;
  /** What the refusal says. */
  message: RegExp;
  /** `Schema`: the API server by the CustomResourceDefinition alone. `Webhook`: the schema accepts it and the webhook does not. */
  by: 'Schema' | 'Webhook';
}
