import { LABEL } from '../api/names.ts';

/**
 * The labels of an enrolled namespace: whose it is, and Pod Security `restricted`, which holds without the webhook.
 * `latest` follows the cluster: a pinned version would stay behind when the API server learns of a new hole.
 */
export function enrolmentLabels(tenant: string): Readonly<Record<string, string>> {
  return {
    [LABEL.tenant]: tenant,
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/enforce-version': 'latest',
  };
}
