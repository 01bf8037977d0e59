import { isIP } from 'node:net';
import { GATE_PROTOCOL, type GateAnswer, type GateCanary, type GateTarget } from '../lib/gate-protocol.ts';
import { isRecord } from '../lib/is-record.ts';
import { show } from '../lib/show.ts';
import { singleLine } from '../lib/single-line.ts';
import { UnrecoverableError } from './unrecoverable-error.ts';

/** Parses the body of the gateway's answer. Throws an {@link UnrecoverableError} that names the field and what was found. */
export function parseAnswer(body: string): GateAnswer {
  const answer = parseJson(body);
  if (!isRecord(answer)) throw malformed('the answer', answer, 'a JSON object');
  const { format, nodePorts, targets, canary } = answer;
  if (format !== GATE_PROTOCOL.format) throw malformed('format', format, `${GATE_PROTOCOL.format}`);
  if (nodePorts !== 'Refuse' && nodePorts !== 'Report') {
    throw malformed('nodePorts', nodePorts, '"Refuse" or "Report"');
  }
  if (!Array.isArray(targets)) throw malformed('targets', targets, 'a list');
  const { maxTargets } = GATE_PROTOCOL;
  if (targets.length === 0 || targets.length > maxTargets) {
    throw malformed('targets', `${targets.length} entries`, `a list of 1 to ${maxTargets} entries`);
  }
  return {
    format,
    nodePorts,
    targets: targets.map((target, index) => parseTarget(target, `targets[${index}]`)),
    canary: parseEndpoint(canary, 'canary'),
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw malformed('the answer', body, 'JSON');
  }
}

function parseTarget(value: unknown, field: string): GateTarget {
  const endpoint = parseEndpoint(value, field);
  const { name, protocol, onOwnNode } = value as Record<string, unknown>;
  const isName = typeof name === 'string' && name !== '' && name.length <= GATE_PROTOCOL.maxNameCharacters;
  if (!isName) {
    throw malformed(`${field}.name`, name, `a text of 1 to ${GATE_PROTOCOL.maxNameCharacters} characters`);
  }
  if (protocol !== 'TCP' && protocol !== 'UDP')
    throw malformed(`${field}.protocol`, protocol, '"TCP" or "UDP"');
  if (onOwnNode !== undefined && typeof onOwnNode !== 'boolean')
    throw malformed(`${field}.onOwnNode`, onOwnNode, 'true or false');
  return { name, ...endpoint, protocol, ...(onOwnNode === true ? { onOwnNode } : {}) };
}

function parseEndpoint(value: unknown, field: string): GateCanary {
  if (!isRecord(value)) throw malformed(field, value, 'an object');
  const { address, port } = value;
  // Never a name: the pod has no DNS, so a name that does not resolve would look closed.
  if (typeof address !== 'string' || isIP(address) === 0) {
    throw malformed(`${field}.address`, address, 'an IP address');
  }
  const isPort = typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;
  if (!isPort) throw malformed(`${field}.port`, port, 'a whole number from 1 to 65535');
  return { address, port };
}

function malformed(field: string, found: unknown, required: string): UnrecoverableError {
  return new UnrecoverableError(
    `the gateway's answer is not one of ${GATE_PROTOCOL.path}: ${field} is ${singleLine(show(found))}; it must be ${required}`,
  );
}
