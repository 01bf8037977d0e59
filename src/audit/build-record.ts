import type { AuditEvent, AuditRecordInput } from './audit-record-input.ts';
import { type AuditRecord, MAX_LISTED, MAX_TEXT, OCSF_VERSION } from './audit-record.ts';

type Unmapped = AuditRecord['unmapped'];

/** What a record says beside what its caller knows. */
export interface RecordFrame {
  /** The tenant; null where an admission is of none. */
  readonly tenant: string | null;
  /** The program, as the service whose operation it is. */
  readonly service: string;
  readonly phase: Unmapped['phase'];
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly arguments?: Unmapped['arguments'];
}

const CONNECTION_CLASS = 4001;
const API_CLASS = 6003;

/** Activities of API Activity; those that are not listed are 99, Other. */
const ACTIVITIES: Partial<Readonly<Record<AuditEvent, number>>> = {
  CredentialGiven: 1,
  Fetch: 2,
  Contained: 3,
  Released: 3,
  CredentialTaken: 4,
  WipeCredentials: 4,
};
const OTHER = 99;

/** Activities of Network Activity. */
const ACTIVITY = { open: 1, close: 2, fail: 4, refuse: 5 } as const;

/** Builds the record of an event, without its place in a chain. Pure: times and recorded arguments are given. */
export function buildRecord(input: AuditRecordInput, frame: RecordFrame): AuditRecord {
  const { event, decision, outcome, callUID } = input;
  const isAllowed = decision.effect === 'Allow';
  return {
    ...classOf(input, frame),
    ...partiesOf(input),
    action: isAllowed ? 'Allowed' : 'Denied',
    action_id: isAllowed ? 1 : 2,
    activity_name: event,
    disposition: isAllowed ? 'Allowed' : 'Blocked',
    disposition_id: isAllowed ? 1 : 2,
    duration: outcome?.milliseconds === undefined ? undefined : whole(outcome.milliseconds),
    firewall_rule: decision.rule === null ? undefined : { name: limit(decision.rule) },
    http_request: requestOf(input),
    http_response: outcome?.status === undefined ? undefined : { code: outcome.status },
    message: optional(input.message),
    metadata: {
      correlation_uid: limit(callUID),
      event_code: event,
      product: { name: 'Cloister', vendor_name: 'Cloister' },
      profiles: ['security_control'],
      sequence: 0,
      tenant_uid: optional(frame.tenant),
      version: OCSF_VERSION,
    },
    severity_id: event === 'Contained' ? 4 : isAllowed ? 1 : 2,
    status_detail: optional(outcome?.reason ?? decision.reason),
    status_id: statusOf(input, frame),
    time: whole(frame.time),
    traffic: trafficOf(input),
    unmapped: unmappedOf(input, frame),
  };
}

/** The end of an intent that was written too late to be acted upon. */
export function unavailableOutcome({ unmapped, ...record }: AuditRecord): AuditRecord {
  const { arguments: _arguments, ...known } = unmapped;
  return {
    ...record,
    status_id: 2,
    status_detail: 'AuditUnavailable',
    unmapped: { ...known, phase: 'Outcome' },
  };
}

function classOf(input: AuditRecordInput, frame: RecordFrame) {
  const { event, operation } = input;
  if (event === 'Connect') {
    const activity = connectionActivity(input, frame);
    return {
      activity_id: activity,
      category_uid: 4,
      class_uid: CONNECTION_CLASS,
      connection_info: { direction_id: 2, protocol_name: 'tcp' },
      type_uid: CONNECTION_CLASS * 100 + activity,
    } as const;
  }
  const activity = ACTIVITIES[event] ?? OTHER;
  return {
    activity_id: activity,
    api: { operation: limit(operation ?? event), service: { name: frame.service } },
    category_uid: 6,
    class_uid: API_CLASS,
    type_uid: API_CLASS * 100 + activity,
  } as const;
}

