import type { Rule } from '../shape/rules.ts';

/** The rules that hold between the parts of a role: what is named must be declared, and a brokered host is not open as well. */
export const roleRules: readonly Rule[] = [
  {
    rule: 'self.tools.all(t, !has(t.sql) || self.credentials.exists(c, c.name == t.sql.credential && has(c.databaseLogin)))',
    message:
      'sql.credential of every tool must be the name of a credential in spec.credentials that has databaseLogin',
    fieldPath: '.tools',
  },
  {
    rule: "self.tools.all(t, !has(t.mcp) || self.upstreams.exists(u, u.name == t.mcp.upstream && u.protocol == 'MCP'))",
    message:
      'mcp.upstream of every tool must be the name of an upstream in spec.upstreams that has protocol MCP',
    fieldPath: '.tools',
  },
  {
    rule: "self.tools.all(t, !has(t.upstream) || self.upstreams.exists(u, u.name == t.upstream.name && u.protocol == 'HTTP'))",
    message:
      'upstream.name of every tool must be the name of an upstream in spec.upstreams that has protocol HTTP',
    fieldPath: '.tools',
  },
  {
    rule: 'self.upstreams.all(u, !has(u.credential) || self.credentials.exists(c, c.name == u.credential && has(c.attach)))',
    message:
      'credential of every upstream must be the name of a credential in spec.credentials that has attach',
    fieldPath: '.upstreams',
  },
  {
    rule: "self.upstreams.all(u, !has(u.environment) || u.environment == 'None' || self.upstreams.exists_one(o, has(o.environment) && o.environment == u.environment))",
    message:
      'must not contain two upstreams of the same environment, because an SDK reads one base URL: set environment None for the others',
    fieldPath: '.upstreams',
  },
  {
    rule: 'self.network.allow.all(a, !self.upstreams.exists(u, url(u.baseURL).getHostname() == a.host))',
    message:
      'must not contain a host of spec.upstreams, because the agent could bypass the checks of the gateway: remove the host',
    fieldPath: '.network.allow',
    reason: 'FieldValueForbidden',
  },
  {
    // One list of one list is how CEL names a value: the hosts are read once and not once a tool.
    rule: '[self.upstreams.map(u, url(u.baseURL).getHostname())].all(hosts, self.tools.all(t, t.domains.all(d, !sets.intersects(d.allow, hosts))))',
    message:
      'domains of a tool must not contain a host of spec.upstreams, because the agent could bypass the checks of the gateway: remove the host',
    fieldPath: '.tools',
    reason: 'FieldValueForbidden',
  },
];
