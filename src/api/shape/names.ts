import { z } from 'zod';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** A DNS label (RFC 1123): the name of a namespace, a Service, a credential or an upstream. */
export const dnsLabel = () =>
  z
    .string()
    .min(1)
    .max(63)
    .regex(new RegExp(`^${LABEL}$`));

/** The name of a role, sandbox or tenant: a DNS label of at most 52 characters, so that names built from it fit in 63. */
export const ownerName = () =>
  z
    .string()
    .min(1)
    .max(52)
    .regex(new RegExp(`^${LABEL}$`));

/** A DNS subdomain (RFC 1123): the name of most Kubernetes objects. */
export const dnsSubdomain = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(new RegExp(`^${LABEL}(\\.${LABEL})*$`));

/** The name of a tool, as tool protocols allow it. */
export const toolName = () =>
  z
    .string()
    .min(1)
    .max(128)
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/);

/** The key of a Secret or ConfigMap. */
export const dataKey = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(/^[-._a-zA-Z0-9]+$/);

/** An identifier of a database object that needs no quoting. */
export const databaseIdentifier = () =>
  z
    .string()
    .min(1)
    .max(63)
    .regex(/^[a-z_][a-z0-9_]*$/);

/** The name of a user or group as the API server knows it. */
export const subjectName = () =>
  z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^ \p{Cc}]+$/u);

/** The UID of an object. */
export const objectUID = () =>
  z
    .string()
    .min(1)
    .max(64)
    .regex(/^[-a-zA-Z0-9]+$/);
