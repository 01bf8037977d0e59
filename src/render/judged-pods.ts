import { METADATA_PREFIX } from '../api/names.ts';
import { IS_CLUSTER_PROGRAM, IS_HARMLESS_ANNOTATION } from '../policy/admission/allowed-annotations.ts';
import type { NamedExpression } from './admission-policy.ts';

/** Compared as a whole first: CEL has a budget, and most updates change no annotation. */
const ADDS_ANNOTATION = [
  'object.metadata.?annotations != oldObject.metadata.?annotations',
  `!${IS_CLUSTER_PROGRAM}`,
  `object.metadata.?annotations.orValue({}).exists(key, !(${IS_HARMLESS_ANNOTATION}) && object.metadata.?annotations[?key] != oldObject.metadata.?annotations[?key])`,
].join(' && ');
const OURS = `key.startsWith('${METADATA_PREFIX}') || key.contains('.${METADATA_PREFIX}')`;

/**
 * When a request about a pod is judged: an update that leaves spec, owners and our metadata alone, and adds no annotation
 * that a program may obey, is not. Said to the API server, so that a pod can lose a finalizer also while nothing answers:
 * Jobs and namespaces could not end else.
 */
export const JUDGED_PODS: NamedExpression = {
  name: 'judged',
  expression: [
    "request.operation != 'UPDATE'",
    'object.spec != oldObject.spec',
    'object.metadata.?ownerReferences != oldObject.metadata.?ownerReferences',
    ...['labels', 'annotations'].flatMap((map) => [
      changed(map, 'object', 'oldObject'),
      changed(map, 'oldObject', 'object'),
    ]),
    `(${ADDS_ANNOTATION})`,
  ].join(' || '),
};

function changed(map: string, left: string, right: string): string {
  return `${left}.metadata.?${map}.orValue({}).exists(key, (${OURS}) && ${right}.metadata.?${map}[?key] != ${left}.metadata.?${map}[?key])`;
}
