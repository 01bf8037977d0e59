import { z } from 'zod';

/** A SHA-256 digest as container registries write it. */
export const sha256Digest = () =>
  z
    .string()
    .max(71)
    .regex(/^sha256:[0-9a-f]{64}$/, 'must be "sha256:" and 64 lower-case hexadecimal digits');

/** A SHA-256 in lower-case hexadecimal digits. */
export const sha256Hex = () =>
  z
    .string()
    .max(64)
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');
