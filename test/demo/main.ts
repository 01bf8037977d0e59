import { parseArgs } from 'node:util';
import { startControlPlane } from '../testbed/control-plane.ts';
import { GATE_SOURCES } from '../testbed/gate-sources.ts';
import { type RunningCloister, startCloister } from '../testbed/start-cloister.ts';
import { addGatewayAliases } from './add-gateway-aliases.ts';
import {
  applyTenant,
  cloisterOptions,
  deleteRegistrations,
  FIRST_REFUSAL,
  LAST_REFUSALS,
  pretendRunning,
  restoreRegistrations,
  waitUntilRefused,
} from './prepare.ts';
import { playWithDatabase } from './database/database.ts';
import { playOnNode } from './node.ts';
import { operatorSteps, POLICY_FROM_BEFORE } from './operator.ts';
import { playGateway } from './gateway/play-gateway.ts';
import { playSteps } from './play-steps.ts';
import { createPrinter } from './printer.ts';
import { PROTECTED, UNPROTECTED } from './scenario.ts';
import { stay } from './stay.ts';
import { runStep, type Step } from './step.ts';
import { playWithVault } from './vault.ts';

const HELP = `Shows a real Kubernetes API server refuse agent pods that do not match their role, and the gateway decide what an agent calls.

  npm run demo                    the table
  npm run -s demo -- --json       one JSON object a step
  npm run demo -- --keep          leaves it running and says how to try it by hand; also with --vault
  npm run demo -- --node          instead, installs the chart on a real node and attacks a sandbox there (Linux, as root)
  npm run demo -- --vault         instead, shows what a sandbox can do in Vault, what is left when it ends, and an agent
                                  that calls models with keys that it never has (Linux)
  npm run demo -- --database      instead, shows what agents of two tenants reach in one table of PostgreSQL, and what is
                                  left of their logins (Linux)

Exit code 1 when a step did not go as expected, 2 when the options do not go together.
`;

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    keep: { type: 'boolean' },
    node: { type: 'boolean' },
    vault: { type: 'boolean' },
    database: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

/** The demos that are played instead of the one without a flag. */
const INSTEAD = [
  ['node', playOnNode],
  ['vault', playWithVault],
  ['database', playWithDatabase],
] as const;

const conflict = findConflict();
if (options.help === true) process.stdout.write(HELP);
else if (conflict !== null) {
  process.stderr.write(`error: ${conflict}\n`);
  process.exitCode = 2;
} else process.exitCode = await demo();

function findConflict(): string | null {
  const { keep } = options;
  const [first, second] = INSTEAD.filter(([name]) => options[name] === true).map(([name]) => name);
  if (second !== undefined) return `--${first} and --${second} are two demos: give one of them`;
  if (keep === true && (first === 'node' || first === 'database'))
    return `--${first} cannot stay up: leave --keep out`;
  return null;
}

async function demo(): Promise<number> {
  const started = performance.now();
  const tell = (text: string): void => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${text}\n`);
  };
  const [, instead] = INSTEAD.find(([name]) => options[name] === true) ?? [];
  if (instead !== undefined) {
    const print = createPrinter(options.json === true);
    return (await instead({ tell, print, isKept: options.keep === true })) ? 0 : 1;
  }
  tell(
    'starting etcd, kube-apiserver and kube-controller-manager (built first, where they are not there yet)',
  );
  const controlPlane = await startControlPlane();
  try {
    tell('installing kinds, policies and registrations; starting operator and webhook');
    const cloister = await startCloister(controlPlane, cloisterOptions());
    try {
      const ok = await play(controlPlane, cloister, tell);
      if (options.keep === true) {
        tell('putting the webhook registrations back');
        await restoreRegistrations(controlPlane, cloister.webhookUrl);
        await stay(controlPlane.kubeconfig, ['kubectl apply -f manifests/samples/refused']);
      }
      return ok ? 0 : 1;
    } finally {
      await cloister.stop();
    }
  } finally {
    await controlPlane.stop();
  }
}

type ControlPlane = Awaited<ReturnType<typeof startControlPlane>>;

async function play(
  controlPlane: ControlPlane,
  cloister: RunningCloister,
  tell: (text: string) => void,
): Promise<boolean> {
  tell('applying roles, a tenant and its namespace');
  await applyTenant(controlPlane, [POLICY_FROM_BEFORE, ...GATE_SOURCES]);
  await waitUntilRefused(controlPlane, FIRST_REFUSAL);
  const own = await addGatewayAliases(controlPlane, PROTECTED);
  const print = createPrinter(options.json === true);
  let ok = true;
  const run = async (steps: readonly Step[]): Promise<void> => {
    for (const step of steps) {
      const result = await runStep(controlPlane, step);
      print.row(result);
      ok &&= result.ok;
    }
  };
  print.heading('With Cloister installed');
  await run(own.slice(0, 1));
  await pretendRunning(controlPlane);
  await run(own.slice(1));
  print.heading('With the operator');
  ok = (await playSteps(operatorSteps(controlPlane, cloister), print)) && ok;
  tell('starting the gateway of the tenant, an agent, and a world outside');
  ok = (await playGateway(controlPlane, print)) && ok;
  print.heading('With the webhook registrations deleted');
  await deleteRegistrations(controlPlane);
  await waitUntilRefused(controlPlane, LAST_REFUSALS);
  await run(UNPROTECTED);
  return ok;
}
