// Makes recorded writes as they stand: no cache, no watch, no decision. It is told what to do over HTTP, so that its
// processor time can be read between two steps: `/load?FILE` reads a plan, `/run` makes its writes.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { Agent } from 'undici';
import type { ReplayedWrite, ReplayResult } from './replay-plan.ts';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '' },
    server: { type: 'string', default: '' },
    authority: { type: 'string', default: '' },
    token: { type: 'string', default: '' },
  },
});
const headers = {
  accept: 'application/json',
  authorization: `Bearer ${readFileSync(options.token, 'utf8')}`,
  'user-agent': 'cloister-bench-replay',
};
const agent = new Agent({ allowH2: false, connect: { ca: readFileSync(options.authority, 'utf8') } });
let lanes: readonly (readonly ReplayedWrite[])[] = [];

createServer((request, response) => {
  const [path, file = ''] = (request.url ?? '').split('?');
  const answer = (body: object): void => {
    response.setHeader('Connection', 'close');
    response.end(JSON.stringify(body));
  };
  if (path === '/load') {
    lanes = JSON.parse(readFileSync(decodeURIComponent(file), 'utf8')) as typeof lanes;
    answer({});
  } else if (path === '/run') {
    run().then(answer, (error: unknown) => answer({ made: 0, failures: [String(error)] }));
  } else answer({});
}).listen(Number(options.port), '127.0.0.1');

/** Makes the writes of each lane in turn, and all lanes beside one another. */
async function run(): Promise<ReplayResult> {
  const failures: string[] = [];
  let made = 0;
  const runLane = async (writes: readonly ReplayedWrite[]): Promise<void> => {
    for (const write of writes) {
      const { status, answer } = await send(write);
      made += 1;
      if (status >= 300) failures.push(`${write.method} ${write.path}: ${status} ${JSON.stringify(answer)}`);
    }
  };
  await Promise.all(lanes.map(runLane));
  return { made, failures };
}

async function send({
  method,
  path,
  contentType,
  body,
}: ReplayedWrite): Promise<{ status: number; answer: unknown }> {
  const response = await agent.request({
    origin: options.server,
    path,
    method,
    headers: { ...headers, 'content-type': contentType },
    body: JSON.stringify(body),
  });
  return { status: response.statusCode, answer: await response.body.json() };
}
