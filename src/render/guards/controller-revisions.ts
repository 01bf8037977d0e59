import { admissionPolicy, ENROLLED, type PolicyObject, SUBJECT } from '../admission-policy.ts';
import { FROM_CLEANER, FROM_WORKLOAD_CONTROLLER } from './actors.ts';
import { CHANGES_SOMETHING } from './changes.ts';

/**
 * A StatefulSet or DaemonSet makes pods from the template in a ControllerRevision, not only from its own, so the author
 * of one decides what runs, and as which role.
 */
export const controllerRevisionsGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-controller-revisions',
  description: 'ControllerRevisions are written by the controllers that made them.',
  scope: ENROLLED,
  rules: [
    {
      apiGroups: ['apps'],
      apiVersions: ['v1'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
      resources: ['controllerrevisions'],
    },
  ],
  conditions: [{ name: 'changed', expression: CHANGES_SOMETHING }],
  validations: [
    {
      expression: `${FROM_WORKLOAD_CONTROLLER} || (request.operation != 'CREATE' && ${FROM_CLEANER})`,
      messageExpression: `${SUBJECT} + ': ' + request.operation + ' by "' + request.userInfo.username + '"; must be done by the StatefulSet or DaemonSet controller, which makes pods from the template in it. Change the StatefulSet or DaemonSet instead.'`,
    },
  ],
});
