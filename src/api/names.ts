import { GATE_PROTOCOL } from '../lib/gate-protocol.ts';

/** The API group of every Cloister kind. */
export const GROUP = 'cloister.dev';

/** The one served and stored version. */
export const VERSION = 'v1alpha1';

/** What `apiVersion` says in every Cloister object. */
export const API_VERSION = `${GROUP}/${VERSION}` as const;

/** Labels that Cloister reads or writes. */
export const LABEL = {
  /** On a pod: the role that applies to it. The author may set it. */
  role: 'cloister.dev/role',
  /** On a pod: the sandbox it belongs to. Only the operator sets it. */
  sandbox: 'cloister.dev/sandbox',
  /** On a pod: cut off by a quarantine. Only the operator sets and removes it. */
  contained: 'cloister.dev/contained',
  /** On a namespace: the tenant it is enrolled for. Only the operator sets it. */
  tenant: 'cloister.dev/tenant',
  /** On a namespace: the tenant whose gateway, secrets and approvals it holds. */
  system: 'cloister.dev/system',
} as const;

/** The value of the label `cloister.dev/contained`. */
export const CONTAINED = 'true';

/** Annotations that Cloister reads or writes. */
export const ANNOTATION = {
  /** On a namespace: the exemptions in force, for the policy inside the API server. Only the operator writes it. */
  exemptions: 'cloister.dev/exemptions',
  /** On a namespace: the annotations that roles of its tenant let pods carry, for the policy inside the API server. */
  annotations: 'cloister.dev/annotations',
  /** The hash of the policy that a pod was rendered from. */
  policyHash: 'cloister.dev/policy-hash',
  /** Lets a deletion pass although a step of it cannot be completed. */
  forceRelease: 'cloister.dev/force-release',
  /** On the identity of a sandbox: the UID of the sandbox that it was made for. */
  sandboxUID: 'cloister.dev/sandbox-uid',
  /** On the anchor of an identity: the UID of the pod for which it can log in. */
  podUID: 'cloister.dev/pod-uid',
  /** The user who created the object, stamped by the API server. */
  createdBy: 'cloister.dev/created-by',
} as const;

/** On a sandbox of which Vault may hold something. */
export const VAULT_FINALIZER = 'cloister.dev/vault';

/** The prefix of every label and annotation that belongs to Cloister. */
export const METADATA_PREFIX = `${GROUP}/` as const;

/**
 * The highest number of labels, and of annotations, that a pod or a sandbox may have. An expression of CEL takes time in
 * proportion to the square of what it looks through, so none looks through more.
 */
export const MAX_METADATA_ENTRIES = 256;

/** The namespace of the operator and the webhook. */
export const SYSTEM_NAMESPACE = 'cloister-system';

/** Returns the name of the namespace that holds the gateway, the Secrets and the approvals of a tenant. */
export function systemNamespaceOf(tenant: string): string {
  return `${SYSTEM_NAMESPACE_PREFIX}${tenant}`;
}

/** What the name of the system namespace of every tenant begins with. */
export const SYSTEM_NAMESPACE_PREFIX = 'cloister-t-';

/** Returns the tenant whose system namespace has that name; null where it is none. */
export function tenantOfSystemNamespace(namespace: string): string | null {
  return namespace.startsWith(SYSTEM_NAMESPACE_PREFIX)
    ? namespace.slice(SYSTEM_NAMESPACE_PREFIX.length)
    : null;
}

/** The label by which the operator marks what it wrote. */
export const MANAGED_BY = { label: 'app.kubernetes.io/managed-by', value: 'cloister' } as const;

/** The Deployment and the ServiceAccount of the operator. */
export const OPERATOR = 'cloister-operator';

/** The Deployment, the Service and the ServiceAccount of the webhook. */
export const WEBHOOK = 'cloister-webhook';

/** The MutatingWebhookConfiguration and the ValidatingWebhookConfiguration of the webhook. */
export const REGISTRATION = { mutating: 'zz-cloister-explain', validating: 'cloister-decide' } as const;

/** The user that the operator acts as. */
export const OPERATOR_USER = `system:serviceaccount:${SYSTEM_NAMESPACE}:${OPERATOR}` as const;

