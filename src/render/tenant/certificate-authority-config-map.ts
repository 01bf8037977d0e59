import { CERTIFICATE_AUTHORITY } from '../../api/names.ts';
import { MANAGED_LABELS, type RenderedObject } from './rendered-object.ts';

/** Certificates in PEM: of the gateway's authority, and of the public ones. */
export interface TrustedCertificates {
  readonly authorities: string;
  readonly publicRoots: readonly string[];
}

/** What the pods of an enrolled namespace trust: the gateway alone, and in a second file the public authorities too. */
export function certificateAuthorityConfigMap(
  namespace: string,
  { authorities, publicRoots }: TrustedCertificates,
): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: CERTIFICATE_AUTHORITY.configMap, namespace, labels: MANAGED_LABELS },
    data: {
      [CERTIFICATE_AUTHORITY.key]: authorities,
      [CERTIFICATE_AUTHORITY.bundleKey]: [...publicRoots, authorities].map(withNewline).join(''),
    },
  };
}

function withNewline(certificate: string): string {
  return certificate.endsWith('\n') ? certificate : `${certificate}\n`;
}
