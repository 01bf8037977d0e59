import { identityPlace } from '../../../src/policy/vault/vault-identity.ts';
import { playedStatus } from '../../e2e/played-pod.ts';
import { ENDLESS } from '../../gateway/clients/sdks/model-vendors.ts';
import { findForms } from '../../gateway/clients/sdks/secret-forms.ts';
import { CORE } from '../demo-calls.ts';
import type { Outcome, PlayedStep } from '../play-steps.ts';
import { NAMESPACE } from '../scenario.ts';
import { MODEL_KEYS, MODEL_VENDORS } from './model-role.ts';
import type { ModelStage, PlayedAgent } from './model-stage.ts';
import { findInMemory } from './search-memory.ts';
import type { ModelAnswer, ModelCall } from './start-agent.ts';

const QUARANTINES = '/apis/cloister.dev/v1alpha1/agentquarantines';
const CHAT: ModelCall = { act: 'Chat', model: 'gpt-test' };
const MESSAGE: ModelCall = { act: 'Message', model: 'claude-test' };
const KEYS = Object.values(MODEL_KEYS);

/** An agent calls two vendors of models with their SDKs, and never has their keys. */
export function modelSteps(stage: ModelStage): readonly PlayedStep[] {
  const { writer, vault } = stage;
  const ask = (step: string, expected: string, call: ModelCall): PlayedStep => ({
    step,
    expected,
    run: async () => told(call, await writer.call(call)),
  });
  return [
    ask('the SDK of OpenAI asks its model', 'Answered', CHAT),
    ask('the same, as a stream', 'Answered', { ...CHAT, isStreamed: true } as ModelCall),
    ask('another model', 'ModelNotAllowed by Gateway', { act: 'Chat', model: 'gpt-other' }),
    {
      step: 'Vault is sealed; a call with the key that the gateway keeps',
      expected: 'Answered',
      run: async () => {
        await vault.faults.seal();
        return told(CHAT, await writer.call(CHAT));
      },
    },
    ask(
      'a call with the key of Anthropic, which it has not read',
      'CredentialStoreUnavailable by Gateway',
      MESSAGE,
    ),
    unseal(stage),
    ask('a tool that runs at the vendor', 'HostedToolNotAllowed by Gateway', {
      ...MESSAGE,
      hasHostedTool: true,
    } as ModelCall),
    whatVendorsGot(stage),
    whatAgentHad(writer),
    endTask(stage),
    cutStream(stage),
  ];
}

function told({ act }: ModelCall, { said = '', reason }: ModelAnswer): Outcome {
  const details = [`  - ${act}: ${said}`];
  return reason === undefined ? { got: 'Answered', details } : { got: reason, by: 'Gateway', details };
}

/** The gateway logs in again when the next call needs it. */
function unseal({ vault, writer, calls }: ModelStage): PlayedStep {
  return {
    step: 'Vault is unsealed; the same call',
    expected: 'Answered',
    run: async () => {
      await vault.faults.unseal();
      const answer = await calls.wait('the key of Anthropic', async () => {
        const found = await writer.call(MESSAGE);
        return found.reason === 'CredentialStoreUnavailable' ? undefined : found;
      });
      return told(MESSAGE, answer);
    },
  };
}

function whatVendorsGot({ chatVendor, messageVendor, writer }: ModelStage): PlayedStep {
  return {
    step: 'what the vendors got: their keys, and no proxy secret',
    expected: 'Keys of Vault',
    run: async () => {
      const requests = [...chatVendor.received, ...messageVendor.received];
      const withKey = requests.filter(
        ({ headers }) =>
          headers.authorization === `Bearer ${MODEL_KEYS['chat-models']}` ||
          headers['x-api-key'] === MODEL_KEYS['message-models'],
      );
      const all = requests.map(({ url, rawHeaders, body }) =>
        [url.href, ...rawHeaders, body.toString()].join('\n'),
      );
      const details = [`  - ${withKey.length} of ${requests.length} requests with a key`];
      const isProven = findForms(writer.proxySecret, all.join('\n')).length === 0;
      const isGood = isProven && withKey.length === requests.length && messageVendor.received.length > 0;
      return { got: isGood ? 'Keys of Vault' : 'Something else', details };
    },
  };
}

