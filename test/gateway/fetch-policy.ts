import { agentRole } from '../../src/api/agent-role.ts';
import { compileCallPolicy } from '../../src/policy/tools/compile-tools.ts';
import { buildRoleFeed } from '../build/feed.ts';

/** What a role says that has one tool, `search`, which fetches from every host below example.com. */
export const FETCH_POLICY = compileCallPolicy(
  agentRole.schema.shape.spec.parse({
    ...buildRoleFeed().spec,
    tools: [
      {
        name: 'search',
        executor: 'Fetch',
        capabilities: ['net:http:get'],
        domains: [{ argument: '/url', allow: ['*.example.com'], deny: [] }],
        maxResponseSize: '1Gi',
        confirmation: { when: 'Never' },
      },
    ],
  }),
  'minimal',
);
