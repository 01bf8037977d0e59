import {
  type Arbitrary,
  array,
  constant,
  constantFrom,
  integer,
  oneof,
  record,
  stringMatching,
  subarray,
  uniqueArray,
} from 'fast-check';
import type { AgentRole } from '../../../src/api/agent-role.ts';
import { type AgentSandbox, agentSandbox } from '../../../src/api/agent-sandbox.ts';
import { compileRole } from '../../../src/policy/roles/compile-role.ts';
import { isAtOrUnder } from '../../../src/policy/roles/mount-path.ts';
import { minimalAgentSandbox } from '../../build/agent-sandbox.ts';

const name = stringMatching(/^[a-z]([-a-z0-9]{0,8}[a-z0-9])?$/);
const volumeName = name.filter((text) => !['tmp', 'run'].includes(text) && !text.startsWith('cloister-'));
const source = oneof(
  record({ persistentVolumeClaim: record({ claimName: name }) }),
  record({ configMap: record({ name }) }),
  record({ ephemeral: record({ size: constantFrom('1Gi', '20Gi') }) }),
);

/** Paths that the role's tools grant, some of them below. */
function grantedPaths(role: AgentRole): readonly string[] {
  const { readablePaths, writablePaths, deniedPaths } = compileRole(role);
  const roots = [...new Set([...readablePaths, ...writablePaths])];
  const paths = roots.flatMap((root) =>
    // The root itself cannot be mounted.
    root === '/' ? ['/a', '/a/b'] : [root, `${root}/a`, `${root}/a/b`],
  );
  return paths.filter((path) => !deniedPaths.some((denied) => isAtOrUnder(path, denied)));
}

/** Sandboxes that ask for no more than the role grants, `narrow` left out. */
export function sandboxesWithin(role: AgentRole): Arbitrary<AgentSandbox> {
  const paths = grantedPaths(role);
  const volumes =
    paths.length === 0
      ? constant([])
      : uniqueArray(record({ name: volumeName, mountPath: constantFrom(...paths), source }), {
          maxLength: 4,
          selector: ({ mountPath }) => mountPath,
        }).map((list) =>
          list.map((volume, index) => ({
            name: `${volume.name}${index}`,
            mountPath: volume.mountPath,
            ...volume.source,
          })),
        );
  const amounts = record(
    {
      cpu: constantFrom('1', '250m'),
      memory: constantFrom('2Gi', '64Mi'),
      'ephemeral-storage': constantFrom('1Gi', '100Mi'),
    },
    { requiredKeys: [] },
  );
  const { maxLifetimeSeconds } = role.spec.sandbox;
  const spec = record(
    {
      command: array(constantFrom('python3', '-m', 'agent', '$(HOME)'), { maxLength: 3 }),
      args: array(constantFrom('--task', 'monthly-report'), { maxLength: 2 }),
      env: uniqueArray(
        record({
          name: constantFrom('LOG_LEVEL', 'HTTPS_PROXY', 'no_proxy', 'NODE_EXTRA_CA_CERTS', 'HOME'),
          value: constantFrom('', 'info', '/tmp/x'),
        }),
        { selector: (variable) => variable.name },
      ),
      resources: amounts.map((limits) => ({ limits })),
      lifetimeSeconds: integer({ min: 60, max: maxLifetimeSeconds }),
      restartPolicy: constantFrom('Never', 'OnFailure', 'Always'),
      volumes,
    },
    { requiredKeys: [] },
  );
  return record({ metadata: record({ name }), spec }).map((written) =>
    agentSandbox.schema.parse({
      ...minimalAgentSandbox,
      metadata: {
        ...written.metadata,
        namespace: 'acme-agents',
        uid: '6e1f9d9c-3c52-4b7e-9d3a-1d1f7f0f8a11',
      },
      spec: { ...minimalAgentSandbox.spec, ...written.spec },
    }),
  );
}

/** What a sandbox may narrow its role to. */
export function narrowings(role: AgentRole): Arbitrary<AgentSandbox['spec']['narrow']> {
  const tools = role.spec.tools.map((tool) => tool.name);
  const paths = [...grantedPaths(role), '/elsewhere'];
  return record(
    { tools: subarray(tools), readOnlyPaths: subarray(paths) },
    { requiredKeys: ['readOnlyPaths'] },
  );
}
