import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import type { KubeResource } from '../kube/kube-resource.ts';
import { unlessGone } from '../kube/unless-gone.ts';
import type { EventFacts } from './event-object.ts';
import type { EventRecorder } from './events.ts';

/** A status, and the events that report what is new in it. */
export interface StatusChange {
  readonly resource: KubeResource;
  /** With its UID, so that this status never becomes that of a later object of the name. */
  readonly object: KubeObject & { readonly status: object };
  readonly facts: readonly EventFacts[];
}

/** What a status is written with, and where its events are recorded. */
export interface StatusWriting {
  readonly client: Pick<KubeClient, 'applyStatus'>;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly signal: AbortSignal;
}

/** Writes a status and then records its events. Where the object has changed or is gone, neither is done: its own event follows. */
export async function writeStatus(
  { resource, object, facts }: StatusChange,
  { client, events, signal }: StatusWriting,
): Promise<void> {
  if (await unlessGone(client.applyStatus(resource, object, { signal }))) facts.forEach(events.record);
}
