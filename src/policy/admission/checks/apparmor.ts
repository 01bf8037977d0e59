import { MAX_METADATA_ENTRIES } from '../../../api/names.ts';
import { show } from '../../../lib/show.ts';
import { changeSecurityContexts, without } from '../../pod/change-pod.ts';
import { EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import type { Check } from '../check.ts';
import { inSecurityContext, securityContextRules, securityContextsOf } from '../security-contexts.ts';

/** The annotation of Kubernetes before 1.30, which the kubelet still honours (KEP-24). */
const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const ALLOWED_TYPES = ['RuntimeDefault', 'Localhost'];
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
      expression: `${ANNOTATIONS_IN_CEL}.size() > ${MAX_METADATA_ENTRIES} || ${ANNOTATIONS_IN_CEL}.all(key, !key.startsWith('${ANNOTATION}') || object.metadata.annotations[key] in ['', 'runtime/default'] || object.metadata.annotations[key].startsWith('localhost/'))`,
    },
  ],
  evaluate: (subject, _context, report) => {
    for (const { securityContext, view } of securityContextsOf(subject)) {
      const { appArmorProfile } = securityContext;
      if (!appArmorProfile || ALLOWED_TYPES.includes(appArmorProfile.type ?? '')) continue;
      report({
        ...inSecurityContext(view, 'appArmorProfile.type'),
        found: show(appArmorProfile.type),
        required: 'must be "RuntimeDefault" or "Localhost"',
        fix: 'Set it to "RuntimeDefault", or remove the profile.',
      });
    }
    for (const [key, value] of Object.entries(subject.metadata.annotations ?? {})) {
      if (isAllowedAnnotation(key, value)) continue;
      report({
        container: key.slice(ANNOTATION.length),
        field: `metadata.annotations[${key}]`,
        found: show(value),
        required: 'must be "runtime/default" or begin with "localhost/"',
        fix: 'Remove the annotation; the field securityContext.appArmorProfile replaces it.',
      });
    }
  },
  fix: (pod) => {
    const changed = changeSecurityContexts(pod, (context) =>
      ALLOWED_TYPES.includes(context.appArmorProfile?.type ?? '')
        ? context
        : without(context, 'appArmorProfile'),
    );
    const { annotations } = pod.metadata ?? {};
    if (!annotations) return changed;
    const allowed = Object.entries(annotations).filter(([key, value]) => isAllowedAnnotation(key, value));
    return { ...changed, metadata: { ...changed.metadata, annotations: Object.fromEntries(allowed) } };
  },
};

function isAllowedAnnotation(key: string, value: string): boolean {
  if (!key.startsWith(ANNOTATION)) return true;
  return !value || value === 'runtime/default' || value.startsWith('localhost/');
}
