import { LABEL } from '../api/names.ts';

/** What a policy is asked about, as in `ValidatingAdmissionPolicy.spec.matchConstraints.resourceRules`. */
export interface ResourceRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE' | '*')[];
  readonly resources: readonly string[];
  readonly scope?: 'Cluster' | 'Namespaced' | '*';
}

/** One thing that must be true; the message is CEL that gives a string. */
export interface Validation {
  readonly expression: string;
  readonly messageExpression: string;
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'Exists' | 'DoesNotExist' | 'In' | 'NotIn';
  readonly values?: readonly string[];
}

/** Where a policy holds: one binding for each list of requirements on the namespace's labels. */
export type Scope = readonly (readonly LabelRequirement[])[];

/** A policy before it is written as Kubernetes objects. */
export interface PolicySource {
  readonly name: string;
  /** Why it is there, for who reads it on a cluster. */
  readonly description: string;
  readonly scope: Scope;
  readonly rules: readonly ResourceRule[];
  readonly excludeRules?: readonly ResourceRule[];
  /** All must hold, or the policy does not speak. */
  readonly conditions?: readonly NamedExpression[];
  readonly variables?: readonly NamedExpression[];
  readonly validations: readonly Validation[];
  /** The kind whose objects are each a parameter: the policy is asked once for every one of them. */
  readonly parameters?: { readonly apiVersion: string; readonly kind: string };
}

/** An object of `admissionregistration.k8s.io/v1`. */
export interface PolicyObject {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Everywhere. */
export const EVERYWHERE: Scope = [[]];
/** Namespaces where agents run. */
export const ENROLLED: Scope = [[{ key: LABEL.tenant, operator: 'Exists' }]];
/** Namespaces where agents run, and the system namespaces of their tenants. */
export const GOVERNED: Scope = [...ENROLLED, [{ key: LABEL.system, operator: 'Exists' }]];

/** CEL that names the object of a request in a message: `Pod "agent" in namespace "acme-agents"`. */
export const SUBJECT = `request.kind.kind + ' "' + (object == null ? oldObject : object).metadata.name + '" in namespace "' + request.namespace + '"'`;

/** On every policy, by which they are found together. */
export const POLICY_LABELS = {
  'app.kubernetes.io/name': 'cloister',
  'app.kubernetes.io/component': 'policy',
};

/**
 * The policy and its bindings. A request that cannot be judged is refused, and what is refused stands in the audit log.
 */
export function admissionPolicy(source: PolicySource): readonly PolicyObject[] {
  const { name, description, parameters } = source;
  const policy: PolicyObject = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name, labels: POLICY_LABELS, annotations: { 'kubernetes.io/description': description } },
    spec: {
      failurePolicy: 'Fail',
      ...(parameters === undefined ? {} : { paramKind: parameters }),
      matchConstraints: {
        matchPolicy: 'Equivalent',
        resourceRules: source.rules,
        ...(source.excludeRules === undefined ? {} : { excludeResourceRules: source.excludeRules }),
      },
      ...(source.conditions === undefined ? {} : { matchConditions: source.conditions }),
      ...(source.variables === undefined ? {} : { variables: source.variables }),
      validations: source.validations.map((validation) => ({ ...validation, reason: 'Forbidden' })),
    },
  };
  return [policy, ...source.scope.map((requirements, index) => binding(source, requirements, index))];
}

function binding(
  source: PolicySource,
  requirements: readonly LabelRequirement[],
  index: number,
): PolicyObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: index === 0 ? source.name : `${source.name}-${index + 1}`, labels: POLICY_LABELS },
    spec: {
      policyName: source.name,
      validationActions: ['Deny', 'Audit'],
      ...(source.parameters === undefined
        ? {}
        : { paramRef: { selector: {}, parameterNotFoundAction: 'Allow' } }),
      ...(requirements.length === 0
        ? {}
        : { matchResources: { namespaceSelector: { matchExpressions: requirements } } }),
    },
  };
}
