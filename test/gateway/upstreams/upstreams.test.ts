import { describe, expect, test } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { ask } from './upstream-client.ts';
import { ADDRESS, HOST, KEY, say, UPSTREAM, useUpstream } from './upstream-world.ts';

const gateway = useUpstream(
  [
    UPSTREAM,
    { ...UPSTREAM, name: 'basic', credential: 'login' },
    { ...UPSTREAM, name: 'header', credential: 'vendor-header' },
    { ...UPSTREAM, name: 'aws', credential: 'aws' },
    { ...UPSTREAM, name: 'open', credential: undefined },
    { ...UPSTREAM, name: 'unbound', credential: 'unbound' },
  ],
  [
    { name: 'login', attach: { type: 'Basic' } },
    { name: 'vendor-header', attach: { type: 'Header', header: 'X-Vendor-Key' } },
    { name: 'aws', attach: { type: 'AWSSigV4', region: 'eu-west-1', service: 'dynamodb' } },
    { name: 'unbound', attach: { type: 'Bearer' } },
  ],
);
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());

describe('a request', () => {
  test('arrives with the credential and without the proof, and its response comes back', async () => {
    await gateway.serve(say('{"id":1}', { 'content-type': 'application/json', 'x-request-id': 'r' }));
    const answer = await ask(gateway, { path: '/upstreams/vendor/items/1?page=2' });
    expect(answer).toMatchObject({ status: 200, text: '{"id":1}', headers: { 'x-request-id': 'r' } });
    expect(gateway.received).toMatchObject([
      { method: 'GET', url: '/v1/items/1?page=2', headers: { authorization: `Bearer ${KEY}`, host: HOST } },
    ]);
    expect(JSON.stringify(gateway.received)).not.toContain(gateway.access.secret);
    await expect.poll(recorded, POLL).toMatchObject([
      { event: 'Upstream', phase: 'Intent', action: 'Allowed', destination: `${HOST}:443` },
      { event: 'Upstream', phase: 'Outcome', action: 'Allowed', detail: 'Answered' },
    ]);
    expect(JSON.stringify(gateway.records())).not.toContain('page=2');
    expect(JSON.stringify(gateway.records())).not.toContain(KEY);
  });

  test('is sent with its body, whole or in chunks', async () => {
    await gateway.serve(say('ok'));
    const path = '/upstreams/vendor/items';
    await ask(gateway, { path, method: 'POST', body: 'a body' });
    await ask(gateway, {
      path,
      method: 'POST',
      body: 'in chunks',
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect(gateway.received.map(({ body }) => body)).toEqual(['a body', 'in chunks']);
    expect(gateway.received[0]?.headers).toMatchObject({ 'content-length': '6' });
  });
});
