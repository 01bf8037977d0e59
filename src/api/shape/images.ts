import { z } from 'zod';

// The registry is always written: a short name is looked up wherever the node's configuration says.
const REGISTRY =
  '([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+|localhost)(:[1-9][0-9]{0,4})?';
const COMPONENT = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*';

/** A repository with its registry; a closing `/*` stands for every repository below it. */
export const imageRepository = () =>
  z
    .string()
    .min(1)
    .max(255)
    .regex(
      new RegExp(`^${REGISTRY}(/${COMPONENT})*(/${COMPONENT}|/\\*)$`),
      'must be a repository with its registry and without a tag, such as "ghcr.io/acme/agent", or a prefix and "/*"',
    );

/** An image with its registry, and a tag, a digest or both. */
export const imageReference = () =>
  z
    .string()
    .min(1)
    .max(512)
    .regex(
      new RegExp(`^${REGISTRY}(/${COMPONENT})+(:[A-Za-z0-9_][-A-Za-z0-9._]{0,127})?(@sha256:[0-9a-f]{64})?$`),
      'must be an image with its registry, such as "ghcr.io/acme/agent:1.2", and a whole digest where it has one',
    );
