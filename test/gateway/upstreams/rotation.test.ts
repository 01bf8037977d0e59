import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { createCredentials } from '../../../src/credentials/create-credentials.ts';
import { createLog } from '../../../src/lib/log.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { createScriptedStore, stored } from '../../credentials/scripted-store.ts';
import { readRecorded } from '../recorded.ts';
import { type Answer, ask } from './upstream-client.ts';
import { UPSTREAM, useUpstream } from './upstream-world.ts';

const OLD = 'sk-the-key-before-it-was-replaced';
const NEW = 'sk-the-key-after-it-was-replaced';
const TTL_SECONDS = 60;
/** Until all calls are in flight. */
const PATIENT = { timeout: 60_000, interval: 50 } as const;
const clock = createManualClock(0);

let current = OLD;
const store = createScriptedStore(() => stored(current, TTL_SECONDS));

const gateway = useUpstream([UPSTREAM], [], {
  credentials: createCredentials({
    stores: { kubernetesSecret: store, vaultKV: null },
    tenant: () => ({
      credentials: [{ name: 'key', kubernetesSecret: { name: 'vendor', key: 'key' } }],
      vault: undefined,
    }),
    isCurrent: () => true,
    clock,
    log: createLog({ program: 'gateway', level: 'silent' }),
  }),
});

/** Five sandboxes, each with ten calls before and ten after. */
const NUMBERS = [41, 42, 43, 44, 45];
const CALLS = 50;

test(
  'a secret that is replaced under 100 calls in flight: each has one of the two, none gets one, each has its records',
  { timeout: 200_000 },
  async () => {
    const open: (() => void)[] = [];
    await gateway.serve((incoming, response: ServerResponse) => {
      const { authorization = '' } = incoming.headers;
      const isEcho = incoming.url?.endsWith('echo') ?? false;
      open.push(() => response.end(isEcho ? `you said ${authorization}` : 'ok'));
    });
    const askAll = (): Promise<Answer>[] =>
      NUMBERS.flatMap((number) =>
        Array.from({ length: CALLS / NUMBERS.length }, (_, index) =>
          ask(gateway, {
            path: `/upstreams/vendor/items/${index % 2 === 0 ? 'plain' : 'echo'}`,
            from: `127.0.0.${number}`,
            timeoutMilliseconds: PATIENT.timeout,
          }),
        ),
      );
    const answers = askAll();
    await expect.poll(() => open.length, PATIENT).toBe(CALLS);
    current = NEW;
    await clock.advance(TTL_SECONDS * 1_000);
    answers.push(...askAll());
    await expect.poll(() => open.length, PATIENT).toBe(2 * CALLS);
    open.forEach((answer) => answer());

    const keys = gateway.received.map(({ headers }) => headers.authorization);
    expect(keys).toEqual([...Array(CALLS).fill(`Bearer ${OLD}`), ...Array(CALLS).fill(`Bearer ${NEW}`)]);
    const got = await Promise.all(answers);
    expect(got.filter(({ text, isCut }) => text === 'ok' && !isCut)).toHaveLength(CALLS);
    expect(got.filter(({ status, isCut }) => isCut || status === 502)).toHaveLength(CALLS);
    for (const secret of [OLD, NEW]) expect(JSON.stringify([got, gateway.records()])).not.toContain(secret);
    const ends = (): readonly (string | null)[] =>
      readRecorded(gateway.records()).flatMap(({ phase, detail }) => (phase === 'Outcome' ? detail : []));
    await expect.poll(() => ends().length, PATIENT).toBe(2 * CALLS);
    expect(ends().filter((detail) => detail === 'Answered')).toHaveLength(CALLS);
    expect(ends().filter((detail) => detail === 'SecretInResponse')).toHaveLength(CALLS);
    // Once for each sandbox, and once more when the time of what it had was over.
    expect(store.asked).toHaveLength(2 * NUMBERS.length);
  },
);
