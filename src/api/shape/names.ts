import { z } from 'zod';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LABEL_WORDS =
  'must be lower-case letters, digits and "-", and must begin and end with a letter or digit';

/** A DNS label (RFC 1123): the name of a namespace, a Service, a credential or an upstream. */
export const dnsLabel = () =>
  z
    .string()
    .min(1)
    .max(63)
    .regex(new RegExp(`^${LABEL}$`), LABEL_WORDS);

/** The name of a role, sandbox or tenant: a DNS label of at most 52 characters, so that names built from it fit in 63. */
export const ownerName = () =>
  z
    .string()
    .min(1)
    .max(52)
    .regex(new RegExp(`^${LABEL}$`), LABEL_WORDS);

/** A DNS subdomain (RFC 1123): the name of most Kubernetes objects. */
export const dnsSubdomain = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(
      new RegExp(`^${LABEL}(\\.${LABEL})*$`),
      'must be lower-case letters, digits, "-" and ".", and each part between dots must begin and end with a letter or digit',
    );

/** The name of a tool, as tool protocols allow it. */
export const toolName = () =>
  z
    .string()
    .min(1)
    .max(128)
    .regex(
      /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/,
      'must be letters, digits, "_", "-" and ".", and must begin with a letter, a digit or "_"',
    );

/** The key of a Secret or ConfigMap. */
export const dataKey = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(/^[-._a-zA-Z0-9]+$/, 'must be letters, digits, "-", "_" and "."');

/** An identifier of a database object that needs no quoting. */
export const databaseIdentifier = () =>
  z
    .string()
    .min(1)
    .max(63)
    .regex(
      /^[a-z_][a-z0-9_]*$/,
      'must be lower-case letters, digits and "_", and must not begin with a digit',
    );

/** A table with its schema, both identifiers that need no quoting, as in `analytics.orders`. */
export const qualifiedTable = () =>
  z
    .string()
    .min(3)
    .max(127)
    .regex(
      /^[a-z_][a-z0-9_]{0,62}\.[a-z_][a-z0-9_]{0,62}$/,
      'must be a schema and a table in lower case, such as "analytics.orders"',
    );

/** The name of a user or group as the API server knows it. */
export const subjectName = () =>
  z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^ \p{Cc}]+$/u, 'must not contain spaces or control characters');

/** The UID of an object. */
export const objectUID = () =>
  z
    .string()
    .min(1)
    .max(64)
    .regex(/^[-a-zA-Z0-9]+$/, 'must be letters, digits and "-"');