/** The gateway: the name of its Service, host alias and ServiceAccount, its ports, and the audience of tokens shown to it. */
export const GATEWAY = {
  name: GATE_PROTOCOL.host,
  audience: 'cloister-gateway',
  proxyPort: 3128,
  apiPort: GATE_PROTOCOL.port,
  /** Greets each connection, so that the start gate can tell a closed network from one that lags. */
  canaryPort: 8444,
  probePort: 8081,
  metricsPort: 9090,
} as const;

/** The Secrets in a tenant's system namespace that hold the authority of its gateway, and its serving certificate. */
export const GATEWAY_CERTIFICATE = {
  authoritySecret: 'cloister-gateway-authority',
  secret: 'cloister-gateway-certificate',
  mountPath: '/etc/cloister-gateway',
  certificateKey: 'tls.crt',
  privateKeyKey: 'tls.key',
} as const;

/** The Secret in a tenant's system namespace with the key for arguments in the audit. Earlier keys are in Secrets of this name and their id. */
export const AUDIT_KEY = {
  secret: 'cloister-audit-key',
  mountPath: '/etc/cloister-audit-key',
  idKey: 'id',
  keyKey: 'key',
} as const;

/** The ConfigMap in a tenant's system namespace with the epochs and heads of the audit, and its key. The gateway cannot write it. */
export const AUDIT_HEADS = {
  configMap: 'cloister-audit-heads',
  key: 'epochs.json',
  path: '/audit/head',
} as const;

/** ClusterRoles of the chart that the operator binds in namespaces of tenants, each by a RoleBinding of the same name. */
export const CLUSTER_ROLE = {
  gateway: 'cloister-gateway',
  gatewayPods: 'cloister-gateway-pods',
  operatorSecrets: 'cloister-operator-secrets',
} as const;

/**
 * The ClusterRole and the ClusterRoleBinding of the chart by which gateways may ask the API server about tokens: a right that
 * no RoleBinding can give. The operator writes only who is bound.
 */
export const TOKEN_REVIEWERS = 'cloister-gateway-tokens';

/** The Role and the RoleBinding in a tenant's system namespace by which its gateway may get the Secrets that the tenant binds. */
export const GATEWAY_SECRETS_ROLE = 'cloister-gateway-secrets';

/** The ConfigMap in a tenant's system namespace with the certificates by which its gateway trusts Vault. */
export const VAULT_AUTHORITY = {
  configMap: 'cloister-vault-ca',
  key: 'ca.crt',
  mountPath: '/etc/cloister-vault',
} as const;

/** The NetworkPolicies of an enrolled namespace. */
export const NETWORK_POLICY = {
  defaultDeny: 'cloister-default-deny',
  allowGateway: 'cloister-allow-gateway',
} as const;

/** The ResourceQuota of an enrolled namespace. */
export const RESOURCE_QUOTA = 'cloister-quota';

/** The certificates of the gateway's authority: the ConfigMap and volume that hold them, and where containers mount them. */
export const CERTIFICATE_AUTHORITY = {
  configMap: 'cloister-ca',
  key: 'ca.crt',
  /** The same after the public roots, for programs that can be told one file alone. */
  bundleKey: 'bundle.crt',
  volume: 'cloister-ca',
  mountPath: '/etc/cloister',
} as const;

/** The secret by which a pod proves to the gateway which sandbox or role it is. */
export const PROXY_SECRET = {
  sandboxPrefix: 'cloister-proxy-s-',
  rolePrefix: 'cloister-proxy-r-',
  prefix: 'cloister-proxy-',
  key: 'secret',
  environmentVariable: 'CLOISTER_PROXY_SECRET',
} as const;

/** What the name of the NetworkPolicy by which a sandbox may be called begins with; the name of the sandbox follows. */
export const INGRESS_POLICY_PREFIX = 'cloister-ingress-s-';

/** What the name of the ServiceAccount of every sandbox's pod begins with; the name of the sandbox follows. */
export const SANDBOX_SERVICE_ACCOUNT_PREFIX = 'cloister-s-';
