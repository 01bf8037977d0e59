import type { Rule } from '../shape/rules.ts';

const onlyWith = (block: string, executor: string): Rule[] => [
  {
    rule: `self.executor != '${executor}' || has(self.${block})`,
    message: `executor ${executor} needs the block ${block}`,
    fieldPath: `.${block}`,
    reason: 'FieldValueRequired',
  },
  {
    rule: `self.executor == '${executor}' || !has(self.${block})`,
    message: `the block ${block} is only for executor ${executor}: remove it or change the executor`,
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
    message: 'executor SQL needs the capability code:sql',
    fieldPath: '.capabilities',
  },
  {
    rule: "self.executor != 'Fetch' || 'net:http:get' in self.capabilities || 'net:http:post' in self.capabilities",
    message: 'executor Fetch needs the capability net:http:get or net:http:post',
    fieldPath: '.capabilities',
  },
  {
    rule: "self.executor != 'Fetch' || self.domains.size() > 0",
    message: 'executor Fetch needs domains: say which argument holds the URL and which hosts it may name',
    fieldPath: '.domains',
    reason: 'FieldValueRequired',
  },
  {
    rule: "!self.capabilities.exists(c, c.startsWith('file:')) || self.paths.size() > 0",
    message: 'a file: capability needs paths: say which argument holds the path and what it may name',
    fieldPath: '.paths',
    reason: 'FieldValueRequired',
  },
  {
    rule: "self.executor != 'Agent' || has(self.enforcement) || !(has(self.maxFileSize) || has(self.maxResponseSize) || has(self.maxRequestsPerMinute) || has(self.maxExecutionSeconds) || has(self.arguments) || self.domains.size() > 0 || self.confirmation.when != 'Never')",
    message:
      'rate, size, seconds, domains, arguments and confirmation of a tool that the agent runs itself bind only an agent that asks: write enforcement: Cooperative',
    fieldPath: '.enforcement',
    reason: 'FieldValueRequired',
  },
  {
    rule: "self.executor == 'Agent' || !has(self.enforcement)",
    message: 'the gateway holds the rules of this executor: remove enforcement',
    fieldPath: '.enforcement',
    reason: 'FieldValueForbidden',
  },
];
