import { beforeAll, expect } from 'vitest';
import { POLL, type UsedProxy, useProxy } from '../../gateway/use-proxy.ts';
import { serveBadServers } from './bad-servers.ts';
import { type BadInputRun, countSockets, sendBadInput } from './send-bad-input.ts';

const NEVER = { when: 'Never' };

/** A gateway whose role has a tool for each sort of bad request. Use it only inside tests. */
export function useBadInput(): UsedProxy {
  const gateway = useProxy((spec) => {
    spec.network.allow = [{ host: 'allowed.example.com', ports: [443] }] as typeof spec.network.allow;
    spec.tools = [
      {
        name: 'read_file',
        executor: 'Agent',
        capabilities: ['file:read'],
        paths: [{ argument: '/path', allow: ['/data/reports'], deny: [] }],
        confirmation: NEVER,
      },
      {
        name: 'search',
        executor: 'Fetch',
        capabilities: ['net:http:get'],
        domains: [{ argument: '/url', allow: ['*.example.com'], deny: [] }],
        maxResponseSize: '64Ki',
        maxExecutionSeconds: 2,
        confirmation: NEVER,
      },
      {
        name: 'matched',
        executor: 'Agent',
        capabilities: [],
        arguments: { type: 'object', properties: { text: { type: 'string', pattern: '^(a|b)*c$' } } },
        confirmation: NEVER,
      },
    ] as unknown as typeof spec.tools;
  });
  beforeAll(() => serveBadServers(gateway.world));
  return gateway;
}

const MAX_HEAP_GROWTH_BYTES = 16 * 1024 * 1024;

/** Sends bad input, and checks what has to hold of its answers and of what it leaves behind. */
export async function checkBadInput(gateway: UsedProxy, run: BadInputRun): Promise<void> {
  const socketsBefore = countSockets();
  const recordsBefore = gateway.records().length;
  const { replies, heapBytes } = await sendBadInput(gateway, run);
  const names = [...replies.keys()].sort();
  const table = Object.fromEntries(names.map((name) => [name, Object.fromEntries(replies.get(name) ?? [])]));
  const seen = JSON.stringify(table, null, 1);
  const all = Array.from(replies.values(), (counts) => [...counts]).flat();
  // The tunnel that carries no TLS was allowed, and is cut by what is in it.
  const allowed = all.filter(([reply]) => /^[23]\d\d/.test(reply) && !/^200 [A-Z]/.test(reply));
  const inTunnel = replies.get('proxy: no TLS in its tunnel')?.get('200 ') ?? 0;
  expect(allowed.reduce((sum, [, count]) => sum + count, 0) - inTunnel, seen).toBe(0);
  // Whatever was answered says why.
  expect(
    all.filter(([reply]) => /^\d{3} $/.test(reply) && reply !== '200 '),
    seen,
  ).toEqual([]);
  const answered = all.filter(([reply]) => reply !== 'closed').reduce((sum, [, count]) => sum + count, 0);
  expect(answered, seen).toBeGreaterThan(run.requests / 2);
  expect(heapBytes[1] - heapBytes[0], `heap ${heapBytes.join(' → ')}`).toBeLessThan(MAX_HEAP_GROWTH_BYTES);
  await expect.poll(countSockets, { ...POLL, timeout: 30_000 }).toBeLessThanOrEqual(socketsBefore);
  await expect.poll(() => gateway.records().length - recordsBefore, POLL).toBeGreaterThan(answered / 2);
  expect(JSON.stringify(gateway.records())).not.toContain(String(gateway.access.secret));
  expect((await gateway.readiness()).filter((line) => !line.endsWith(': ok'))).toEqual([]);
  if (process.env['TEST_LOG'] !== undefined) process.stderr.write(`${seen}\n`);
}
