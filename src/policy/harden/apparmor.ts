import { changeSecurityContexts, without } from './change-pod.ts';
import type { Fix } from './fix.ts';

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const ALLOWED = ['RuntimeDefault', 'Localhost'];

/** Goes back to the runtime's own profile, which is what holds where none is named. */
export const apparmor: Fix = {
  check: 'apparmor',
  apply: (pod) => {
    const changed = changeSecurityContexts(pod, (context) =>
      ALLOWED.includes(context.appArmorProfile?.type ?? '') ? context : without(context, 'appArmorProfile'),
    );
    const annotations = pod.metadata?.annotations;
    if (!annotations) return changed;
    return { ...changed, metadata: { ...changed.metadata, annotations: withoutUnconfined(annotations) } };
  },
};

function withoutUnconfined(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).filter(
      ([key, value]) =>
        !key.startsWith(ANNOTATION) ||
        !value ||
        value === 'runtime/default' ||
        value.startsWith('localhost/'),
    ),
  );
}
