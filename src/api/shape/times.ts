import { z } from 'zod';

/** A time as RFC 3339 writes it, in UTC or with an offset. */
export const time = () =>
  z
    .string()
    .max(40)
    .regex(
      /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$/,
      'must be a time in the form of RFC 3339, such as "2027-01-31T12:00:00Z"',
    )
    .meta({ format: 'date-time' });

/** A length of time in whole seconds. */
export const seconds = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);
