import type { Outcome, PlayedStep } from '../play-steps.ts';
import { SEARCH } from './caller-role.ts';
import type { GatewayStage } from './gateway-stage.ts';
import { HOST, redirectURL, searchURL } from './serve-outside.ts';
import type { AgentAnswer, AgentCall, StartedAgent } from './start-agent.ts';

const GATEWAY = 'Gateway';
/** More calls than a rate of this demo lets pass at once. */
const MAX_CALLS = 60;
const SELECT = 'SELECT region, sum(amount) FROM analytics.sales GROUP BY region';
const HIDDEN_DELETE = 'WITH gone AS (DELETE FROM analytics.sales RETURNING *) SELECT count(*) FROM gone';

type Ask = readonly [path: '/v1/authorize' | '/v1/fetch', tool: string, given: object];

/** What an agent asks of the gateway, and what the gateway decides. Each answer is the gateway's own. */
export function gatewaySteps({ agent, world }: GatewayStage): readonly PlayedStep[] {
  const connect = (step: string, expected: string, host: string): PlayedStep => ({
    step,
    expected: `${expected} by ${GATEWAY}`,
    run: () => decided(agent, `CONNECT ${host}`, { act: 'Connect', authority: host }),
  });
  const ask = (step: string, expected: string, [path, tool, given]: Ask): PlayedStep => ({
    step,
    expected: `${expected} by ${GATEWAY}`,
    run: () =>
      decided(agent, `${path} ${tool} ${JSON.stringify(given)}`, {
        act: 'Ask',
        path,
        tool,
        arguments: given,
      }),
  });
  const fetch = (step: string, expected: string, url: string): PlayedStep =>
    ask(step, expected, ['/v1/fetch', SEARCH.tool, { url }]);
  const read = (path: string): Ask => ['/v1/authorize', 'read_file', { path }];
  const query = (statement: string): Ask => ['/v1/authorize', 'execute_sql', { query: statement }];
  return [
    connect('a host that its role allows: bytes come through', 'Allowed', `${HOST.model}:443`),
    connect('a host that its role does not allow', 'HostNotAllowed', `${HOST.refused}:443`),
    ask('a file in a folder that its role allows', 'Allowed', read('/data/reports/may.csv')),
    ask('a folder whose name begins the same', 'PathNotAllowed', read('/data/reports-evil/may.csv')),
    ask('a path out of that folder with ..', 'PathNotCanonical', read('/data/reports/../secrets')),
    ask('a query of a table that its role allows', 'Allowed', query(SELECT)),
    ask(
      'a query with a DELETE hidden in a common table expression',
      'StatementNotAllowed',
      query(HIDDEN_DELETE),
    ),
    reachRate(agent, query(SELECT)),
    connect(
      'the metadata service, by a name that its role allows',
      'AddressNotAllowed',
      `${HOST.metadata}:443`,
    ),
    connect(
      'the metadata service, by a name with an IPv6-mapped address',
      'AddressNotAllowed',
      `${HOST.mapped}:443`,
    ),
    connect(
      'the metadata service, by its IPv6-mapped address',
      'HostNotCanonical',
      '[::ffff:169.254.169.254]:443',
    ),
    fetch(
      'the metadata service, by a redirect of an allowed host',
      'AddressNotAllowed',
      redirectURL(`https://${HOST.metadata}/`),
    ),
    fetch('a name whose address is about to change', 'Allowed', `https://${HOST.rebound}/`),
    fetch(
      'that name, which now leads to the metadata service',
      'AddressNotAllowed',
      `https://${HOST.rebound}/`,
    ),
    {
      step: 'how often the metadata service was called',
      expected: 'Never',
      run: async () => ({ got: world.metadataCalls() === 0 ? 'Never' : 'Called' }),
    },
    fetch('a response as large as its role allows', 'Allowed', searchURL(SEARCH.maxBytes)),
    fetch(
      'a response of a byte more than its role allows',
      'ResponseTooLarge',
      searchURL(SEARCH.maxBytes + 1),
    ),
  ];
}

function reachRate(agent: StartedAgent, [path, tool, given]: Ask): PlayedStep {
  return {
    step: 'the allowed query again, until the rate is reached',
    expected: `RateReached by ${GATEWAY}`,
    run: async () => {
      const call: AgentCall = { act: 'Ask', path, tool, arguments: given };
      for (let calls = 1; calls <= MAX_CALLS; calls += 1) {
        const answer = await agent.call(call);
        if (answer.status === 200) continue;
        const { got, by, details = [] } = told(`${path} ${tool}, call ${calls}`, answer);
        if (answer.status !== 429 || answer.retryAfter === undefined) return { got: 'NoRetryAfter', details };
        return { got, by: by ?? '', details: [...details, `  - Retry-After: ${answer.retryAfter}`] };
      }
      return { got: 'NotReached' };
    },
  };
}

/** Has the agent make a call, and tells what the gateway answered. */
export async function decided(agent: StartedAgent, asked: string, call: AgentCall): Promise<Outcome> {
  return told(asked, await agent.call(call));
}

function told(asked: string, { status, body = {}, text }: AgentAnswer): Outcome {
  const { decision, reason, message, rule, level, response } = body;
  const fetched = response === undefined ? null : `${response.status} with ${response.body.length} bytes`;
  const came = text ?? fetched ?? message ?? decision ?? '';
  const by = typeof rule === 'string' ? ` (${rule}, level ${level ?? ''})` : '';
  return {
    got: reason ?? 'Allowed',
    by: GATEWAY,
    details: [`  - ${asked}`, `  - ${status ?? ''}: ${came}${by}`],
  };
}
