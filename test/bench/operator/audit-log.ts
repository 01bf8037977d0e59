import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATOR_USER } from '../../../src/api/names.ts';

/** One request that the API server answered, as its audit log has it. */
export interface AuditedRequest {
  readonly verb: string;
  /** With its query. */
  readonly path: string;
  readonly userAgent: string;
  /** Plural, with the subresource: `pods`, `agentsandboxes/status`. */
  readonly resource: string;
  readonly status: number;
  /** What was sent; of writes alone. */
  readonly body: object | undefined;
}

/** What the API server notes of the operator's requests. */
export interface AuditLog {
  /** Flags of kube-apiserver. */
  readonly flags: readonly string[];
  /** The requests of the operator that were answered since the last call. Of a watch its beginning counts. */
  readonly take: () => readonly AuditedRequest[];
}

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'Request', users: [OPERATOR_USER], verbs: WRITES },
    { level: 'Metadata', users: [OPERATOR_USER] },
    { level: 'None' },
  ],
};

/** More than one run writes, so that no part of the log is moved away while it is read. */
const MAX_MEGABYTES = 10_000;

/** Prepares an audit log in a folder, for a kube-apiserver that is still to be started. */
export function createAuditLog(folder: string): AuditLog {
  const policy = join(folder, 'audit-policy.json');
  const log = join(folder, 'audit.log');
  writeFileSync(policy, JSON.stringify(POLICY));
  writeFileSync(log, '');
  const takeLines = createTail(log);
  return {
    flags: [
      `--audit-policy-file=${policy}`,
      `--audit-log-path=${log}`,
      `--audit-log-maxsize=${MAX_MEGABYTES}`,
    ],
    take: () => takeLines().flatMap(read),
  };
}

/** Returns a function that gives the whole lines that were added to a file since its last call. */
export function createTail(path: string): () => string[] {
  let offset = 0;
  let rest = Buffer.alloc(0);
  return () => {
    const file = openSync(path, 'r');
    const added = Buffer.alloc(fstatSync(file).size - offset);
    offset += readSync(file, added, 0, added.length, offset);
    closeSync(file);
    const all = Buffer.concat([rest, added]);
    const end = all.lastIndexOf('\n') + 1;
    rest = all.subarray(end);
    return all
      .subarray(0, end)
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  };
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code?: number };
  readonly requestObject?: object;
}

function read(line: string): AuditedRequest[] {
  const event = JSON.parse(line) as AuditEvent;
  const { stage, verb, requestURI, objectRef, requestObject } = event;
  // A request that is answered bit by bit is noted at both its ends.
  if (verb === 'watch' ? stage !== 'ResponseStarted' : stage === 'ResponseStarted') return [];
  return [
    {
      verb,
      path: requestURI,
      userAgent: event.userAgent ?? '',
      resource: [objectRef?.resource ?? '', objectRef?.subresource].filter(Boolean).join('/'),
      status: event.responseStatus?.code ?? 0,
      body: requestObject,
    },
  ];
}

export function isWrite({ verb }: AuditedRequest): boolean {
  return WRITES.includes(verb);
}

/** Counts requests by verb and resource, most first, as `create events 1000`. */
export function tally(requests: readonly AuditedRequest[]): string {
  const counts = new Map<string, number>();
  for (const { verb, resource, status } of requests) {
    const name = `${verb} ${resource}${status >= 400 ? ` (${status})` : ''}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.length === 0 ? 'none' : sorted.map(([name, count]) => `${name} ${count}`).join(', ');
}
