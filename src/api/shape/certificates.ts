import { z } from 'zod';

/** Certificates in PEM, in base64 on one line, as a `caBundle` of Kubernetes has them. */
export const caBundle = () =>
  z
    .string()
    .min(1)
    .max(65_536)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64 on one line');
