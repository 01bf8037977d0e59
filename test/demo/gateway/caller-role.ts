import { readSampleObject } from '../samples.ts';
import { HOST } from './serve-outside.ts';

/** The name of the role and of the sandbox that call through the gateway. */
export const CALLER = 'caller';
/** The tool of the role that fetches, and the highest number of bytes that a response of it has. */
export const SEARCH = { tool: 'web_search', maxBytes: 1024 } as const;
/** Calls of `execute_sql` in a minute. */
export const SQL_PER_MINUTE = 30;

interface Role {
  readonly spec: { readonly tools: readonly { readonly name: string }[] };
}

/** The role of the samples, with names that lead to this machine and a small cap. */
export function callerRole(): object {
  const role = readSampleObject('role-data-analyst.yaml') as object as Role;
  const changes: Readonly<Record<string, object>> = {
    execute_sql: { maxRequestsPerMinute: SQL_PER_MINUTE },
    [SEARCH.tool]: {
      domains: [{ argument: '/url', allow: [HOST.search, `*.${HOST.search}`], deny: [] }],
      maxResponseSize: String(SEARCH.maxBytes),
      maxRequestsPerMinute: 600,
    },
  };
  const tools = role.spec.tools.map((tool) => ({ ...tool, ...changes[tool.name] }));
  const allow = [HOST.model, HOST.stream, HOST.metadata, HOST.mapped, HOST.rebound].map((host) => ({ host }));
  return { ...role, metadata: { name: CALLER }, spec: { ...role.spec, tools, network: { allow } } };
}
