import { z } from 'zod';

const LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
// The last label starts with a letter. A host whose last label is a number is an IPv4 address to every URL parser
// (WHATWG URL, "ends in a number"), so this is what keeps address literals out.
const TOP = '[a-z]([-a-z0-9]{0,61}[a-z0-9])?';
const NAME = `${LABEL}(\\.${LABEL})*\\.${TOP}`;

/** An exact host name: lower case, at least two labels, never an address. */
export const hostName = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(
      new RegExp(`^${NAME}$`),
      'must be a host name in lower case with at least two parts, such as "api.example.com", and not an address',
    );

/** A host name, or `*.` and a host name for every name below it and not the name itself. */
export const hostPattern = () =>
  z
    .string()
    .min(1)
    .max(253)
    .regex(
      new RegExp(`^(\\*\\.)?${NAME}$`),
      'must be a host name in lower case with at least two parts, such as "api.example.com", or "*." and a host name, and not an address',
    );

/** An https URL with a host name, an optional port and a path without `.`, `..`, empty or encoded segments. */
export const baseURL = () =>
  z
    .string()
    .min(1)
    .max(512)
    .regex(
      new RegExp(
        `^https://${NAME}(:[1-9][0-9]{0,4})?(/([A-Za-z0-9_~-][A-Za-z0-9._~-]*|\\.[A-Za-z0-9_~-]+))*$`,
      ),
      'must be an https URL with a host name, such as "https://api.example.com/v1", without a user, a query, ".." or a closing "/"',
    );

/** A TCP port. */
export const port = () => z.int().min(1).max(65_535);
