/** Runs the scenario on standard input; started by `runScenario` in namespaces of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GATE_PROTOCOL } from '../../src/lib/gate-protocol.ts';
import type { GateProcessInput } from './gate-process.ts';
import { inRootfs } from '../scripts/unpacked-image.ts';
import { listen, type RunningGateway, startGateway } from './gateway.ts';
import { NODE_ADDRESS, POD_ADDRESS, type Scenario, type ScenarioResult } from './node-and-pod.ts';

/** Without duplicate address detection a link-local address can be used at once; the setting is the namespace's own. */
const NETWORK = `
  set -e
  mount -t tmpfs tmpfs /run
  ip link set lo up
  echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
  ip netns add pod
  ip netns exec pod sh -c 'echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad'
  ip link add host0 type veth peer name eth0 netns pod
  ip address add ${NODE_ADDRESS}/32 dev host0
  ip link set host0 up
  ip route add ${POD_ADDRESS}/32 dev host0
  ip -n pod link set lo up
  ip -n pod address add ${POD_ADDRESS}/24 dev eth0
  ip -n pod link set eth0 up
  ip -n pod route add default via ${NODE_ADDRESS}
`;

const scenario = JSON.parse(readFileSync(0, 'utf8')) as Scenario;
run('sh', ['-c', NETWORK]);
if (scenario.withoutIpv6 === true) {
  run('ip', ['netns', 'exec', 'pod', 'sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6']);
}
for (const port of scenario.tcpPorts ?? [])
  await listen(
    createServer((socket) => socket.destroy()),
    '::',
    port,
  );
for (const port of scenario.udpPorts ?? []) await echoAt(port);
const gateway = await startGateway({
  address: NODE_ADDRESS,
  targets: scenario.targets ?? [
    { name: 'kubelet', address: NODE_ADDRESS, port: 10_250, protocol: 'TCP', onOwnNode: true },
  ],
  ...(scenario.nodePorts === undefined ? {} : { nodePorts: scenario.nodePorts }),
  ...(scenario.rootfs === undefined ? {} : { port: GATE_PROTOCOL.port }),
  onFirstCanary: () => {
    const { rulesAfterMilliseconds } = scenario;
    if (rulesAfterMilliseconds !== undefined) setTimeout(addRules, rulesAfterMilliseconds);
  },
});
if (scenario.rulesAfterMilliseconds === undefined) addRules();
const result =
  scenario.rootfs === undefined ? await runSources(gateway) : await runImage(gateway, scenario.rootfs);
process.stdout.write(JSON.stringify(result), () => process.exit(0));

async function runSources({ port, authorities }: RunningGateway): Promise<ScenarioResult> {
  const input: GateProcessInput = {
    connection: { host: NODE_ADDRESS, port, authorities },
    limits: scenario.limits,
  };
  const script = fileURLToPath(new URL('gate-process.ts', import.meta.url));
  const { code, stdout } = await runInPod([process.execPath, script], JSON.stringify(input));
  return { code, stdout, message: JSON.parse(stdout) as ScenarioResult['message'] };
}

/** Runs the program of the image with the files that a pod has. */
async function runImage({ authorities }: RunningGateway, rootfs: string): Promise<ScenarioResult> {
  for (const folder of ['dev', 'proc', 'etc/cloister']) mkdirSync(join(rootfs, folder), { recursive: true });
  run('mount', ['-t', 'proc', 'proc', join(rootfs, 'proc')]);
  writeFileSync(join(rootfs, 'etc/hosts'), `127.0.0.1 localhost\n${NODE_ADDRESS} ${GATE_PROTOCOL.host}\n`);
  writeFileSync(join(rootfs, 'etc/resolv.conf'), 'nameserver 127.0.0.1\n');
  writeFileSync(join(rootfs, 'etc/cloister/ca.crt'), authorities);
  const log = join(rootfs, 'dev/termination-log');
  writeFileSync(log, '');
  run('chmod', ['666', log]);
  const program = ['/usr/bin/node', '/start-gate/dist/bin/start-gate.js'];
  const { code, stdout } = await runInPod(['env', ...inRootfs(rootfs, program)]);
  return { code, stdout, message: JSON.parse(readFileSync(log, 'utf8')) as ScenarioResult['message'] };
}

function runInPod(command: readonly string[], input = ''): Promise<{ code: number; stdout: string }> {
  const limit = `ulimit -n ${scenario.maxFiles ?? 1024}; exec "$@"`;
  return new Promise((resolve, reject) => {
    const child = spawn('ip', ['netns', 'exec', 'pod', 'sh', '-c', limit, 'sh', ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 128, stdout }));
    child.stdin.end(input);
  });
}

function addRules(): void {
  const chain = 'add chain inet gate input { type filter hook input priority 0; }';
  const all = [
    'add table inet gate',
    chain,
    ...(scenario.rules ?? []).map((line) => `add rule inet gate input ${line}`),
  ];
  run('nft', [all.join('\n')]);
}

function echoAt(port: number): Promise<void> {
  const socket = createSocket({ type: 'udp6' });
  socket.on('message', (message, from) => socket.send(message, from.port, from.address));
  return new Promise((resolve) => void socket.bind(port, '::', () => resolve()));
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
