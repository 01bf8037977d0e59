import { ANNOTATION, GROUP, MAX_METADATA_ENTRIES, METADATA_PREFIX } from '../../api/names.ts';
import {
  admissionPolicy,
  EVERYWHERE,
  type PolicyObject,
  SUBJECT,
  type Validation,
} from '../admission-policy.ts';
import { FROM_CLEANER, FROM_OPERATOR } from './actors.ts';
import { changedReservedKeys, hasFewEntries } from './changes.ts';

/** `cloister-created-by` guards the author. */
const GUARDED_ANNOTATION = `key != '${ANNOTATION.createdBy}'`;
const MAY_RELEASE = `authorizer.group('${GROUP}').resource('agentsandboxes').namespace(request.namespace).name(object.metadata.name).check('release').allowed()`;
const FINALIZERS = (object: string): string => `${object}.metadata.?finalizers.orValue([])`;
/** `orphan` is the garbage collector's own finalizer: the same as a deletion with `propagationPolicy: Orphan`. */
const IS_GUARDED_FINALIZER = `(each.startsWith('${METADATA_PREFIX}') || each == 'orphan')`;
const CHANGED_FINALIZERS = `${FINALIZERS('object')}.size() > ${MAX_METADATA_ENTRIES} ? [] : ${[
  `${FINALIZERS('object')}.filter(each, ${IS_GUARDED_FINALIZER} && !(oldObject != null && each in ${FINALIZERS('oldObject')}))`,
  `(oldObject == null ? [] : ${FINALIZERS('oldObject')}.filter(each, each.startsWith('${METADATA_PREFIX}') && !(each in ${FINALIZERS('object')})))`,
].join(' + ')}`;
const WHO = `'" is changed by "' + request.userInfo.username + '"; must be changed by the operator of Cloister alone. '`;
const IS_DELETE = "(request.operation == 'DELETE')";

/**
 * A sandbox is the tenant's, but what Cloister writes on it is not: who removed its finalizer would end it without its
 * credentials being revoked. In every namespace, since a sandbox may be there before its namespace is enrolled.
 */
export const sandboxMetadataGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-sandbox-metadata',
  description:
    'Labels, annotations and finalizers of Cloister on a sandbox are changed by the operator alone, and its deletion does not orphan what belongs to it.',
  scope: EVERYWHERE,
  // Not /status: with a custom resource, an update of the status changes nothing else.
  rules: [
    {
      apiGroups: [GROUP],
      apiVersions: ['*'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
      resources: ['agentsandboxes'],
    },
  ],
  conditions: [{ name: 'not-the-operator', expression: `!(${FROM_OPERATOR}) && !(${FROM_CLEANER})` }],
  variables: [
    { name: 'changedLabels', expression: changedReservedKeys('labels') },
    { name: 'changedAnnotations', expression: changedReservedKeys('annotations', GUARDED_ANNOTATION) },
    { name: 'changedFinalizers', expression: CHANGED_FINALIZERS },
  ],
  validations: [
    isOperators('labels', 'Leave it out, or as it was.'),
    isOperators(
      'annotations',
      `Leave it out, or as it was. To set ${ANNOTATION.forceRelease}, have the verb release on agentsandboxes.${GROUP} bound to you, as the ClusterRole cloister-platform has it.`,
      `key == '${ANNOTATION.forceRelease}' && ${MAY_RELEASE}`,
    ),
    isOperators(
      'finalizers',
      `Leave it out, or as it was. A deletion that hangs is ended by who may set ${ANNOTATION.forceRelease}.`,
    ),
    hasFewEntries('labels', IS_DELETE),
    hasFewEntries('annotations', IS_DELETE),
    hasFewEntries('finalizers', IS_DELETE),
    {
      expression: `!${IS_DELETE} || (request.options.?propagationPolicy.orValue('') != 'Orphan' && request.options.?orphanDependents.orValue(false) != true)`,
      messageExpression: `${SUBJECT} + ': propagationPolicy is "Orphan"; must be "Background" or "Foreground", because a pod that outlives its sandbox keeps its identity. Delete the sandbox without --cascade=orphan.'`,
    },
  ],
});

/** Refuses a change, `but` (CEL about `key`) of what somebody else may change. */
function isOperators(field: string, fix: string, but = 'false'): Validation {
  const changed = `variables.changed${field[0]?.toUpperCase()}${field.slice(1)}`;
  return {
    expression: `${IS_DELETE} || ${changed}.all(key, ${but})`,
    messageExpression: `${SUBJECT} + ': metadata.${field}: "' + ${changed}.join('", "') + ${WHO} + '${fix}'`,
  };
}
