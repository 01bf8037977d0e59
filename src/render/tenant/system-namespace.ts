import { LABEL, systemNamespaceOf } from '../../api/names.ts';
import { enrolmentLabels } from '../enrolment-labels.ts';
import { MANAGED_LABELS, type RenderedObject } from './rendered-object.ts';

/** The namespace of a tenant's gateway, its Secrets and its approvals, under Pod Security `restricted`. */
export function systemNamespace(tenant: string): RenderedObject {
  const { [LABEL.tenant]: _enrolled, ...podSecurity } = enrolmentLabels(tenant);
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: systemNamespaceOf(tenant),
      labels: { ...MANAGED_LABELS, ...podSecurity, [LABEL.system]: tenant },
    },
  };
}
