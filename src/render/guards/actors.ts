import { OPERATOR_USER } from '../../api/names.ts';

// CEL that says who asks. Exact user names: a group or a prefix could be had by somebody else.

const quoted = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(', ')}]`;
const controller = (name: string): string => `system:serviceaccount:kube-system:${name}`;

/** All controllers where they share one identity (`--use-service-account-credentials=false`). */
const CONTROLLER_MANAGER = 'system:kube-controller-manager';

/** True where the operator asks. */
export const FROM_OPERATOR = `request.userInfo.username == '${OPERATOR_USER}'`;

/** True where the garbage collector or the namespace controller asks: they take away what its owner left behind. */
export const FROM_CLEANER = `request.userInfo.username in ${quoted([
  CONTROLLER_MANAGER,
  controller('generic-garbage-collector'),
  controller('namespace-controller'),
])}`;

/** True where a controller asks that writes what a template says; the template was judged when it was written. */
export const FROM_WORKLOAD_CONTROLLER = `request.userInfo.username in ${quoted([
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

/** True where a kubelet asks: its group alone could be given to anybody by who signs certificates. */
export const FROM_NODE =
  "'system:nodes' in request.userInfo.groups && request.userInfo.username.startsWith('system:node:')";
