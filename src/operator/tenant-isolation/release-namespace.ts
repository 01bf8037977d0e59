import { ANNOTATION, LABEL } from '../../api/names.ts';
import { resources } from '../../kube/resources.ts';
import type { Attempts } from './attempts.ts';
import { findLeft, type LeftObjects, type MadeObject, readLeft } from './left-objects.ts';
import type { Release } from './plan-enrolment.ts';
import type { TenantContext } from './tenant-context.ts';
import { namespaceEvent } from './tenant-events.ts';

/**
 * What to do next in a namespace that is released. `Wait`: something is there that another reconciler takes away. `Delete`: objects are still there. `TakeLabel`: nothing is left but the label.
 */
export type ReleaseStep =
  | { readonly step: 'Wait'; readonly left: readonly string[] }
  | { readonly step: 'Delete'; readonly objects: readonly MadeObject[] }
  | { readonly step: 'TakeLabel' };

/** Decides the next step: what closes the network goes last, and the label by which the operator may write at the very end. */
export function planRelease({ sandboxObjects, sharedSecrets, policies, others }: LeftObjects): ReleaseStep {
  const left = [...sandboxObjects, ...sharedSecrets];
  if (left.length > 0) return { step: 'Wait', left };
  if (others.length > 0) return { step: 'Delete', objects: others };
  if (policies.length > 0) return { step: 'Delete', objects: policies };
  return { step: 'TakeLabel' };
}

/**
 * Takes the next step of a release. The events of what it does lead to the one after. Before the label goes the API server is
 * asked: without it nothing can be taken away any more, and the caches may be late. Returns whether that found more than these.
 */
export async function releaseNamespace(
  release: Release,
  context: TenantContext,
  { attempt }: Attempts,
): Promise<boolean> {
  const { client, events, logger, caches } = context;
  const { namespace, resourceVersion } = release;
  const known = planRelease(findLeft(namespace, caches));
  const isAsked = known.step === 'TakeLabel';
  const left = isAsked ? await attempt(() => readLeft(namespace, client)) : undefined;
  if (isAsked && left === undefined) return true;
  const next = left === undefined ? known : planRelease(left);
  if (next.step === 'Wait') {
    logger.info({ namespace, left: next.left.length }, 'waiting until the sandboxes have ended');
  } else if (next.step === 'Delete') {
    const present = next.objects.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
    await Promise.all(
      present.map(({ resource, object: { metadata } }) =>
        attempt(async () => {
          const name = metadata.name ?? '';
          logger.info({ kind: resource.kind, namespace, name }, 'object deleted');
          await client.delete(resource, { namespace, name }, { uid: metadata.uid });
        }),
      ),
    );
  } else {
    await attempt(async () => {
      logger.info({ namespace }, 'namespace released');
      const found = caches.namespaces.get(undefined, namespace)?.metadata ?? { name: namespace };
      const tenant = found.labels?.[LABEL.tenant] ?? '';
      const labels = { [LABEL.tenant]: null };
      const annotations = { [ANNOTATION.exemptions]: null, [ANNOTATION.annotations]: null };
      const patch = { metadata: { labels, annotations } };
      await client.patch(resources.namespaces, { name: namespace }, patch, { resourceVersion });
      events.record(namespaceEvent(found, { tenant, reason: 'Released' }));
    });
  }
  return isAsked && next.step !== 'TakeLabel';
}
