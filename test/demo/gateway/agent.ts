// The agent of the demo: a process that sends from the address of its pod, and does what it is told over the channel to its
// parent, as if a model had been talked into it.
import { once } from 'node:events';
import { closed } from '../../gateway/served-world.ts';
import { askTunnel, openTunnel, type ProxyAccess, secureTunnel } from '../../gateway/proxy-client.ts';
import { askTools } from '../../gateway/tool-client.ts';
import type { AgentAnswer, AgentCall, AgentSetup } from './start-agent.ts';

const setup = JSON.parse(process.env['AGENT'] ?? '') as AgentSetup;
const { from, secret } = setup;
const proxy: ProxyAccess = { port: setup.proxyPort, from, secret };
const api = { port: setup.apiPort, from, secret, authorities: setup.gatewayAuthority };
let stream: { readonly end: Promise<void>; readonly bytes: () => number } | null = null;

process.on('message', (call: AgentCall) => {
  void act(call)
    .catch((error: unknown): AgentAnswer => ({ fault: String(error) }))
    .then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit());

async function act(call: AgentCall): Promise<AgentAnswer> {
  if (call.act === 'Ask') return ask(call);
  if (call.act === 'Connect') return connect(call.authority);
  if (call.act === 'OpenStream') return openStream(call.authority);
  await stream?.end;
  return { text: `${stream?.bytes() ?? 0} bytes` };
}

async function ask({
  path,
  tool,
  arguments: given,
}: Extract<AgentCall, { act: 'Ask' }>): Promise<AgentAnswer> {
  const { status, headers, body } = await askTools(api, { path, body: { tool, arguments: given } });
  const retryAfter = headers['retry-after'];
  return { status, body, ...(typeof retryAfter === 'string' ? { retryAfter } : {}) };
}

/** Reads, through a tunnel, what the host says first. */
async function connect(authority: string): Promise<AgentAnswer> {
  const { status, body, socket } = await askTunnel(proxy, authority);
  if (status !== 200) return { status, body: body ?? {} };
  const secure = await secureTunnel(socket, authority, setup.outsideAuthority);
  const [data] = (await once(secure, 'data')) as [Buffer];
  secure.destroy();
  return { status, text: data.toString() };
}

async function openStream(authority: string): Promise<AgentAnswer> {
  const secure = await openTunnel(proxy, authority, setup.outsideAuthority);
  let bytes = 0;
  secure.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await once(secure, 'data');
  stream = { end: closed(secure), bytes: () => bytes };
  return { status: 200, text: 'the stream is open' };
}
