import { describe, expect, test } from 'vitest';
import { badObjects } from '../../api/bad-objects/index.ts';
import { goodObjects } from '../../api/good-objects.ts';
import { minimalAgentRole } from '../../build/agent-role.ts';
import { runCommand, SAMPLES, SAMPLE_POLICIES } from '../run-command.ts';

const review = (object: object) => runCommand(['review', '-f', '-'], { stdin: JSON.stringify(object) });

describe('an object of a Cloister kind that the API server refuses is refused', () => {
  test.for([
    ['a confirmation that nobody may give', 'spec.tools[3].confirmation.approvers of "rollout" is empty'],
    ['two tools of one name', 'spec.tools[1] has the name "read_file" of item 0'],
    ['an ingress rule that lets everybody in', 'spec.network.ingress[0].from is empty'],
    ['a caller without a selector', 'spec.network.ingress[0].from[0] must have namespaceSelector'],
    ['the namespace kube-system enrolled', 'spec.namespaces[0].name is "kube-system"'],
    ['a default role that is not allowed', 'spec.roles.default is "devops"'],
    ['a file capability without paths', 'spec.tools[0].paths of "read_file" is empty'],
  ] as const)('%s', async ([name, said]) => {
    const row = badObjects.find((candidate) => candidate.name === name);
    const { code, out, error } = await review(row?.object ?? {});
    expect(code).toBe(2);
    expect(out + error).toContain(said);
  });
});

test('an object that comes close to a rule and satisfies it can be used', async () => {
  for (const { name, object } of goodObjects) {
    const { code, out, error } = await review(object);
    // 1: rules beside the schema, such as that a shadow ends within 14 days, are asked too.
    expect([0, 1], `${name}: ${out}${error}`).toContain(code);
  }
});

describe('a role by which an agent can have another credential made', () => {
  const role = {
    ...minimalAgentRole,
    spec: {
      ...minimalAgentRole.spec,
      credentials: [{ name: 'github', attach: { type: 'Bearer' } }],
      upstreams: [
        {
          name: 'github',
          protocol: 'HTTP',
          baseURL: 'https://api.github.com',
          credential: 'github',
          methods: ['POST'],
          paths: ['/app/installations/*'],
        },
      ],
    },
  };
  const warning =
    /^-:1: AgentRole minimal: warning: spec\.upstreams\[0\]\.paths\[0\] is "\/app\/installations\/\*": .*\n$/;

  test.for([
    ['text', '1 role read\n'],
    ['json', '[]\n'],
  ] as const)('is used, with a warning on standard error beside the %s', async ([format, printed]) => {
    const { code, out, error } = await runCommand(['review', '-f', '-', '-o', format], {
      stdin: JSON.stringify(role),
    });
    expect({ code, out }).toEqual({ code: 0, out: printed });
    expect(error).toMatch(warning);
  });
});

test('a sandbox that may be made counts as a manifest that is admitted', async () => {
  const policies = SAMPLE_POLICIES.flatMap((file) => ['-f', file]);
  const { code, out, error } = await runCommand([
    'review',
    '-f',
    `${SAMPLES}/sandbox-hermes.yaml`,
    ...policies,
    '--strict',
  ]);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(out).toBe('1 manifest reviewed: 1 admitted, 0 refused; 1 role and 1 tenant read\n');
});

test('a sandbox without its role and tenant is said not to be compared with them', async () => {
  const { code, out, error } = await runCommand(['review', '-f', `${SAMPLES}/sandbox-hermes.yaml`]);
  expect({ code, out }).toEqual({ code: 0, out: '1 manifest reviewed: 1 admitted, 0 refused\n' });
  expect(error).toBe(
    '1 sandbox has its role or tenant not in the input; not evaluated: AgentSandbox. Add the AgentRole and the TenantIsolation with another -f.\n',
  );
});
