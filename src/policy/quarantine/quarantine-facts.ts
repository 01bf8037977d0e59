import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { LABEL } from '../../api/names.ts';
import type { QuarantineFacts } from './find-quarantine.ts';

/** Whose a namespace is: the tenant that lists it, and the one whose label it carries. */
export interface NamespaceOwners {
  readonly lister: { readonly name: string; readonly defaultRole: string | null } | null;
  readonly enrolledFor: string | undefined;
}

/** The name, the namespace and the labels of a pod. */
export interface LabelledPod {
  readonly metadata: {
    readonly namespace?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
  };
}

/** What a quarantine may hold a sandbox by. `pod` is the one under its name. */
export function factsOfSandbox(
  { metadata, spec, status }: Pick<AgentSandbox, 'metadata' | 'spec' | 'status'>,
  owners: NamespaceOwners,
  pod?: LabelledPod,
): QuarantineFacts {
  const asked = spec.roleRef?.name ?? status?.resolvedRole?.name ?? owners.lister?.defaultRole;
  const roles = [asked, status?.resolvedRole?.name, pod?.metadata.labels?.[LABEL.role]];
  return {
    tenants: tenantsOf(owners),
    namespace: metadata.namespace ?? '',
    roles: unique(roles),
    sandbox: metadata.name,
  };
}

/** What a quarantine may hold a governed pod by. */
export function factsOfPod({ metadata }: LabelledPod, owners: NamespaceOwners): QuarantineFacts {
  const { namespace = '', labels } = metadata;
  return {
    tenants: tenantsOf(owners),
    namespace,
    roles: unique([labels?.[LABEL.role]]),
    sandbox: labels?.[LABEL.sandbox] ?? null,
  };
}

function tenantsOf({ lister, enrolledFor }: NamespaceOwners): readonly string[] {
  return unique([lister?.name, enrolledFor]);
}

function unique(names: readonly (string | null | undefined)[]): readonly string[] {
  return [...new Set(names.flatMap((name) => (name ? [name] : [])))];
}
