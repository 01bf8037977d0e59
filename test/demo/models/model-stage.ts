import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CERTIFICATE_AUTHORITY, GATEWAY, PROXY_SECRET } from '../../../src/api/names.ts';
import { createCertificateAuthority } from '../../../src/certificates/issue.ts';
import { listenOn } from '../../../src/serve/listen.ts';
import { forwardFrom } from '../../gateway/clients/pod-environment.ts';
import { createAnthropic, createOpenAI } from '../../gateway/clients/sdks/model-vendors.ts';
import type { Vendor } from '../../gateway/clients/sdks/vendor.ts';
import { createServedWorld } from '../../gateway/served-world.ts';
import { mustSucceed } from '../../testbed/vault/call-vault.ts';
import { CORE, type DemoCalls } from '../demo-calls.ts';
import { type Data, must, readData, startDemoGateway } from '../gateway/start-demo-gateway.ts';
import { applySandbox } from '../vault-logins.ts';
import { type VaultStage, tenantChanges } from '../vault-stage.ts';
import { MODEL_KEYS, MODEL_ROLE, MODEL_VENDORS, modelBindings, modelRole } from './model-role.ts';
import { type ModelAgent, startModelAgent } from './start-agent.ts';

/** What the steps about models play with. */
export interface ModelStage extends VaultStage {
  /** Ends its task well. */
  readonly writer: PlayedAgent;
  /** Is quarantined. */
  readonly streamer: PlayedAgent;
  readonly chatVendor: Vendor;
  readonly messageVendor: Vendor;
  readonly stop: () => Promise<void>;
}

export interface PlayedAgent extends ModelAgent {
  readonly sandbox: string;
  /** What its container has in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly proxySecret: string;
}

const TENANT = '/apis/cloister.dev/v1alpha1/tenantisolations/acme';

/** Writes the keys into Vault, and runs two agents with SDKs, the tenant's gateway, and a server for each vendor. */
export async function prepareModelStage(stage: VaultStage): Promise<ModelStage> {
  const { controlPlane, calls, vault } = stage;
  for (const [name, { path }] of Object.entries(MODEL_VENDORS)) {
    const data = { api_key: MODEL_KEYS[name as keyof typeof MODEL_KEYS] };
    await mustSucceed(`write ${path}`, vault.root('POST', `secret/data/${path}`, { data }));
  }
  await controlPlane.apply([modelRole()]);
  await must(calls.send('PATCH', TENANT, { spec: tenantChanges([MODEL_ROLE], modelBindings()) }));
  const authority = await createCertificateAuthority(Date.now());
  const world = createServedWorld(authority);
  const [chatVendor, messageVendor] = [createOpenAI(), createAnthropic()];
  const { 'chat-models': chat, 'message-models': messages } = MODEL_VENDORS;
  await world.serve(chat.host, chat.address, chatVendor.serve);
  await world.serve(messages.host, messages.address, messageVendor.serve);
  const gateway = await startDemoGateway(controlPlane, calls, {
    outside: {
      names: { [chat.host]: [[chat.address]], [messages.host]: [[messages.address]] },
      ports: Object.fromEntries(world.ports),
      authority: authority.certificate,
    },
    flags: [`--vault-address=${vault.url}`, `--vault-ca-file=${vault.certificateAuthorityFile}`],
  });
  const writer = await runAgent(stage, { sandbox: 'writer', address: '127.0.0.78' }, gateway.ports.apiPort);
  const streamer = await runAgent(
    stage,
    { sandbox: 'streamer', address: '127.0.0.79' },
    gateway.ports.apiPort,
  );
  return {
    ...stage,
    writer,
    streamer,
    chatVendor,
    messageVendor,
    stop: async () => {
      await Promise.all([writer.stop(), streamer.stop()]);
      await gateway.stop();
      world.stop();
    },
  };
}

interface Place {
  readonly sandbox: string;
  /** Of its pod: the whole network is the loopback device. */
  readonly address: string;
}

/** Runs a sandbox, and its agent with what its pod has. */
async function runAgent(
  stage: VaultStage,
  { sandbox, address }: Place,
  apiPort: number,
): Promise<PlayedAgent> {
  const { calls } = stage;
  await applySandbox(stage, sandbox, MODEL_ROLE);
  const ips = {
    podIP: address,
    podIPs: [{ ip: address }],
    hostIP: '192.0.2.10',
    hostIPs: [{ ip: '192.0.2.10' }],
  };
  await must(calls.send('PATCH', `${CORE}/pods/${sandbox}/status`, { status: ips }));
  const folder = mkdtempSync(join(tmpdir(), 'cloister-agent-'));
  const { environment, proxySecret } = await readEnvironment(calls, sandbox, folder);
  // A name that resolves to one address, and the port that pods know.
  const gatewayAddress = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
  const forwarder = forwardFrom(address, apiPort);
  await listenOn(forwarder, GATEWAY.apiPort, gatewayAddress);
  const agent = startModelAgent(environment, gatewayAddress);
  return {
    ...agent,
    sandbox,
    environment,
    proxySecret,
    stop: async () => {
      await agent.stop();
      forwarder.close();
      rmSync(folder, { recursive: true });
    },
  };
}

interface SeenPod {
  readonly spec: { readonly containers: readonly { readonly env?: readonly Variable[] }[] };
}

interface Variable {
  readonly name: string;
  readonly value?: string;
}

/** The environment of the agent's container, as a kubelet makes it of the pod; files are in the folder. */
async function readEnvironment(calls: DemoCalls, sandbox: string, folder: string) {
  const secret = await readData(calls, `${CORE}/secrets/${PROXY_SECRET.sandboxPrefix}${sandbox}`);
  const proxySecret = secret[PROXY_SECRET.key] ?? '';
  const { data } = await calls.wait('the authority of the gateway', () =>
    calls.read<Data>(`${CORE}/configmaps/${CERTIFICATE_AUTHORITY.configMap}`),
  );
  for (const [name, text] of Object.entries(data)) writeFileSync(join(folder, name), text);
  const pod = await calls.read<SeenPod>(`${CORE}/pods/${sandbox}`);
  const variables = pod?.spec.containers[0]?.env ?? [];
  const environment = variables.map(({ name, value = proxySecret }): [string, string] => [
    name,
    value
      .replaceAll(`$(${PROXY_SECRET.environmentVariable})`, proxySecret)
      .replaceAll(CERTIFICATE_AUTHORITY.mountPath, folder),
  ]);
  return { environment: Object.fromEntries(environment), proxySecret };
}
