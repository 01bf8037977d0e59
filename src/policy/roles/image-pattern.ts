/** A repository that a role allows images from; `ghcr.io/acme/*` is everything below `ghcr.io/acme/`. */
export interface ImagePattern {
  /** As the role wrote it, for messages. */
  readonly text: string;
  /** The repository with its registry written out, with a closing `/` where it stands for all below; empty for none. */
  readonly repository: string;
  readonly digestRequired: boolean;
}

/** The parts of an image reference, `repository[:tag][@digest]`, with Docker Hub's short forms written out. */
export interface ImageReference {
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:` and 64 hexadecimal digits, or null. */
  readonly digest: string | null;
}

// The grammar of distribution/reference v0.6.0, but for registries in capitals, IPv6 literals and digests other than
// SHA-256: those are refused, since the same repository would then have two names.
const HOST = String.raw`(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::[0-9]+)?`;
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${HOST}(?:/${COMPONENT})+$`);
const REGISTRY = new RegExp(`^${HOST}$`);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
// A bare image identifier would be taken for a digest by some runtimes and for a name by others.
const IDENTIFIER = /^[0-9a-f]{64}$/;
// An image reference may be no longer than this; the repository's own limit is 255.
const MAX_REPOSITORY_CHARACTERS = 255;

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
  const tag = colon < 0 ? null : named.slice(colon + 1);
  if (tag !== null && !TAG.test(tag)) return null;
  const repository = readRepository(colon < 0 ? named : named.slice(0, colon));
  return repository === null ? null : { repository, tag, digest };
}

function readRepository(written: string): string | null {
  const normal = normalise(written);
  const isValid =
    !IDENTIFIER.test(written) && normal.length <= MAX_REPOSITORY_CHARACTERS && REPOSITORY.test(normal);
  return isValid ? normal : null;
}

/** Reads an entry of a role's list of images. What is neither a repository nor a tree of them matches nothing. */
export function compileImagePattern(text: string, digestRequired: boolean): ImagePattern {
  const isTree = text.endsWith('/*');
  const root = isTree ? normalise(text).slice(0, -2) : normalise(text);
  const isValid = REPOSITORY.test(root) || (isTree && REGISTRY.test(root));
  if (!isValid) return { text, repository: '', digestRequired };
  return { text, repository: isTree ? `${root}/` : root, digestRequired };
}

/** Whether a repository is one that the pattern names. A trailing `/*` spans any depth; nothing else is a wildcard. */
export function matchesRepository({ repository }: ImagePattern, candidate: string): boolean {
  return repository.endsWith('/') ? candidate.startsWith(repository) : candidate === repository;
}

function normalise(repository: string): string {
  const slash = repository.indexOf('/');
  if (slash < 0) return `docker.io/library/${repository}`;
  const first = repository.slice(0, slash);
  if (first !== 'docker.io' && first !== 'index.docker.io') {
    const hasRegistry = first.includes('.') || first.includes(':') || first === 'localhost';
    return hasRegistry ? repository : `docker.io/${repository}`;
  }
  const rest = repository.slice(slash + 1);
  // `docker.io/*` is the whole of Docker Hub, not only its official images.
  return rest.includes('/') || rest === '*' ? `docker.io/${rest}` : `docker.io/library/${rest}`;
}