/** Its proxy secret is looked for as well: it has that one, so that a search that finds nothing is no proof. */
function whatAgentHad({ call, pid, environment, proxySecret }: PlayedAgent): PlayedStep {
  return {
    step: 'the keys, in all that the agent has and in its memory',
    expected: 'Found nowhere',
    run: async () => {
      const { said = '' } = await call({ act: 'TellAll' });
      const inText = KEYS.flatMap((key) => findForms(key, said));
      const inMemory = findInMemory(pid, [...KEYS, proxySecret]);
      const variables = Object.keys(environment).filter((name) => /_(?:API_KEY|BASE_URL)$/.test(name));
      const details = [
        `  - its environment has ${variables.join(', ')}`,
        `  - ${said.length} characters that it had and was answered`,
        `  - its memory has its proxy secret: ${inMemory.has(proxySecret) ? 'yes' : 'no'}`,
      ];
      if (!inMemory.has(proxySecret)) return { got: 'Not searched', details };
      const isFound = inText.length > 0 || KEYS.some((key) => inMemory.has(key));
      return { got: isFound ? 'Found' : 'Found nowhere', details };
    },
  };
}

const SEALED = 503;
const mayRead = (capabilities: unknown): boolean =>
  Array.isArray(capabilities) && capabilities.some((one) => one !== 'deny');

/** Vault itself says what the tokens are good for, before and after: the gateway shows them to nobody. */
function endTask(stage: ModelStage): PlayedStep {
  const { calls, vault, writer } = stage;
  const { sandbox } = writer;
  const path = `secret/data/${MODEL_VENDORS['chat-models'].path}`;
  const askAbout = (accessors: readonly string[]) =>
    Promise.all(
      accessors.map((accessor) =>
        vault.root('POST', 'sys/capabilities-accessor', { accessor, paths: [path] }),
      ),
    );
  return {
    step: 'its task ends: the Vault token that its keys were read with',
    expected: 'Dead',
    run: async () => {
      const accessors = await accessorsOf(stage, sandbox);
      const before = (await askAbout(accessors)).map(({ data }) => JSON.stringify(data[path]));
      if (!before.includes('["read"]')) return { got: 'Reads nothing', details: before };
      const status = playedStatus({ gate: { passed: true }, agent: { exitCode: 0 } });
      await calls.send('PATCH', `${CORE}/pods/${sandbox}/status`, { status });
      const after = await calls.wait('the tokens to die', async () => {
        const answers = await askAbout(accessors);
        const isOver = answers.every(({ status: code, data }) => code !== SEALED && !mayRead(data[path]));
        return isOver ? answers : undefined;
      });
      const details = after.map(({ status: code, data, errors }, index) => {
        const said = JSON.stringify(data[path]) ?? errors.join(' ').replaceAll(/\s+/g, ' ').trim();
        return `  - may do ${before[index]} before; after: ${code} ${said}`;
      });
      return { got: 'Dead', details };
    },
  };
}

/** The tokens that Vault gave for a sandbox, by their accessors. */
async function accessorsOf({ vault, visitor }: ModelStage, sandbox: string): Promise<readonly string[]> {
  const { name } = identityPlace({ ...visitor.owner, sandbox });
  const listed = await vault.root('LIST', 'auth/token/accessors');
  const accessors = (listed.data['keys'] ?? []) as string[];
  const found = await Promise.all(
    accessors.map(async (accessor) => {
      const { data } = await vault.root('POST', 'auth/token/lookup-accessor', { accessor });
      const meta = (data['meta'] ?? {}) as Readonly<Record<string, string>>;
      return meta['service_account_name'] === name ? [accessor] : [];
    }),
  );
  return found.flat();
}

function cutStream({ calls, streamer }: ModelStage): PlayedStep {
  return {
    step: 'another agent is quarantined while its SDK reads a stream',
    expected: 'Cut by Gateway',
    run: async () => {
      const opened = await streamer.call({ act: 'OpenStream', question: ENDLESS });
      if (opened.reason !== undefined) return told({ act: 'AwaitEnd' }, opened);
      const ended = streamer.call({ act: 'AwaitEnd' });
      const target = { type: 'Sandbox', namespace: NAMESPACE, name: streamer.sandbox };
      const refusal = await calls.send('POST', QUARANTINES, {
        apiVersion: 'cloister.dev/v1alpha1',
        kind: 'AgentQuarantine',
        metadata: { name: 'streamer' },
        spec: { target, reason: 'It says the same for ever.' },
      });
      if (refusal !== '') return { got: 'Refused', details: [refusal] };
      const { said = '' } = await ended;
      return { got: 'Cut', by: 'Gateway', details: [`  - ${said} came before`] };
    },
  };
}
