import type { Rule } from '../shape/rules.ts';

/** The rules that hold between the parts of a role: what is named must be declared, and a brokered host is not open as well. */
export const roleRules: readonly Rule[] = [
  {
    rule: 'self.tools.all(t, !has(t.sql) || self.credentials.exists(c, c.name == t.sql.credential && has(c.databaseLogin)))',
    message:
      'a tool names in sql.credential a credential that spec.credentials does not declare with databaseLogin',
    fieldPath: '.tools',
  },
  {
    rule: "self.tools.all(t, !has(t.mcp) || self.upstreams.exists(u, u.name == t.mcp.upstream && u.protocol == 'MCP'))",
    message:
      'a tool names in mcp.upstream an upstream that spec.upstreams does not declare with protocol MCP',
    fieldPath: '.tools',
  },
  {
    rule: "self.tools.all(t, !has(t.upstream) || self.upstreams.exists(u, u.name == t.upstream.name && u.protocol == 'HTTP'))",
    message:
      'a tool names in upstream.name an upstream that spec.upstreams does not declare with protocol HTTP',
    fieldPath: '.tools',
  },
  {
    rule: 'self.upstreams.all(u, !has(u.credential) || self.credentials.exists(c, c.name == u.credential && has(c.attach)))',
    message: 'an upstream names a credential that spec.credentials does not declare with attach',
    fieldPath: '.upstreams',
  },
  {
    rule: 'self.network.allow.all(a, !self.upstreams.exists(u, url(u.baseURL).getHostname() == a.host))',
    message:
      'a host of spec.upstreams is also in network.allow: the agent could go around the broker; remove it there',
    fieldPath: '.network.allow',
    reason: 'FieldValueForbidden',
  },
  {
    // One list of one list is how CEL names a value: the hosts are read once and not once a tool.
    rule: '[self.upstreams.map(u, url(u.baseURL).getHostname())].all(hosts, self.tools.all(t, t.domains.all(d, !sets.intersects(d.allow, hosts))))',
    message:
      'a host of spec.upstreams is also in domains of a tool: the agent could go around the broker; remove it there',
    fieldPath: '.tools',
    reason: 'FieldValueForbidden',
  },
];
