import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../testbed/run-command.ts';
import type { Outcome, PlayedStep } from '../play-steps.ts';
import { readSampleObject } from '../samples.ts';
import { CALLER } from './caller-role.ts';
import { decided } from './gateway-steps.ts';
import type { GatewayStage } from './gateway-stage.ts';
import { HOST } from './serve-outside.ts';

const CLOISTER = fileURLToPath(new URL('../../../src/bin/cloister.ts', import.meta.url));
const QUARANTINES = '/apis/cloister.dev/v1alpha1/agentquarantines';
const STREAM = `${HOST.stream}:443`;

/** A quarantine, and what is left of it all: the records. */
export function endingSteps(stage: GatewayStage): readonly PlayedStep[] {
  const { agent, auditFolder, stopGateway } = stage;
  return [
    {
      step: 'a stream from an allowed host, which is left open',
      expected: 'Allowed by Gateway',
      run: () => decided(agent, `CONNECT ${STREAM}`, { act: 'OpenStream', authority: STREAM }),
    },
    cutStream(stage),
    {
      step: 'the quarantined sandbox asks again',
      expected: 'Contained by Gateway',
      run: () => decided(agent, `CONNECT ${STREAM}`, { act: 'Connect', authority: STREAM }),
    },
    {
      step: 'the gateway ends; cloister audit verify proves what it recorded',
      expected: 'Proven',
      run: async () => {
        await stopGateway();
        return verify(auditFolder);
      },
    },
    {
      step: 'in a copy, a refusal is changed into a permission',
      expected: 'Changed',
      run: () => verifyTampered(auditFolder),
    },
  ];
}

function cutStream({ agent, calls }: GatewayStage): PlayedStep {
  return {
    step: 'the sandbox is quarantined while the stream is open: it is cut',
    expected: 'Cut by Gateway',
    run: async () => {
      const { spec, ...quarantine } = readSampleObject('quarantine-suspect.yaml') as {
        spec: { target: object };
      };
      const target = { ...spec.target, name: CALLER };
      const ended = agent.call({ act: 'AwaitEnd' });
      const refusal = await calls.send('POST', QUARANTINES, { ...quarantine, spec: { ...spec, target } });
      if (refusal !== '') return { got: 'Refused', details: [refusal] };
      const { text } = await ended;
      return { got: 'Cut', by: 'Gateway', details: [`  - ${text ?? ''} came before`] };
    },
  };
}

const FINDING = /^(?<kind>[A-Z]\w+) .+:\d+: .+$/m;

/** Runs `cloister audit verify`. */
async function verify(folder: string): Promise<Outcome> {
  const args = ['--disable-warning=ExperimentalWarning', CLOISTER, 'audit', 'verify', folder];
  const { code, stdout, stderr } = await runCommand({ program: process.execPath, args, environment: {} });
  const lines = `${stdout}${stderr}`.trimEnd().split('\n');
  const details = lines.map((line) => `  - ${line}`);
  if (code === 0) return { got: 'Proven', details };
  return { got: FINDING.exec(stdout)?.groups?.['kind'] ?? `exit code ${code}`, details };
}

/** Changes what was recorded of the first refusal, in a copy, and has that verified. */
async function verifyTampered(auditFolder: string): Promise<Outcome> {
  const copy = mkdtempSync(join(tmpdir(), 'cloister-tampered-'));
  try {
    cpSync(auditFolder, copy, { recursive: true });
    for (const file of readdirSync(copy)) {
      const path = join(copy, file);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace('"action":"Denied"', '"action":"Allowed"'));
    }
    return await verify(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}
