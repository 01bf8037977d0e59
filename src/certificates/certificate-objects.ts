/** The Kubernetes objects that the certificates live in. */
export interface CertificateObjects {
  /** Of the Secret and the ConfigMap. */
  readonly namespace: string;
  readonly secret: string;
  readonly configMap: string;
  /** Names of the MutatingWebhookConfigurations and ValidatingWebhookConfigurations whose `caBundle` is ours. */
  readonly mutating: readonly string[];
  readonly validating: readonly string[];
}

/** The objects of an installation in a namespace. */
export function certificateObjectsIn(namespace: string): CertificateObjects {
  return {
    namespace,
    secret: 'cloister-webhook-ca',
    configMap: 'cloister-ca',
    mutating: ['zz-cloister-explain'],
    validating: ['cloister-decide'],
  };
}
