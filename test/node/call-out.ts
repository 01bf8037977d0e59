import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerReference } from '../testbed/node/exec-in-container.ts';
import type { StartedNode } from '../testbed/node/start-node.ts';

/** What an agent tries. */
export type AgentCall =
  | { readonly kind: 'fetch' | 'stream'; readonly url: string }
  | { readonly kind: 'tunnel'; readonly target: string }
  | { readonly kind: 'dial'; readonly address: string; readonly port: number }
  | {
      readonly kind: 'authorize';
      readonly tool: string;
      readonly arguments: object;
      /** The secret of the pod proves who it is unless set. */
      readonly tokenFile?: string;
    };

/** What became of it; `error` where there was no answer. */
export interface AgentAnswer {
  readonly status?: number;
  readonly answer?: Readonly<Record<string, unknown>>;
  /** Of `dial`. */
  readonly state?: 'Open' | 'Closed';
  /** Of `stream`: what came, and `Ended` or how it was cut. */
  readonly bytes?: number;
  readonly end?: string;
  readonly error?: string;
}

const PROGRAM = readFileSync(join(import.meta.dirname, 'call-out.mjs'), 'utf8');

/**
 * Makes the calls from a container of the image for Node, one after the other, with the environment that the container has. The
 * program trusts the authority of the testbed beside whom it trusted before. Gives the answers until the container ended, if it did.
 */
export async function callOut(
  node: StartedNode,
  container: ContainerReference,
  calls: readonly AgentCall[],
): Promise<readonly AgentAnswer[]> {
  const authority = readFileSync(join(node.folder, 'certificates/authority.crt'), 'utf8');
  const command = [
    '/usr/bin/node',
    '--input-type=module',
    '--eval',
    PROGRAM,
    JSON.stringify({ authority, calls }),
  ];
  const { stdout, stderr, code } = await node.exec(container, command);
  if (stdout === '')
    throw new Error(`the calls of an agent ended with ${code} before an answer: ${stderr.trim()}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AgentAnswer);
}
