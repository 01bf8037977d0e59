import { LABEL, MAX_METADATA_ENTRIES } from '../api/names.ts';
import { IS_CLUSTER_PROGRAM, IS_HARMLESS_ANNOTATION } from '../policy/admission/allowed-annotations.ts';
import type { NamedExpression } from './admission-policy.ts';
import { FROM_OPERATOR } from './guards/actors.ts';
import { KNOWN_KEYS, quotedList } from './guards/changes.ts';

const OWNERS = (object: string): string => `${object}.metadata.?ownerReferences.orValue([])`;

const ANNOTATIONS = (object: string): string => `${object}.metadata.?annotations.orValue({})`;

/**
 * Compared as a whole first: CEL has a budget, and most updates change no annotation. A pod of too many to look through,
 * which can only be from before its namespace was enrolled, may lose some.
 */
const ADDS_ANNOTATION = [
  'object.metadata.?annotations != oldObject.metadata.?annotations',
  `!${IS_CLUSTER_PROGRAM}`,
  `(${ANNOTATIONS('object')}.size() > ${MAX_METADATA_ENTRIES} ? ${ANNOTATIONS('object')}.size() >= ${ANNOTATIONS('oldObject')}.size() : ${ANNOTATIONS('object')}.exists(key, !(${IS_HARMLESS_ANNOTATION}) && object.metadata.?annotations[?key] != oldObject.metadata.?annotations[?key]))`,
].join(' && ');

/**
 * When a request about a pod is judged: an update that leaves the spec, the owners and the metadata that Cloister reads
 * as they are, and adds no annotation that a program may obey, is not. Neither is one that only removes owners (the
 * garbage collector's), or the operator's change of `cloister.dev/contained`. The API server decides it, so that a pod can
 * be contained and can lose a finalizer while nothing answers. Names are looked up one by one: CEL has a budget, and a pod
 * can have 32,000 labels.
 */
export const JUDGED_PODS: NamedExpression = {
  name: 'judged',
  expression: [
    "request.operation != 'UPDATE'",
    'object.spec != oldObject.spec',
    `(${OWNERS('object')} != ${OWNERS('oldObject')} && !(${OWNERS('oldObject')}.size() <= ${MAX_METADATA_ENTRIES} && ${OWNERS('object')}.all(owner, owner in ${OWNERS('oldObject')})))`,
    changed('labels', ` && !(key == '${LABEL.contained}' && ${FROM_OPERATOR})`),
    changed('annotations', ''),
    `(${ADDS_ANNOTATION})`,
  ].join(' || '),
};

function changed(map: 'labels' | 'annotations', and: string): string {
  return `${quotedList(KNOWN_KEYS[map])}.exists(key, object.metadata.?${map}[?key] != oldObject.metadata.?${map}[?key]${and})`;
}
