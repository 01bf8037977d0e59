import type { KubeObject } from '../kube/kube-object.ts';
import { singleLine } from '../lib/single-line.ts';
import { formatMicroTime } from './lease-object.ts';

/** What an Event says about an object. */
export interface EventFacts {
  /** The object, as it was read: with its apiVersion, kind, name, uid. */
  readonly regarding: KubeObject;
  readonly type: 'Normal' | 'Warning';
  /** Why the action was taken, in CamelCase; machines read it. */
  readonly reason: string;
  /** What was done or failed, in CamelCase, such as `CreatePod`. */
  readonly action: string;
  /** One sentence for people. */
  readonly note: string;
}

/** An `events.k8s.io/v1` Event. */
export interface KubeEvent extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly action: string;
  readonly reason: string;
  readonly regarding: ObjectReference;
  readonly note: string;
  readonly type: 'Normal' | 'Warning';
  readonly series?: EventSeries;
}

export interface EventSeries {
  readonly count: number;
  /** MicroTime. */
  readonly lastObservedTime: string;
}

interface ObjectReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
}

/** Who reports it, and when. */
export interface EventStamp {
  readonly reportingController: string;
  /** The name of the pod. */
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** In [0, 1); makes the name unique among the replicas. */
  readonly random: number;
}

// The API server rejects longer ones: ValidateEventCreate of pkg/apis/core/validation/events.go.
const MAX_NOTE_BYTES = 1_024;
const MAX_WORD_CHARACTERS = 128;

/** Events about an object without a namespace are kept in this one; the API server rejects any other. */
const NAMESPACE_OF_CLUSTER_SCOPE = 'default';

export function buildEvent(facts: EventFacts, stamp: EventStamp): KubeEvent {
  const { regarding, type, reason, action, note } = facts;
  const { name = '', namespace, uid } = regarding.metadata;
  return {
    metadata: {
      name: eventName(name, stamp),
      namespace: namespace ?? NAMESPACE_OF_CLUSTER_SCOPE,
    },
    eventTime: formatMicroTime(stamp.now),
    reportingController: stamp.reportingController,
    reportingInstance: stamp.instance.slice(0, MAX_WORD_CHARACTERS),
    action: action.slice(0, MAX_WORD_CHARACTERS),
    reason: reason.slice(0, MAX_WORD_CHARACTERS),
    regarding: { apiVersion: regarding.apiVersion, kind: regarding.kind, namespace, name, uid },
    note: boundNote(note),
    type,
  };
}

/** A note on one line of at most 1,024 bytes; one that is cut ends with `…`. */
export function boundNote(note: string): string {
  const line = singleLine(note);
  if (Buffer.byteLength(line) <= MAX_NOTE_BYTES) return line;
  const end = '…';
  const bytes = Buffer.from(line).subarray(0, MAX_NOTE_BYTES - Buffer.byteLength(end));
  // A character that was cut in two decodes to one replacement character.
  return `${bytes.toString('utf8').replace(/\uFFFD$/u, '')}${end}`;
}

/** A DNS subdomain of at most 253 characters that begins with the object's name, as those of client-go do. */
function eventName(name: string, { now, random }: EventStamp): string {
  const time = Math.floor(now).toString(16);
  const salt = Math.floor(random * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
  return `${name.slice(0, 200).replace(/[.-]+$/, '')}.${time}${salt}`;
}
