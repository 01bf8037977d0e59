import type { Rule } from '../shape/rules.ts';

const onlyWith = (block: string, executor: string): Rule[] => [
  {
    rule: `self.executor != '${executor}' || has(self.${block})`,
    message: `must be set with executor ${executor}`,
    fieldPath: `.${block}`,
    reason: 'FieldValueRequired',
  },
  {
    rule: `self.executor == '${executor}' || !has(self.${block})`,
    message: `must not be set unless executor is ${executor}: remove it, or change the executor`,
    fieldPath: `.${block}`,
    reason: 'FieldValueForbidden',
  },
];

/** The rules that hold within one tool. */
export const toolRules: readonly Rule[] = [
  ...onlyWith('sql', 'SQL'),
  ...onlyWith('mcp', 'MCP'),
  ...onlyWith('upstream', 'Upstream'),
  {
    rule: "self.executor != 'SQL' || 'code:sql' in self.capabilities",
    message: 'must contain code:sql with executor SQL',
    fieldPath: '.capabilities',
  },
  {
    rule: "self.executor != 'Fetch' || 'net:http:get' in self.capabilities || 'net:http:post' in self.capabilities",
    message: 'must contain net:http:get or net:http:post with executor Fetch',
    fieldPath: '.capabilities',
  },
  {
    rule: "self.executor != 'Fetch' || self.domains.size() > 0",
    message:
      'must not be empty with executor Fetch: set which argument holds the URL, and which hosts it may name',
    fieldPath: '.domains',
    reason: 'FieldValueRequired',
  },
  {
    rule: "!self.capabilities.exists(c, c.startsWith('file:')) || self.paths.size() > 0",
    message:
      'must not be empty with a file: capability: set which argument holds the path, and which paths it may name',
    fieldPath: '.paths',
    reason: 'FieldValueRequired',
  },
  {
    rule: "self.executor != 'Agent' || has(self.enforcement) || !(has(self.maxFileSize) || has(self.maxResponseSize) || has(self.maxRequestsPerMinute) || has(self.maxExecutionSeconds) || has(self.arguments) || self.domains.size() > 0 || self.confirmation.when != 'Never')",
    message:
      'must be Cooperative for executor Agent with maxFileSize, maxResponseSize, maxRequestsPerMinute, maxExecutionSeconds, domains, arguments or confirmation, because only an agent that asks is held to them',
    fieldPath: '.enforcement',
    reason: 'FieldValueRequired',
  },
  {
    rule: "self.executor == 'Agent' || !has(self.enforcement)",
    message:
      'must not be set unless executor is Agent, because the gateway enforces the rules of the others: remove it',
    fieldPath: '.enforcement',
    reason: 'FieldValueForbidden',
  },
];
