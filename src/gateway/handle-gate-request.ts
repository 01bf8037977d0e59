import type { IncomingMessage, ServerResponse } from 'node:http';
import { type GateAnswer, GATE_PROTOCOL } from '../lib/gate-protocol.ts';
import { canonicalAddress } from '../lib/ip-address.ts';
import type { Logger } from '../lib/log.ts';
import { answerGate } from '../policy/gate/answer-gate.ts';
import { type RequestProblem, sendJsonProblem } from '../serve/problem.ts';
import type { FollowedFacts } from './followed-facts.ts';
import type { PodDirectory } from './pod-directory.ts';

export interface GateHandlerOptions {
  readonly facts: Pick<FollowedFacts, 'current'>;
  readonly pods: Pick<PodDirectory, 'problem' | 'havingAddress'>;
  /** The port that the canary listens on. */
  readonly canaryPort: () => number;
  readonly log: Logger;
  /** Called for each request with `Answered` or the reason of the problem. */
  readonly onResult: (result: string) => void;
}

/** A request as far as its connection tells it. */
interface Source {
  readonly remoteAddress?: string;
  readonly localAddress?: string;
}

/**
 * Answers a start gate. Never throws. The body is not read, and nothing that the client says is believed but its path. Nobody
 * has proved anything, so that the connection ends with the answer.
 */
export function handleGateRequest(
  options: GateHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const result = answer(options, request);
  if (!('problem' in result)) {
    const body = JSON.stringify(result.answer);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Connection', 'close');
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
    return options.onResult('Answered');
  }
  const { problem } = result;
  options.log.debug({ reason: problem.reason, address: request.socket.remoteAddress }, 'request refused');
  if (problem.status === 405) response.setHeader('Allow', 'GET');
  sendJsonProblem(response, { ...problem, close: true });
  return options.onResult(problem.reason);
}

type Result = { readonly answer: GateAnswer } | { readonly problem: RequestProblem };

function answer(options: GateHandlerOptions, { method, socket }: IncomingMessage): Result {
  if (method !== 'GET') return { problem: UNKNOWN_METHOD };
  try {
    return answerSource(options, socket);
  } catch (error) {
    options.log.error({ err: error }, 'the request failed');
    return { problem: FAULT };
  }
}

function answerSource(options: GateHandlerOptions, source: Source): Result {
  const { facts, pods, canaryPort, log } = options;
  const current = facts.current();
  if ('problem' in current) return { problem: notReady(current.problem) };
  const unknown = pods.problem();
  if (unknown !== null) return { problem: notReady(unknown) };
  const address = canonicalAddress(source.remoteAddress ?? '');
  const own = canonicalAddress(source.localAddress ?? '');
  if (address === null || own === null) return { problem: sourceNotAPod(null, 0) };
  const found = pods.havingAddress(address);
  const [pod] = found;
  if (pod === undefined || found.length > 1) return { problem: sourceNotAPod(address, found.length) };
  // The canary is at the address of this gateway's own pod, and not at that of the Service: that is where NetworkPolicies see
  // the connection go, as they are judged after translation, and the one replica that the pod has just reached.
  const canary = { address: own, port: canaryPort() };
  const gateAnswer = answerGate(current.facts, pod.nodeAddresses, canary);
  const { namespace, name } = pod.metadata;
  if (gateAnswer === null)
    return { problem: notReady(`the addresses of the node of the pod "${name}" are not known`) };
  log.info({ namespace, pod: name, address, targets: gateAnswer.targets.length }, 'start gate answered');
  return { answer: gateAnswer };
}

const UNKNOWN_METHOD: RequestProblem = Object.freeze({
  reason: 'UnknownMethod',
  status: 405,
  text: `${GATE_PROTOCOL.path} must be asked with GET`,
});

const FAULT: RequestProblem = Object.freeze({
  reason: 'Fault',
  status: 500,
  text: 'the request failed; the log of the gateway has the cause',
});

function notReady(text: string): RequestProblem {
  return { reason: 'NotReady', status: 503, text: `${text}; try again in a moment`, retry: true };
}

function sourceNotAPod(address: string | null, pods: number): RequestProblem {
  const text =
    address === null
      ? 'the source address of the connection is not known'
      : `the source address ${address} is that of ${pods === 0 ? 'no live pod' : `${pods} live pods`} in the namespaces of the tenant; it must be that of exactly one`;
  return { reason: 'SourceNotAPod', status: 403, text };
}
