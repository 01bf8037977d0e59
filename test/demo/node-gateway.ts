import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { API_VERSION } from '../../src/api/names.ts';
import { agentRole, AGENT_IMAGES } from '../node/agents.ts';
import { type AgentAnswer, type AgentCall, callOut } from '../node/call-out.ts';
import { agentSandbox, waitForConditions } from '../node/sandboxes.ts';
import { tenantAudit } from '../node/tenant-audit.ts';
import { HOSTS } from '../testbed/node/node-network.ts';
import type { StartedNode } from '../testbed/node/start-node.ts';
import { workloadImage } from '../testbed/node/workload-images.ts';
import { CALLER, SQL_PER_MINUTE } from './gateway/caller-role.ts';
import type { Outcome, PlayedStep } from './play-steps.ts';

const TENANT = 'acme';
/** Waits for ever, in a container with room for a second process of Node. */
const COMMAND = ['/usr/bin/node', '--eval', 'setInterval(() => undefined, 3_600_000)'];
const STREAM: AgentCall = { kind: 'stream', url: `https://${HOSTS.public}/stream` };
const SELECT = 'SELECT region, sum(amount) FROM analytics.sales GROUP BY region';
const HIDDEN_DELETE = 'WITH gone AS (DELETE FROM analytics.sales RETURNING *) SELECT count(*) FROM gone';

interface Place {
  readonly node: StartedNode;
  readonly namespace: string;
}

interface Role {
  readonly spec: { readonly tools: readonly object[] };
}

/** What the agents of these steps may do, which their tenant must allow. */
export function callerOnNode(): object {
  // The name of the metadata service is allowed, so that its address is what refuses it.
  const hosts = [HOSTS.public, HOSTS.metadata];
  const role = agentRole(CALLER, { startGate: 'Required' }, hosts) as Role;
  const sql = {
    argument: '/query',
    credential: 'warehouse',
    operations: ['Select'],
    tables: ['analytics.*'],
  };
  const query = {
    name: 'execute_sql',
    executor: 'SQL',
    capabilities: ['code:sql'],
    sql,
    maxRequestsPerMinute: SQL_PER_MINUTE,
    confirmation: { when: 'Never' },
  };
  const credentials = [{ name: 'warehouse', databaseLogin: {} }];
  return { ...role, spec: { ...role.spec, tools: [...role.spec.tools, query], credentials } };
}

/** What a real pod asks of the gateway of its tenant, and how a quarantine ends it. */
export function gatewayOnNode(place: Place): readonly PlayedStep[] {
  const ask = (step: string, expected: string, call: AgentCall): PlayedStep => ({
    step,
    expected: `${expected} by Gateway`,
    run: async () => told(call, await callFrom(place, call)),
  });
  const tunnel = (step: string, expected: string, target: string): PlayedStep =>
    ask(step, expected, { kind: 'tunnel', target });
  const read = (step: string, expected: string, path: string): PlayedStep =>
    ask(step, expected, { kind: 'authorize', tool: 'read_file', arguments: { path } });
  return [
    runCaller(place),
    ask('a host that its role allows, by TLS', 'Allowed', {
      kind: 'fetch',
      url: `https://${HOSTS.public}/page`,
    }),
    tunnel('a host that its role does not allow', 'HostNotAllowed', `${HOSTS.other}:443`),
    read('a file in a folder that its role allows', 'Allowed', '/data/reports/may.csv'),
    read('a folder whose name begins the same', 'PathNotAllowed', '/data/reports-evil/may.csv'),
    read('a path out of that folder with ..', 'PathNotCanonical', '/data/reports/../secrets'),
    ask('a query of a table that its role allows', 'Allowed', query(SELECT)),
    ask('a query with a hidden DELETE', 'StatementNotAllowed', query(HIDDEN_DELETE)),
    reachRate(place),
    tunnel('the metadata service, by an allowed name', 'AddressNotAllowed', `${HOSTS.metadata}:443`),
    tunnel('the metadata service, IPv6-mapped', 'HostNotCanonical', '[::ffff:169.254.169.254]:443'),
    cutStream(place),
    ...auditSteps(place.node),
  ];
}

