import { Secret } from '../../lib/secret.ts';
import { quotaEntries, resourceQuota, systemQuota } from '../../render/tenant/resource-quota.ts';
import { roleProxySecret } from '../../render/tenant/role-proxy-secret.ts';
import {
  AUDIT_KEY,
  CERTIFICATE_AUTHORITY,
  GATEWAY_CERTIFICATE,
  PROXY_SECRET,
  systemNamespaceOf,
} from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { agentCredentials } from '../../policy/credentials/agent-credentials.ts';
import { describeDenial } from '../../policy/describe-decision.ts';
import { CLUSTER_FACTS } from '../../policy/gate/cluster-facts.ts';
import { GATE_FACTS } from '../../policy/gate/gate-facts.ts';
import { evaluateKind } from '../../policy/kinds/evaluate-kind.ts';
import { compileTenant } from '../../policy/tenants/compile-tenant.ts';
import { enrolmentAnnotations } from '../../render/enrolment-annotations.ts';
import { enrolmentLabels } from '../../render/enrolment-labels.ts';
import { allowGateway } from '../../render/tenant/allow-gateway.ts';
import { certificateAuthorityConfigMap } from '../../render/tenant/certificate-authority-config-map.ts';
import { defaultDeny } from '../../render/tenant/default-deny.ts';
import { gateConfigMap } from '../../render/tenant/gate-config-map.ts';
import { gatewayDisruptionBudget } from '../../render/tenant/gateway-disruption-budget.ts';
import {
  DEFAULT_API_SERVER_PORTS,
  gatewayNetworkPolicy,
  outsidePortsOf,
} from '../../render/tenant/gateway-network-policy.ts';
import { gatewaySecretsRole } from '../../render/tenant/gateway-secrets-role.ts';
import { gatewayServiceAccount } from '../../render/tenant/gateway-service-account.ts';
import { gatewayService } from '../../render/tenant/gateway-service.ts';
import { GATEWAY_DEFAULTS, gatewayStatefulSet } from '../../render/tenant/gateway-stateful-set.ts';
import { GATEWAY_LABELS, MANAGED_LABELS } from '../../render/tenant/rendered-object.ts';
import {
  gatewayBinding,
  gatewayPodsBinding,
  operatorSecretsBinding,
} from '../../render/tenant/role-bindings.ts';
import { systemNamespace } from '../../render/tenant/system-namespace.ts';
import type { Policies } from '../input/policies.ts';
import { placeholder } from './placeholder.ts';
import { type ManifestObject, refuse, type Rendering } from './rendering.ts';

/** What a tenant is rendered with. */
export interface RenderTenantOptions {
  readonly policies: Policies;
  /** Null where the user named none. */
  readonly gatewayImage: string | null;
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
}

/** Renders the objects that the operator writes for a tenant, or says in the webhook's words why it is not stored. */
export function renderTenant(tenant: TenantIsolation, options: RenderTenantOptions): Rendering {
  const { policies, now } = options;
  const { name } = tenant.metadata;
  const context = { policies, knowsEveryTenant: true, namespace: '', before: null, now };
  const decision = evaluateKind('TenantIsolation', tenant, context);
  if (decision.effect !== 'Allow') return refuse(describeDenial(`TenantIsolation "${name}"`, decision));
  const namespaces = tenant.spec.namespaces.map((namespace) => namespace.name);
  return {
    objects: [
      ...namespaces.flatMap((namespace) => enrolledObjects(tenant, namespace, options)),
      ...systemObjects(tenant, options),
    ],
    refusal: null,
    missing: tenant.spec.roles.allowed
      .filter((role) => policies.role(role) === null)
      .map((role) => `The input has no AgentRole "${role}": its annotations are not on the namespaces.`),
  };
}

