import { describe, expect, test } from 'vitest';
import { decideUpstream } from '../../../src/policy/upstreams/decide-upstream.ts';
import { buildCallPolicy } from '../../build/call-policy.ts';

const UPSTREAM = {
  name: 'socket',
  protocol: 'WebSocket',
  baseURL: 'https://api.example.com/v1',
  methods: ['GET', 'POST'],
  paths: ['/items'],
};
const LLM = { api: 'OpenAIChat', models: ['m'], maxOutputTokens: 1, hostedTools: [] };
const policy = buildCallPolicy({
  credentials: [],
  upstreams: [UPSTREAM, { ...UPSTREAM, name: 'models', llm: LLM }],
});

describe('a WebSocket', () => {
  const HANDSHAKE = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const begin = (changed: Readonly<Record<string, string>> = {}, method = 'GET', upstream = 'socket') => {
    const headers = Object.entries({ ...HANDSHAKE, ...changed }).flat();
    return decideUpstream(policy, { upstream, method, target: '/items', headers });
  };
  const reasonOf = ({ decision }: ReturnType<typeof begin>) =>
    'reason' in decision ? decision.reason : null;

  test('is begun with the headers that are on the list and the subprotocols without a key', () => {
    const offered = 'realtime, openai-insecure-api-key.sk-1, a.bbbbbbbbbbbbbbbbbbbbbbbbb,v2';
    const { request } = begin({ origin: 'https://a', accept: 'a', 'sec-websocket-protocol': offered });
    expect(request?.headers).toEqual({ accept: 'a', 'sec-websocket-protocol': 'realtime, v2' });
    expect(request?.webSocket).toEqual({
      key: HANDSHAKE['sec-websocket-key'],
      protocols: ['realtime', 'v2'],
    });
  });

  test('is offered no subprotocol where each holds a key', () => {
    const { request } = begin({ 'sec-websocket-protocol': 'openai-insecure-api-key.sk-1' });
    expect(request?.headers).toEqual({});
  });

  test.for([
    ['by POST', {}, 'POST', 'RequestMalformed'],
    ['beside another protocol', { upgrade: 'websocket, h2c' }, 'GET', 'UpstreamNotCarried'],
    ['in another version', { 'sec-websocket-version': '13, 8' }, 'GET', 'RequestMalformed'],
    [
      'with a key in another form',
      { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZR==' },
      'GET',
      'RequestMalformed',
    ],
    [
      'with too many subprotocols',
      { 'sec-websocket-protocol': 'a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q' },
      'GET',
      'RequestMalformed',
    ],
    ['with an empty subprotocol', { 'sec-websocket-protocol': 'a,,b' }, 'GET', 'RequestMalformed'],
  ] as const)('is not begun %s', ([, changed, method, reason]) => {
    const decision = begin({ ...changed }, method);
    expect([reasonOf(decision), decision.request]).toEqual([reason, undefined]);
  });

  test('is not begun where the role has rules for models, which no message is held against', () => {
    const decision = begin({}, 'GET', 'models');
    expect([reasonOf(decision), decision.rule]).toEqual(['RuleUnusable', 'spec.upstreams["models"].llm']);
  });
});
