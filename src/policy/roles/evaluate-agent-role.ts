import type { AgentRole } from '../../api/agent-role.ts';
import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';
import { evaluateArguments } from './evaluate-arguments.ts';

/** Evaluates what the schema of AgentRole cannot express. */
export function evaluateAgentRole(role: AgentRole): readonly Finding[] {
  return [...evaluateArguments(role), ...evaluateBrokeredHosts(role)];
}

/**
 * A host of an upstream must not be reachable in another way: the agent would bypass the rules and the credential of the
 * upstream. The schema compares exact names of `network.allow` and of tools; wildcards and redirects are here.
 */
function evaluateBrokeredHosts({ spec }: AgentRole): readonly Finding[] {
  const brokered = spec.upstreams.map(({ name, baseURL }) => ({ name, host: hostOf(baseURL) }));
  return openHosts(spec).flatMap(({ field, pattern }) =>
    brokered
      .filter(({ host }) => matchesHost(pattern, host))
      .map(({ name, host }) => ({
        field,
        found: show(pattern),
        required: `must not match ${host}, the host of upstream "${name}"`,
        fix: 'Remove it, or list the other hosts one by one: the agent could bypass the checks of the gateway.',
      })),
  );
}

function openHosts(spec: AgentRole['spec']): readonly { field: string; pattern: string }[] {
  const connected = spec.network.allow.map(({ host }, index) => ({
    field: `spec.network.allow[${index}].host`,
    pattern: host,
  }));
  const fetched = spec.tools.flatMap(({ domains }, tool) =>
    domains.flatMap(({ allow }, rule) =>
      allow.map((pattern, index) => ({
        field: `spec.tools[${tool}].domains[${rule}].allow[${index}]`,
        pattern,
      })),
    ),
  );
  const redirected = spec.upstreams.flatMap(({ followRedirectsTo }, upstream) =>
    followRedirectsTo.map((pattern, index) => ({
      field: `spec.upstreams[${upstream}].followRedirectsTo[${index}]`,
      pattern,
    })),
  );
  return [...connected, ...fetched, ...redirected];
}

function hostOf(baseURL: string): string {
  return baseURL.replace(/^https:\/\//, '').replace(/[:/].*$/, '');
}

/** `example.com` is that host only, `*.example.com` every host below it. */
function matchesHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}
