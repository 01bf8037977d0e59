import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { type AgentRole, agentRole, type Tool } from '../../../src/api/agent-role.ts';
import { buildAgentRole } from '../../build/agent-role.ts';

const SHIPPED = ['role-read-only', 'role-data-analyst', 'role-devops'];

function shipped(file: string): AgentRole {
  const path = join(import.meta.dirname, '../../../manifests/samples', `${file}.yaml`);
  return agentRole.schema.parse(load(readFileSync(path, 'utf8')));
}

const files = (name: string, capability: 'file:read' | 'file:write', allow: string[], deny: string[]): Tool =>
  ({
    name,
    executor: 'Agent',
    capabilities: [capability],
    paths: [{ argument: '/path', allow, deny }],
    confirmation: { when: 'Never' },
  }) as unknown as Tool;

/** Everything that a role can ask of a pod, at once. */
const STRICT = buildAgentRole(({ metadata, spec }) => {
  metadata.name = 'strict';
  spec.tools = [
    files('read', 'file:read', ['/data', '/srv/in'], ['/data/secrets', '/etc', '/root', '/sys', '/proc']),
    files('write', 'file:write', ['/data/out', '/srv/jobs'], ['/data/out/sealed', '/srv/jobs/inputs']),
  ];
  Object.assign(spec.sandbox, {
    userNamespace: 'Required',
    runtimeClassName: 'gvisor',
    seccompProfile: 'python-agent',
    scheduling: {
      tolerations: [
        { key: 'agents', operator: 'Exists', effect: 'NoSchedule' },
        { key: 'pool', operator: 'Equal', value: 'a', effect: 'NoExecute' },
      ],
      nodeSelector: { pool: 'a' },
    },
  });
});

/** As little as a role can ask of a pod. */
const LOOSE = buildAgentRole(({ metadata, spec }) => {
  metadata.name = 'loose';
  spec.tools = [files('write', 'file:write', ['/'], ['/var', '/tmp/private'])];
  spec.sandbox.startGate = 'None';
  spec.sandbox.userNamespace = 'Preferred';
});

/** The shipped roles, and two at the ends of what a role can say. */
export const ROLES: readonly AgentRole[] = [...SHIPPED.map(shipped), STRICT, LOOSE];
