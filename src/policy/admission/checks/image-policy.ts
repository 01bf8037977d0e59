import { show } from '../../../lib/show.ts';
import type { Finding } from '../../decision.ts';
import { EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import {
  type ImagePattern,
  type ImageReference,
  matchesRepository,
  parseImage,
} from '../../roles/image-pattern.ts';
import type { RolePolicy } from '../../roles/role-policy.ts';
import type { Check } from '../check.ts';

/** What a refused image must be, and what to do. */
type ImageFault = Pick<Finding, 'required' | 'fix'>;

const UNREADABLE: ImageFault = {
  required: 'must be an image reference in lowercase, as repository[:tag][@sha256:digest]',
  fix: 'Write the image with its registry, for example registry.example.com/team/agent@sha256:….',
};

/**
 * Every container must run an image of its role, pinned by digest where the role requires it.
 *
 * Field: `spec.{containers,initContainers,ephemeralContainers}[*].image`.
 * Allowed: a repository of the role's `images`, with `digest: Required` only by `@sha256:…`. The start gate is recognised
 * by its digest, from any registry; `start-gate` evaluates it.
 */
export const imagePolicy: Check = {
  name: 'image-policy',
  summary: 'Every image is from a repository of the role, and pinned by digest where the role requires it.',
  rationale:
    'The image is the code that runs with the role. A tag can be moved to other code after a review; a digest cannot.',
  fields: ['spec.containers[*].image'],
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: ({ containers }, { role, configuration }, report) => {
    if (role === null) return;
    for (const view of containers) {
      const image = view.container.image ?? '';
      const fault = evaluateImage(image, role, configuration.startGateDigests);
      if (fault === null) continue;
      report({ ...inContainer(view, 'image'), found: show(image || undefined), ...fault });
    }
  },
};

function evaluateImage(text: string, role: RolePolicy, startGates: readonly string[]): ImageFault | null {
  const image = parseImage(text);
  if (image === null) return UNREADABLE;
  const patterns = role.images.filter((pattern) => matchesRepository(pattern, image.repository));
  if (patterns.some((pattern) => isPinned(image, pattern))) return null;
  if (image.digest !== null && startGates.includes(image.digest)) return null;
  return patterns.length === 0 ? foreign(role) : unpinned(text, image);
}

function isPinned({ digest }: ImageReference, { digestRequired }: ImagePattern): boolean {
  return !digestRequired || digest !== null;
}

function foreign({ name, images }: RolePolicy): ImageFault {
  if (images.length === 0) {
    return {
      required: `must be an image of role "${name}", which allows none`,
      fix: `Add the repository of the image to spec.sandbox.images of AgentRole "${name}".`,
    };
  }
  const allowed = images.map(({ text }) => show(text)).join(', ');
  return {
    required: `must be from a repository of role "${name}" (${allowed})`,
    fix: `Push the image to such a repository, or add its own to spec.sandbox.images of AgentRole "${name}".`,
  };
}

function unpinned(text: string, { repository }: ImageReference): ImageFault {
  return {
    required: `must be pinned by digest, as ${repository}@sha256:…`,
    fix: `Append "@" and the digest that "docker buildx imagetools inspect ${text}" or "crane digest ${text}" prints.`,
  };
}
