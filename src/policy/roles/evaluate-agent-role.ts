import type { AgentRole } from '../../api/agent-role.ts';
import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';
import { evaluateArguments } from './evaluate-arguments.ts';

/** Evaluates what the schema of AgentRole cannot express. */
export function evaluateAgentRole(role: AgentRole): readonly Finding[] {
  return [...evaluateArguments(role), ...evaluateBrokeredHosts(role)];
}

/**
 * A host whose credential the gateway attaches may not also be reachable in another way: the agent would go around
 * the broker, or be let to it without the rules of the upstream. The schema compares exact names; wildcards are here.
 */
function evaluateBrokeredHosts({ spec }: AgentRole): readonly Finding[] {
  const brokered = spec.upstreams.map(({ name, baseURL }) => ({ name, host: hostOf(baseURL) }));
  return openHosts(spec).flatMap(({ field, host }) =>
    brokered
      .filter((upstream) => hostsOverlap(host, upstream.host))
      .map((upstream) => ({
        field,
        found: show(host),
        required: `must not match ${upstream.host}, the host of upstream "${upstream.name}"`,
        fix: 'Remove it, or list the other hosts one by one: a host whose credential the gateway attaches has no second way.',
      })),
  );
}

function openHosts(spec: AgentRole['spec']): readonly { field: string; host: string }[] {
  const connected = spec.network.allow.map(({ host }, index) => ({
    field: `spec.network.allow[${index}].host`,
    host,
  }));
  const fetched = spec.tools.flatMap(({ domains }, tool) =>
    domains.flatMap(({ allow }, rule) =>
      allow.map((host, index) => ({ field: `spec.tools[${tool}].domains[${rule}].allow[${index}]`, host })),
    ),
  );
  return [...connected, ...fetched];
}

function hostOf(baseURL: string): string {
  return baseURL.replace(/^https:\/\//, '').replace(/[:/].*$/, '');
}

/** Whether some host is named by both patterns: `example.com` is that name only, `*.example.com` every name below it. */
export function hostsOverlap(left: string, right: string): boolean {
  if (left === right) return true;
  if (left.startsWith('*.') && right.startsWith('*.')) {
    return left.endsWith(right.slice(1)) || right.endsWith(left.slice(1));
  }
  if (left.startsWith('*.')) return right.endsWith(left.slice(1));
  return right.startsWith('*.') && left.endsWith(right.slice(1));
}