/** What is in an enrolled namespace. The operator writes to the namespace itself, and does not create it. */
function enrolledObjects(
  tenant: TenantIsolation,
  namespace: string,
  { policies, now }: RenderTenantOptions,
): readonly ManifestObject[] {
  const { name } = tenant.metadata;
  const roles = new Map(
    tenant.spec.roles.allowed.flatMap((role) => {
      const policy = policies.role(role);
      return policy === null ? [] : [[role, policy] as const];
    }),
  );
  const annotations = enrolmentAnnotations(compileTenant(tenant), namespace, { roles, now });
  const metadata = {
    name: namespace,
    labels: enrolmentLabels(name),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata },
    defaultDeny(namespace),
    allowGateway(name, namespace),
    operatorSecretsBinding(namespace),
    gatewayPodsBinding(name, namespace),
    certificateAuthorityConfigMap(namespace, {
      authorities: placeholder("certificates of the gateway's authority"),
      publicRoots: [placeholder('public root certificates')],
    }),
    ...quotaOf(tenant, namespace),
    ...[...roles.keys()].map((role) => roleSecret(namespace, role)),
  ];
}

function quotaOf({ spec }: TenantIsolation, namespace: string): readonly ManifestObject[] {
  const quota = spec.namespaces.find(({ name }) => name === namespace)?.quota;
  return quota === undefined ? [] : [resourceQuota(namespace, quotaEntries(quota))];
}

/** The value is no base64, so that the API server takes no Secret with it. */
function roleSecret(namespace: string, role: string): ManifestObject {
  const secret = roleProxySecret({ namespace, role }, new Secret(''));
  const data = { [PROXY_SECRET.key]: placeholder('32 random bytes') };
  return { apiVersion: 'v1', kind: 'Secret', ...secret, data };
}

/** The system namespace and the gateway in it. */
function systemObjects(
  { metadata, spec }: TenantIsolation,
  { gatewayImage }: RenderTenantOptions,
): readonly ManifestObject[] {
  const { name } = metadata;
  const { replicas, storageClassName } = spec.gateway;
  const image = gatewayImage ?? placeholder('image of the gateway; give --gateway-image');
  return [
    systemNamespace(name),
    systemQuota(name),
    operatorSecretsBinding(systemNamespaceOf(name)),
    gatewayBinding(name),
    ...gatewaySecretsRole(name, agentCredentials(spec)),
    ...gatewaySecrets(name),
    gateFacts(name),
    gatewayServiceAccount(name),
    gatewayService(name),
    gatewayDisruptionBudget(name),
    gatewayNetworkPolicy(name, {
      apiServerPorts: DEFAULT_API_SERVER_PORTS,
      outsidePorts: outsidePortsOf([]),
      deniedAddresses: GATEWAY_DEFAULTS.deniedAddresses,
      vaultPorts: [],
      services: [],
      database: null,
    }),
    gatewayStatefulSet({ tenant: name, replicas, storageClassName }, { ...GATEWAY_DEFAULTS, image }),
  ];
}

/** The values are no base64, so that the API server takes no Secret with them. */
function gatewaySecrets(tenant: string): readonly ManifestObject[] {
  const { authoritySecret, secret, certificateKey, privateKeyKey } = GATEWAY_CERTIFICATE;
  const secretOf = (
    name: string,
    type: string,
    data: object,
    labels: Readonly<Record<string, string>> = GATEWAY_LABELS,
  ): ManifestObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: systemNamespaceOf(tenant), labels },
    type,
    data,
  });
  return [
    secretOf(authoritySecret, 'Opaque', {
      [CERTIFICATE_AUTHORITY.key]: placeholder("certificate of the gateway's authority"),
      'ca.key': placeholder("private key of the gateway's authority"),
    }),
    secretOf(secret, 'kubernetes.io/tls', {
      [certificateKey]: placeholder("the gateway's certificate"),
      [privateKeyKey]: placeholder("the gateway's private key"),
    }),
    secretOf(
      AUDIT_KEY.secret,
      'Opaque',
      {
        [AUDIT_KEY.idKey]: placeholder('time at which the key was made'),
        [AUDIT_KEY.keyKey]: placeholder('32 random bytes'),
      },
      MANAGED_LABELS,
    ),
  ];
}

/** What start gates try, and where the cluster is, is found on the cluster. */
function gateFacts(tenant: string): ManifestObject {
  const facts = {
    format: GATE_FACTS.format,
    tenant,
    namespaces: [],
    nodePorts: 'Refuse',
    targets: [],
  } as const;
  const data = {
    [GATE_FACTS.key]: placeholder('what the start gates of the tenant try'),
    [CLUSTER_FACTS.key]: placeholder("the public addresses of the cluster's nodes, pods and Services"),
  };
  return { ...gateConfigMap(facts, null, null), data };
}
