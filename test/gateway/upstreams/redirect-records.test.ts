import { describe, expect, onTestFinished, test } from 'vitest';
import type { AuditRecord } from '../../../src/audit/audit-record.ts';
import { POLL } from '../use-proxy.ts';
import { ask } from './upstream-client.ts';
import { ADDRESS, HOST, KEY, say, UPSTREAM, useUpstream } from './upstream-world.ts';

const FILES = 'files.example.net';
const FILES_ADDRESS = '151.101.1.1';
const INSIDE = 'inside.example.net';
const RULE = 'spec.upstreams["vendor"].followRedirectsTo';

const gateway = useUpstream([{ ...UPSTREAM, followRedirectsTo: [FILES, INSIDE] }]);
const to = (location: string, status = 302) => say('', { location }, status);

const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () =>
  (gateway.records() as unknown as readonly AuditRecord[]).filter(
    ({ unmapped }) => unmapped.sandbox === sandbox(),
  );

/** Asks, waits until as many records are there, and tells each in short. */
async function recordsOf(count: number, asked: Partial<Parameters<typeof ask>[1]> = {}) {
  const answer = await ask(gateway, { path: '/upstreams/vendor/items', ...asked });
  await expect.poll(() => recorded().length, POLL).toBe(count);
  const records = recorded();
  const uid = records[0]?.metadata.correlation_uid;
  const short = records.map(({ unmapped, metadata, dst_endpoint: destination, status_detail: detail }) => [
    unmapped.phase,
    metadata.correlation_uid?.slice(uid?.length),
    unmapped.redirect_of === undefined ? null : unmapped.redirect_of === uid,
    destination?.hostname,
    destination?.ip ?? null,
    detail ?? null,
  ]);
  return { answer, records, short };
}

describe('a redirect of an upstream', () => {
  test('that is followed has a record ahead and one of its end, which name the call', async () => {
    await gateway.serve(say('the file'), FILES, FILES_ADDRESS);
    await gateway.serve(to(`https://${FILES}/a/file?token=1`));
    const { answer, records, short } = await recordsOf(4);
    expect(answer).toMatchObject({ status: 200, text: 'the file' });
    expect(short).toEqual([
      ['Intent', '', null, HOST, null, null],
      ['Intent', '.1', true, FILES, null, null],
      ['Outcome', '.1', true, FILES, FILES_ADDRESS, 'Answered'],
      ['Outcome', '', null, HOST, ADDRESS, 'Answered'],
    ]);
    expect(records[2]).toMatchObject({
      activity_name: 'Upstream',
      action: 'Allowed',
      firewall_rule: { name: RULE },
      http_request: { http_method: 'GET', url: { path: '/a/file' } },
      http_response: { code: 200 },
    });
    expect(JSON.stringify(records)).not.toContain(KEY);
  });

  test('to a host that the role does not list has one record, which says the host', async () => {
    await gateway.serve(to('https://evil.example.org/next'));
    const { answer, records, short } = await recordsOf(3);
    expect(answer.json()).toMatchObject({ reason: 'RedirectNotAllowed' });
    expect(short).toEqual([
      ['Intent', '', null, HOST, null, null],
      ['Event', '.1', true, 'evil.example.org', null, 'RedirectNotAllowed'],
      ['Outcome', '', null, HOST, ADDRESS, 'RedirectNotAllowed'],
    ]);
    expect(records[1]).toMatchObject({ action: 'Denied', firewall_rule: { name: RULE } });
  });

  const label = 'sk-0123456789-of-the-vendor';
  test.for([
    ['in its path', KEY, `https://evil.example.org/a/${KEY}`],
    ['in its path, to HTTP', KEY, `http://evil.example.org/a/${KEY}`],
    ['in its host', label, `https://${label}.evil.example.org/`],
    ['in its host, in other letters', label, `https://${label.replace('s', '%53')}.evil.example.org/`],
  ] as const)(
    'to a host that the role does not list, with the key %s, has no record of where',
    async ([, value, location]) => {
      const before = gateway.values.get('key') ?? {};
      onTestFinished(() => void gateway.values.set('key', before));
      gateway.values.set('key', { value });
      await gateway.serve(to(location));
      const { answer, records, short } = await recordsOf(2);
      expect(answer.json()).toMatchObject({ reason: 'SecretInResponse' });
      expect(short).toEqual([
        ['Intent', '', null, HOST, null, null],
        ['Outcome', '', null, HOST, ADDRESS, 'SecretInResponse'],
      ]);
      expect(JSON.stringify(records)).not.toContain(value);
    },
  );

  test('with the body of a request has one record', async () => {
    await gateway.serve(to(`https://${FILES}/`, 307));
    const { records, short } = await recordsOf(3, { method: 'POST', body: 'body' });
    expect(short[1]).toEqual(['Event', '.1', true, FILES, null, 'RedirectNotAllowed']);
    expect(records[1]).toMatchObject({ http_request: { http_method: 'POST', url: { path: '/' } } });
  });

  test('to a listed host that redirects to another is recorded, and so is the other', async () => {
    await gateway.serve(to('https://evil.example.org/next'), FILES, FILES_ADDRESS);
    await gateway.serve(to(`https://${FILES}/a`));
    const { short } = await recordsOf(5);
    expect(short.slice(1)).toEqual([
      ['Intent', '.1', true, FILES, null, null],
      ['Event', '.2', true, 'evil.example.org', null, 'RedirectNotAllowed'],
      ['Outcome', '.1', true, FILES, FILES_ADDRESS, 'RedirectNotAllowed'],
      ['Outcome', '', null, HOST, ADDRESS, 'RedirectNotAllowed'],
    ]);
  });

  test('whose host has an address that is refused is recorded with why', async () => {
    await gateway.serve(to(`https://${INSIDE}/a`));
    gateway.world.name(INSIDE, ['10.0.0.7']);
    const { short } = await recordsOf(4);
    expect(short.slice(1)).toEqual([
      ['Intent', '.1', true, INSIDE, null, null],
      ['Outcome', '.1', true, INSIDE, null, 'AddressNotAllowed'],
      ['Outcome', '', null, HOST, ADDRESS, 'AddressNotAllowed'],
    ]);
  });

  test('within the upstream has none, as the agent asks again', async () => {
    await gateway.serve(to('/v1/items/2'));
    expect((await recordsOf(2)).answer.status).toBe(302);
  });
});
