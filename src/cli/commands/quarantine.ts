import { type Command as Program, InvalidArgumentError } from 'commander';
import { type AgentQuarantine, agentQuarantine } from '../../api/agent-quarantine.ts';
import { API_VERSION } from '../../api/names.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { show } from '../../lib/show.ts';
import {
  explainTarget,
  formatTarget,
  parseTarget,
  TARGET_FORMS,
} from '../../policy/quarantine/parse-target.ts';
import { quarantineName } from '../../policy/quarantine/quarantine-name.ts';
import { type Command, EXIT, type ExitCode, type Terminal } from '../command.ts';
import { missingTarget } from '../quarantine/missing-target.ts';
import { useCluster } from '../use-cluster.ts';

type Target = AgentQuarantine['spec']['target'];
type StoredQuarantine = AgentQuarantine & KubeObject;

interface Flags {
  readonly reason: string;
  readonly name?: string;
  readonly wait: number;
  readonly kubeconfig?: string;
}

const EXAMPLES = `
Examples:
  cloister quarantine sandbox/acme-agents/hermes --reason 'It called home.'
  cloister quarantine tenant/acme --reason 'A key has leaked.' --wait 60
  cloister quarantine all --reason 'A drill.'

Creates an AgentQuarantine, and waits until everything that it names is cut off. It holds until it is deleted, also
for what is created later: cloister release NAME. Creates none of what does not exist.

Exit code: 0 contained, 1 the target does not exist or is not contained in time, 2 not created.
`;

const ADVANCE =
  'Correct the target; an AgentQuarantine of what does not exist yet can be created with kubectl';

/** `cloister quarantine`: cuts a sandbox, a namespace, a role, a tenant or everything off. */
export const quarantine: Command = {
  name: 'quarantine',
  register: (program, terminal, finish) =>
    void addOptions(program.command('quarantine'))
      .description('cut a sandbox, a namespace, a role, a tenant or everything off')
      .addHelpText('after', EXAMPLES)
      .action(async (target: Target, flags: Flags) => finish(await runQuarantine(target, flags, terminal))),
};

function addOptions(command: Program): Program {
  return command
    .argument('<target>', TARGET_FORMS, readTarget)
    .requiredOption('--reason <text>', 'why')
    .option('--name <name>', 'name of the AgentQuarantine; if not set: made from the target')
    .option('--wait <seconds>', 'how long to wait until everything is contained', readSeconds, 30)
    .option('--kubeconfig <path>', 'how to reach the cluster');
}

function readTarget(text: string): Target {
  const target = parseTarget(text);
  if (target === null) throw new InvalidArgumentError(explainTarget(text));
  return target;
}

function readSeconds(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of seconds.');
  return Number(text);
}

async function runQuarantine(target: Target, flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const object: AgentQuarantine = {
    apiVersion: API_VERSION,
    kind: 'AgentQuarantine',
    metadata: { name: flags.name ?? quarantineName(target) },
    spec: { target, reason: flags.reason },
  };
  const parsed = agentQuarantine.schema.safeParse(object);
  if (!parsed.success) {
    terminal.error(`error: ${describeProblem(object, parsed.error.issues[0]?.path[0] === 'metadata')}\n`);
    return EXIT.unusable;
  }
  const options = { kubeconfig: flags.kubeconfig, userAgent: 'cloister-quarantine' };
  return useCluster(options, terminal, async (client) => {
    const missing = await missingTarget(target, client);
    if (missing !== null) {
      terminal.error(`error: ${missing}; nothing was quarantined. ${ADVANCE}\n`);
      return EXIT.violations;
    }
    if (!(await create(object, client, terminal))) return EXIT.unusable;
    return waitUntilContained(object.metadata.name, flags.wait, { client, terminal, clock: systemClock });
  });
}

function describeProblem({ metadata, spec }: AgentQuarantine, isName: boolean): string {
  return isName
    ? `--name is ${show(metadata.name)}; must be 1 to 63 lower-case letters, digits and "-", with a letter or digit at both ends. Correct it, or leave it out`
    : `--reason is ${show(spec.reason)}; must have 1 to 1024 characters. Say why the target is cut off`;
}

/** Whether the quarantine is there, made now or before. */
async function create(object: AgentQuarantine, client: KubeClient, terminal: Terminal): Promise<boolean> {
  const { name } = object.metadata;
  const target = formatTarget(object.spec.target);
  try {
    await client.create<StoredQuarantine>(resources.agentQuarantines, object);
    terminal.out(`AgentQuarantine "${name}" of ${target} created\n`);
    return true;
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
  }
  const found = await client.get<StoredQuarantine>(resources.agentQuarantines, { name });
  if (isDeepEqualJson(found.spec.target, object.spec.target)) {
    terminal.out(`AgentQuarantine "${name}" of ${target} is there already: ${found.spec.reason}\n`);
    return true;
  }
  const other = formatTarget(found.spec.target);
  terminal.error(`error: AgentQuarantine "${name}" is there already, of ${other}; give another --name\n`);
  return false;
}

const POLL_MILLISECONDS = 200;

async function waitUntilContained(
  name: string,
  seconds: number,
  {
    client,
    terminal,
    clock,
  }: { readonly client: KubeClient; readonly terminal: Terminal; readonly clock: Clock },
): Promise<ExitCode> {
  if (seconds === 0) return EXIT.clean;
  const end = clock.now() + seconds * 1_000;
  for (;;) {
    const { status } = await client.get<StoredQuarantine>(resources.agentQuarantines, { name });
    const said = status?.conditions?.find(({ type }) => type === 'Contained');
    if (said?.status === 'True') {
      const took = status?.secondsToContain;
      terminal.out(`${said.message}${took === undefined ? '' : ` It took at most ${took} s.`}\n`);
      return EXIT.clean;
    }
    if (clock.now() >= end) {
      const why = said?.message ?? 'The operator has not answered: is it running?';
      terminal.error(`error: not contained within ${seconds} s. ${why}\n`);
      return EXIT.violations;
    }
    await clock.sleep(POLL_MILLISECONDS);
  }
}
