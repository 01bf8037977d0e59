/** A repository that a role allows images from; `ghcr.io/acme/*` is everything below `ghcr.io/acme/`. */
export interface ImagePattern {
  /** As the role wrote it, for messages. */
  readonly text: string;
  readonly digestRequired: boolean;
}

/** The parts of an image reference, `repository[:tag][@digest]`, with Docker Hub's short forms written out. */
export interface ImageReference {
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:` and 64 hexadecimal digits, or null. */
  readonly digest: string | null;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const REPOSITORY = /^[a-z0-9][a-z0-9.:_/-]*$/;

/**
 * Splits an image reference as the distribution specification does; null where it is none.
 * `node` and `docker.io/node` are both `docker.io/library/node`, because they pull the same image.
 */
export function parseImage(image: string): ImageReference | null {
  const at = image.indexOf('@');
  const digest = at < 0 ? null : image.slice(at + 1);
  if (digest !== null && !DIGEST.test(digest)) return null;
  const named = at < 0 ? image : image.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const repository = normalise(colon < 0 ? named : named.slice(0, colon));
  if (!REPOSITORY.test(repository) || repository.includes('//') || repository.includes('..')) return null;
  return { repository, tag: colon < 0 ? null : named.slice(colon + 1), digest };
}

function normalise(repository: string): string {
  const slash = repository.indexOf('/');
  const first = slash < 0 ? '' : repository.slice(0, slash);
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
  if (!hasHost) return slash < 0 ? `docker.io/library/${repository}` : `docker.io/${repository}`;
  const rest = repository.slice(slash + 1);
  if (first === 'docker.io' || first === 'index.docker.io') {
    return rest.includes('/') ? `docker.io/${rest}` : `docker.io/library/${rest}`;
  }
  return repository;
}

/** Whether a repository is one that the pattern names. A trailing `/*` spans any depth; nothing else is a wildcard. */
export function matchesRepository(pattern: ImagePattern, repository: string): boolean {
  if (pattern.text.endsWith('/*')) return repository.startsWith(pattern.text.slice(0, -1));
  return normalise(pattern.text) === repository;
}
