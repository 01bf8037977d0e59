import type { AgentQuarantine } from '../../api/agent-quarantine.ts';
import { ALLOW, type Decision } from '../decision.ts';
import { show } from '../../lib/show.ts';

/** Denies what a quarantine would hold; allows it where there is none. */
export function evaluateQuarantine(quarantine: Pick<AgentQuarantine, 'metadata' | 'spec'> | null): Decision {
  if (quarantine === null) return ALLOW;
  const { metadata, spec } = quarantine;
  const { type, namespace, name } = spec.target;
  const target = [namespace, name].filter((part) => part !== undefined).join('/');
  return {
    effect: 'Deny',
    reason: 'Quarantined',
    violations: [
      {
        check: 'quarantine',
        container: null,
        item: `AgentQuarantine "${metadata.name}"`,
        field: 'spec.target',
        found: target === '' ? type : `${type} ${show(target)}`,
        required: 'must not hold a new pod',
        fix: `It was made because: ${show(spec.reason)}. The platform team releases it: cloister release ${metadata.name}.`,
      },
    ],
  };
}