const query = (statement: string): AgentCall => ({
  kind: 'authorize',
  tool: 'execute_sql',
  arguments: { query: statement },
});

async function callFrom({ node, namespace }: Place, ...calls: readonly AgentCall[]): Promise<AgentAnswer> {
  const answers = await callOut(node, { namespace, pod: CALLER }, calls);
  return answers.find(({ status }) => status !== 200) ?? answers.at(-1) ?? {};
}

function told(call: AgentCall, { status, answer = {}, error }: AgentAnswer): Outcome {
  const { reason, message, rule } = answer as Readonly<Record<string, string | null | undefined>>;
  const details = [
    `  - ${JSON.stringify(call)}`,
    `  - ${error ?? `${status ?? ''}: ${message ?? 'allowed'}`}`,
  ];
  if (error !== undefined) return { got: 'NoAnswer', details };
  return {
    got: reason ?? 'Allowed',
    by: 'Gateway',
    details: typeof rule === 'string' ? [...details, `  - ${rule}`] : details,
  };
}

function runCaller({ node, namespace }: Place): PlayedStep {
  return {
    step: 'a sandbox with a client of its own is applied: its agent runs',
    expected: 'Ready',
    run: async () => {
      const tar = join(node.folder, 'node.tar');
      await writeFile(tar, (await workloadImage('Node', node.folder)).tar);
      const image = await node.importImage(tar, `${AGENT_IMAGES}/node`);
      const agent = { namespace, name: CALLER, role: CALLER, image, command: COMMAND, memory: '256Mi' };
      await node.apply([agentSandbox(agent)]);
      await waitForConditions(node, { namespace, object: `agentsandbox/${CALLER}`, types: ['Ready'] });
      return { got: 'Ready' };
    },
  };
}

function reachRate(place: Place): PlayedStep {
  const call = query(SELECT);
  return {
    step: 'the allowed query again, until the rate is reached',
    expected: 'RateReached by Gateway',
    run: async () => told(call, await callFrom(place, ...Array.from({ length: SQL_PER_MINUTE }, () => call))),
  };
}

function cutStream(place: Place): PlayedStep {
  const { node, namespace } = place;
  return {
    step: 'the sandbox is quarantined while a stream is open: it is cut',
    expected: 'Cut by Gateway',
    run: async () => {
      const before = (await node.reached()).length;
      const ended = callFrom(place, STREAM);
      while ((await node.reached()).length === before)
        await new Promise((resolve) => setTimeout(resolve, 100));
      const target = { type: 'Sandbox', namespace, name: CALLER };
      const quarantine = { apiVersion: API_VERSION, kind: 'AgentQuarantine', metadata: { name: 'drill' } };
      await node.apply([{ ...quarantine, spec: { target, reason: 'A drill.' } }]);
      const { bytes = 0, end = '' } = await ended;
      if (bytes === 0 || end === 'Ended') return { got: 'NotCut', details: [`  - ${end}`] };
      return { got: 'Cut', by: 'Gateway', details: [`  - ${bytes} bytes came before: ${end}`] };
    },
  };
}

const FINDING = /^(?<kind>[A-Z]\w+) .+: .+$/m;

function auditSteps(node: StartedNode): readonly PlayedStep[] {
  const audit = tenantAudit(node, TENANT);
  const verify = async (name: string, change?: (text: string) => string): Promise<Outcome> => {
    const { code, stdout, stderr } = await audit.verify(name, change);
    const details = `${stdout}${stderr}`
      .trimEnd()
      .split('\n')
      .map((line) => `  - ${line}`);
    return {
      got: code === 0 ? 'Proven' : (FINDING.exec(stdout)?.groups?.['kind'] ?? `exit code ${code}`),
      details,
    };
  };
  return [
    {
      step: 'cloister audit verify proves what the gateway recorded, by what the operator registered',
      expected: 'Proven',
      run: async () => {
        await audit.untilRegistered();
        return verify('demo');
      },
    },
    {
      step: 'in a copy, a refusal is changed into a permission',
      expected: 'Changed',
      run: () => verify('changed', (text) => text.replace('"action":"Denied"', '"action":"Allowed"')),
    },
  ];
}
