import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { ANNOTATION, OPERATOR_USER, PROXY_SECRET } from '../../api/names.ts';
import { Secret } from '../../lib/secret.ts';
import { sha256 } from '../../lib/sha256.ts';
import type { Violation } from '../../policy/decision.ts';
import { describeDenial, describeViolation } from '../../policy/describe-decision.ts';
import { evaluateKind } from '../../policy/kinds/evaluate-kind.ts';
import { type GrantedRole, grantRole } from '../../policy/sandboxes/grant-role.ts';
import { ingressPolicy } from '../../render/sandbox/ingress-policy.ts';
import { lifetimeOf, type SandboxPod, sandboxPod } from '../../render/sandbox/pod.ts';
import { sandboxProxySecret } from '../../render/sandbox/proxy-secret.ts';
import { sandboxServiceAccount } from '../../render/sandbox/service-account.ts';
import { describeRefusedPod, GATEWAY_UNKNOWN, STOPPED } from '../../render/sandbox/why-no-pod.ts';
import { GATEWAY_DEFAULTS } from '../../render/tenant/gateway-stateful-set.ts';
import type { Policies } from '../input/policies.ts';
import { adviseOnStartGate, startGateDigests } from '../input/start-gate.ts';
import { placeholder } from './placeholder.ts';
import { type ManifestObject, refuse, type Rendering } from './rendering.ts';

/** What a sandbox is rendered with. */
export interface RenderSandboxOptions {
  readonly policies: Policies;
  /** The start gate by digest; null where the user named none. */
  readonly startGateImage: string | null;
  /** Milliseconds since 1970, for exemptions. */
  readonly now: number;
}

type Grant = NonNullable<GrantedRole['granted']>;

/** Renders the objects that the operator creates for a sandbox, or says in its words why there are none. */
export function renderSandbox(sandbox: AgentSandbox, options: RenderSandboxOptions): Rendering {
  const { policies, now } = options;
  const { name, namespace = '' } = sandbox.metadata;
  const tenant = policies.tenantOf(namespace);
  const { condition, granted } = grantRole(sandbox, {
    tenant,
    // What the input lists is taken for enrolled.
    enrolledFor: tenant?.name,
    role: (role) => policies.agentRole(role),
  });
  if (granted === null) return refuse(describeCondition(condition));
  const decision = evaluateKind('AgentSandbox', sandbox, {
    policies,
    knowsEveryTenant: true,
    namespace,
    before: null,
    now,
  });
  if (decision.effect !== 'Allow') {
    return refuse(describeDenial(`AgentSandbox "${name}" in namespace "${namespace}"`, decision));
  }
  if (sandbox.spec.state === 'Stopped') return podNotReady('Stopped', STOPPED);
  return renderGranted(sandbox, granted, options);
}

function renderGranted(sandbox: AgentSandbox, granted: Grant, options: RenderSandboxOptions): Rendering {
  if (granted.tenant.gatewayAddresses?.length === 0) return podNotReady('Waiting', GATEWAY_UNKNOWN);
  const { metadata } = sandbox;
  const uid = metadata.uid ?? placeholder('UID of the AgentSandbox');
  const owner: AgentSandbox = { ...sandbox, metadata: { ...metadata, uid } };
  const rendered = renderPod(owner, granted, options);
  const unknown = rendered.left.filter((violation) => isUnknown(violation, options));
  const refused = rendered.left.filter((violation) => !unknown.includes(violation));
  if (refused.length > 0) return podNotReady('Refused', describeRefusedPod(sandbox, refused));
  const policy = ingressPolicy(owner, granted.role);
  return {
    objects: [
      { apiVersion: 'v1', kind: 'ServiceAccount', ...sandboxServiceAccount(owner) },
      secretOf(owner),
      ...(policy === null ? [] : [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...policy }]),
      podOf(rendered, metadata.uid !== undefined),
    ],
    refusal: null,
    missing: unknown.map((violation) => `${describeViolation(violation)}${adviseOnStartGate(violation)}`),
  };
}

function renderPod(
  sandbox: AgentSandbox,
  { role, tenant }: Grant,
  { startGateImage, now }: RenderSandboxOptions,
): SandboxPod {
  return sandboxPod({
    sandbox,
    role,
    tenant,
    admission: { startGateDigests: startGateDigests(startGateImage), operatorUser: OPERATOR_USER },
    startGateImage,
    imagePullPolicy: GATEWAY_DEFAULTS.imagePullPolicy,
    remainingSeconds: lifetimeOf(sandbox, role),
    now,
    sha256,
  });
}

/** Whether the author of the sandbox can do nothing about it: it is the cluster's and the installation's to know. */
function isUnknown({ check }: Violation, { startGateImage }: RenderSandboxOptions): boolean {
  return check === 'gateway' || (check === 'start-gate' && startGateImage === null);
}

/** The value is no base64, so that the API server takes no Secret with it. */
function secretOf(sandbox: AgentSandbox): ManifestObject {
  const secret = sandboxProxySecret(sandbox, new Secret(''));
  const data = { [PROXY_SECRET.key]: placeholder('32 random bytes') };
  return { apiVersion: 'v1', kind: 'Secret', ...secret, data };
}

/** The hash covers the UID of the sandbox. */
function podOf({ pod }: SandboxPod, hasUID: boolean): ManifestObject {
  const { metadata } = pod;
  const hash = metadata.annotations[ANNOTATION.policyHash] ?? '';
  const annotations = {
    ...metadata.annotations,
    [ANNOTATION.policyHash]: hasUID ? hash : placeholder('SHA-256 of the pod'),
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, annotations }, spec: pod.spec };
}

function podNotReady(reason: string, message: string): Rendering {
  return refuse(describeCondition({ type: 'PodReady', status: 'False', reason, message }));
}

function describeCondition({ type, status, reason, message }: GrantedRole['condition']): string {
  return `${type} is ${status} (${reason}): ${message}`;
}
