import { NODE_CHECKS, type Check } from './check-node.ts';
import { NODE_SHAPES, type Shape } from './node-shapes.ts';

/** How a field is read. `Checked` is left to the check of its node; an object names the type of the node that stands there. */
export type FieldRule = 'Value' | 'Node' | 'List' | 'Checked' | { readonly type: string };

/** What is known of one type of node. */
export interface NodeRule {
  readonly fields: ReadonlyMap<string, FieldRule>;
  readonly check: Check | undefined;
}

/** Where in the text a node stands: every type may have it. */
const POSITION = 'location';

/** Every type of node that is known. A type or a field that is not in it is refused. */
export const SQL_NODES: ReadonlyMap<string, NodeRule> = new Map(
  Object.entries(NODE_SHAPES).map(([type, shape]) => [
    type,
    { fields: fieldsOf(shape), check: NODE_CHECKS.get(type) },
  ]),
);

function fieldsOf(shape: Shape): ReadonlyMap<string, FieldRule> {
  const all = (names: string | undefined, rule: FieldRule): [string, FieldRule][] =>
    (names?.split(' ') ?? []).map((name) => [name, rule]);
  return new Map([
    ...all(POSITION, 'Value'),
    ...all(shape.values, 'Value'),
    ...all(shape.nodes, 'Node'),
    ...all(shape.lists, 'List'),
    ...all(shape.checked, 'Checked'),
    ...Object.entries(shape.inline ?? {}).map(([field, type]): [string, FieldRule] => [field, { type }]),
  ]);
}