function partiesOf(input: AuditRecordInput) {
  const { subject, user } = input;
  const uid = optional(subject.podUID);
  return {
    actor: {
      user: { name: limit(user ?? podName(input) ?? 'unknown'), uid: user === undefined ? uid : undefined },
    },
    dst_endpoint: destinationOf(input),
    resources: resourcesOf(input),
    src_endpoint: { ip: optional(subject.address), name: optional(subject.pod), uid },
  };
}

function unmappedOf(
  { subject, decision, redirectOf, statement, outcome }: AuditRecordInput,
  frame: RecordFrame,
): Unmapped {
  return {
    phase: frame.phase,
    effect: decision.effect,
    level: decision.level ?? undefined,
    redirect_of: optional(redirectOf),
    namespace: optional(subject.namespace),
    sandbox: optional(subject.sandbox),
    sandbox_uid: optional(subject.sandboxUID),
    role: optional(subject.role),
    role_hash: optional(subject.roleHash),
    proof: subject.proof ?? undefined,
    arguments: frame.arguments,
    statement: statement && {
      operations: listed(statement.operations),
      tables: listed(statement.tables),
    },
    rows: outcome?.rows === undefined ? undefined : whole(outcome.rows),
  };
}

function connectionActivity({ decision, outcome }: AuditRecordInput, { phase }: RecordFrame): number {
  if (decision.effect !== 'Allow') return ACTIVITY.refuse;
  if (phase !== 'Outcome') return ACTIVITY.open;
  return outcome?.succeeded === false ? ACTIVITY.fail : ACTIVITY.close;
}

function statusOf({ decision, outcome }: AuditRecordInput, { phase }: RecordFrame): 0 | 1 | 2 {
  if (decision.effect !== 'Allow') return 2;
  if (outcome !== undefined) return outcome.succeeded ? 1 : 2;
  return phase === 'Event' ? 1 : 0;
}

function podName({ subject: { namespace, pod } }: AuditRecordInput): string | null {
  return pod === null ? null : namespace === null ? pod : `${namespace}/${pod}`;
}

function destinationOf({ destination }: AuditRecordInput): AuditRecord['dst_endpoint'] {
  if (destination === undefined) return undefined;
  const { host, port, address } = destination;
  // A port that is refused may be no port at all, for example 65979.
  const isPort = Number.isInteger(port) && port >= 0 && port <= 65_535;
  return { hostname: limit(host), port: isPort ? port : undefined, ip: optional(address) };
}

function requestOf({ request, destination }: AuditRecordInput): AuditRecord['http_request'] {
  if (request === undefined) return undefined;
  const path = request.path.split(/[?#]/u, 1)[0] ?? '';
  return {
    http_method: limit(request.method),
    url: { scheme: 'https', hostname: optional(destination?.host), path: limit(path) },
  };
}

function resourcesOf({ resource }: AuditRecordInput): AuditRecord['resources'] {
  if (resource === undefined) return undefined;
  const { kind, namespace, name, uid } = resource;
  return [{ type: limit(kind), namespace: optional(namespace), name: limit(name), uid: optional(uid) }];
}

function trafficOf({ outcome }: AuditRecordInput): AuditRecord['traffic'] {
  if (outcome?.bytesUp === undefined && outcome?.bytesDown === undefined) return undefined;
  return { bytes_in: whole(outcome.bytesDown ?? 0), bytes_out: whole(outcome.bytesUp ?? 0) };
}

function listed(texts: readonly string[]): string[] {
  return texts.slice(0, MAX_LISTED).map(limit);
}

function optional(text: string | null | undefined): string | undefined {
  return text === null || text === undefined || text === '' ? undefined : limit(text);
}

/** Half a surrogate pair has no form in UTF-8, so the text would not be the one whose hash was taken. */
function limit(text: string): string {
  return text.slice(0, MAX_TEXT).toWellFormed();
}

function whole(amount: number): number {
  return Number.isFinite(amount) ? Math.max(0, Math.round(amount)) : 0;
}
