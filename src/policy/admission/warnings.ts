import { PROXY_SECRET } from '../../api/names.ts';
import { inContainer, type PodSubject } from '../pod/pod-subject.ts';
import { findCredential } from './credential-shapes.ts';

/** A pod of thousands of variables has thousands of warnings; nobody reads them. */
const MAX_WARNINGS = 256;

/** Names of variables that hold a credential, by convention: `DB_PASSWORD`, `apiKey`; not `MAX_TOKENS`, `TOKEN_FILE`. */
const PROMISES_CREDENTIAL =
  /(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API[_.-]?KEY|(?:SECRET|ACCESS|PRIVATE)[_.-]?KEY)$/i;
const REFERENCE_ALONE = /^\$\([^()]+\)$/;
const SWITCH = /^(?:true|false|yes|no|on|off|[01])$/i;

/**
 * Returns what the contract allows in a pod but advises against: a literal value in a variable whose name promises a
 * credential. A name proves nothing, so the pod is not refused. The value is never shown.
 */
export function contractWarnings({ containers, prefix }: PodSubject): readonly string[] {
  const warnings: string[] = [];
  for (const view of containers) {
    for (const [index, { name = '', value }] of (view.container.env ?? []).entries()) {
      if (!PROMISES_CREDENTIAL.test(name) || !value || !isLiteral(value)) continue;
      // A value with the shape of a credential is a violation of `environment-secrets`.
      if (findCredential(value) !== null) continue;
      const { container, field } = inContainer(view, `env[${index}].value`);
      const place = `container "${container}", env "${name}": ${prefix}${field}`;
      warnings.push(
        `${place} is a literal, and its name promises a credential. If it is one, declare it in spec.credentials of the AgentRole.`,
      );
      if (warnings.length === MAX_WARNINGS) return warnings;
    }
  }
  return warnings;
}

/** Whether a value stands for itself: it is neither a switch nor taken from another variable. */
function isLiteral(value: string): boolean {
  if (value.includes(`$(${PROXY_SECRET.environmentVariable})`)) return false;
  return !REFERENCE_ALONE.test(value) && !SWITCH.test(value);
}
