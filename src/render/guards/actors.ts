import { LABEL, OPERATOR_USER } from '../../api/names.ts';
import { quotedList } from './changes.ts';

// CEL that says who asks. Exact user names: a group or a prefix could be had by somebody else.

const controller = (name: string): string => `system:serviceaccount:kube-system:${name}`;

/** All controllers where they share one identity (`--use-service-account-credentials=false`). */
const CONTROLLER_MANAGER = 'system:kube-controller-manager';

/** True where the operator asks. */
export const FROM_OPERATOR = `request.userInfo.username == '${OPERATOR_USER}'`;

/** True where the garbage collector or the namespace controller asks: they take away what its owner left behind. */
export const FROM_CLEANER = `request.userInfo.username in ${quotedList([
  CONTROLLER_MANAGER,
  controller('generic-garbage-collector'),
  controller('namespace-controller'),
])}`;

/** True where a controller asks that writes what a template says; the template was judged when it was written. */
export const FROM_WORKLOAD_CONTROLLER = `request.userInfo.username in ${quotedList([
  CONTROLLER_MANAGER,
  ...[
    'cronjob-controller',
    'daemon-set-controller',
    'deployment-controller',
    'job-controller',
    'replicaset-controller',
    'replication-controller',
    'statefulset-controller',
  ].map(controller),
])}`;

/** True where a kubelet asks: a signer of certificates could give the group alone to anybody. */
export const FROM_NODE =
  "'system:nodes' in request.userInfo.groups && request.userInfo.username.startsWith('system:node:')";

/** CEL that is true in a namespace where agents run. Match conditions do not know `namespaceObject`. */
export const IN_ENROLLED = `'${LABEL.tenant}' in namespaceObject.metadata.?labels.orValue({})`;

/**
 * True where a ServiceAccount of the object's own, enrolled namespace asks. No such request is genuine: `edit` includes
 * the right to impersonate each of them (kubernetes/kubernetes, bootstrappolicy), and `cloister-tokens` gives their
 * tokens to kubelets alone.
 */
export const FROM_OWN_SERVICE_ACCOUNT = `(${IN_ENROLLED} && request.userInfo.username.startsWith('system:serviceaccount:' + request.namespace + ':'))`;

/** CEL that says why, in a message. */
export const NO_SERVICE_ACCOUNT = `'the user is "' + request.userInfo.username + '"; must not be a ServiceAccount of an enrolled namespace, because everybody with the ClusterRole edit can impersonate it. Write the object as yourself, or with a ServiceAccount of a namespace that is not enrolled.'`;
