import type { Check, Finding } from '../check.ts';
import { findInContainers, NO_FINDINGS } from '../find-in-containers.ts';
import {
  type ImagePattern,
  type ImageReference,
  matchesRepository,
  parseImage,
} from '../../roles/image-pattern.ts';
import { type ContainerView, containerField } from '../../pod/pod-subject.ts';
import type { RolePolicy } from '../../roles/role-policy.ts';
import { show } from '../../../lib/show.ts';

/**
 * Every container must run an image of its role, pinned by digest where the role asks for it.
 *
 * Field: `spec.{containers,initContainers,ephemeralContainers}[*].image`.
 * Allowed: a repository of the role's `images`; with `digest: Required` only by `@sha256:…`. The start gate is known by
 * its digest, wherever it is pulled from, and judged by `start-gate`.
 */
export const imagePolicy: Check = {
  name: 'image-policy',
  summary: 'Every image is from a repository of the role, and pinned by digest where the role asks for it.',
  rationale:
    'The image is the code that runs with the role. A tag can be moved to other code after it was reviewed; a digest can not.',
  fields: ['spec.containers[*].image'],
  positions: ['Container', 'InitContainer', 'EphemeralContainer'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: (subject, { role, configuration }) =>
    role === null
      ? NO_FINDINGS
      : findInContainers(subject, (view) => judge(view, role, configuration.startGateDigests)),
};

function judge(view: ContainerView, role: RolePolicy, startGates: readonly string[]): Finding | null {
  const written = view.container.image ?? '';
  const image = parseImage(written);
  if (image === null) return unreadable(view, written);
  let pinned: ImagePattern | null = null;
  for (const pattern of role.images) {
    if (!matchesRepository(pattern, image.repository)) continue;
    if (!pattern.digestRequired || image.digest !== null) return null;
    pinned = pattern;
  }
  if (image.digest !== null && startGates.includes(image.digest)) return null;
  return pinned === null ? foreign(view, written, role) : unpinned(view, image, written);
}

function unreadable(view: ContainerView, written: string): Finding {
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'image'),
    found: show(written || undefined),
    required: 'repository[:tag]@sha256:digest, in small letters',
    fix: 'Write the image with its registry, for example registry.example.com/team/agent@sha256:….',
  };
}

function foreign(view: ContainerView, written: string, role: RolePolicy): Finding {
  const allowed = role.images.map(({ text }) => text).join(', ');
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'image'),
    found: show(written),
    required: allowed === '' ? `nothing: the role ${role.name} allows no image` : `an image from ${allowed}`,
    fix: `Push the image to a repository of the role ${role.name}, or have its repository added to sandbox.images.`,
  };
}

function unpinned(view: ContainerView, { repository }: ImageReference, written: string): Finding {
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'image'),
    found: show(written),
    required: `${repository}@sha256:digest`,
    fix: `Pin it: "docker buildx imagetools inspect ${show(written)}" (or "crane digest") prints the digest.`,
  };
}
