import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import {
  findInSecurityContexts,
  securityContextField,
  securityContextRules,
} from '../find-in-security-contexts.ts';
import type { ContainerSecurityContext, PodMetadata, PodSecurityContext } from '../../pod/pod.ts';
import { type ContainerView, EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import { show } from '../../../lib/show.ts';

/** What stood in for the field before Kubernetes 1.30 and is still carried over to it (KEP-24). */
const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const ANNOTATIONS_IN_CEL = 'object.metadata.?annotations.orValue({})';

/**
 * Nothing may switch AppArmor off.
 *
 * Fields: `spec.securityContext.appArmorProfile.type`, the same of every container, and the annotations
 * `container.apparmor.security.beta.kubernetes.io/*`.
 * Allowed: `RuntimeDefault`, `Localhost`, absent; in annotations `runtime/default`, `localhost/*`, empty.
 */
export const apparmor: Check = {
  name: 'apparmor',
  summary: 'No container switches AppArmor off.',
  rationale:
    "The runtime's profile keeps a process from mounting, from tracing others and from writing below /proc and /sys even where a capability is left.",
  fields: [
    'spec.securityContext.appArmorProfile.type',
    'spec.containers[*].securityContext.appArmorProfile.type',
    `metadata.annotations[${ANNOTATION}*]`,
  ],
  positions: ['Pod', ...EVERY_CONTAINER],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'appArmorProfile' },
  cel: [
    ...securityContextRules(
      (securityContext) =>
        `${securityContext}.?appArmorProfile.?type.orValue('RuntimeDefault') in ['RuntimeDefault', 'Localhost']`,
    ),
    {
      expression: `${ANNOTATIONS_IN_CEL}.all(key, !key.startsWith('${ANNOTATION}') || object.metadata.annotations[key] in ['', 'runtime/default'] || object.metadata.annotations[key].startsWith('localhost/'))`,
    },
  ],
  evaluate: (subject) => {
    const inFields = findInSecurityContexts(subject, judge);
    const inAnnotations = judgeAnnotations(subject.metadata);
    return inAnnotations === null ? inFields : [...inFields, ...inAnnotations];
  },
};

function judge(
  { appArmorProfile }: ContainerSecurityContext | PodSecurityContext,
  view: ContainerView | null,
): Finding | null {
  if (!appArmorProfile) return null;
  const { type } = appArmorProfile;
  if (type === 'RuntimeDefault' || type === 'Localhost') return null;
  return {
    container: view === null ? null : (view.container.name ?? ''),
    field: securityContextField(view, 'appArmorProfile.type'),
    found: show(type),
    required: 'RuntimeDefault or Localhost',
    fix: 'Set it to RuntimeDefault, or remove the profile.',
  };
}

function judgeAnnotations({ annotations }: PodMetadata): Finding[] | null {
  let findings: Finding[] | null = null;
  for (const key in annotations) {
    if (!key.startsWith(ANNOTATION)) continue;
    const value = annotations[key];
    if (!value || value === 'runtime/default' || value.startsWith('localhost/')) continue;
    findings = collectFinding(findings, {
      container: key.slice(ANNOTATION.length),
      field: `metadata.annotations[${key}]`,
      found: show(value),
      required: 'runtime/default or localhost/*',
      fix: 'Remove the annotation; the field securityContext.appArmorProfile takes its place.',
    });
  }
  return findings;
}
