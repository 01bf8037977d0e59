import { z } from 'zod';
import { formatTime, parseTime } from '../../lib/time.ts';

/** Whether the calendar has the day that a time begins with; `Date` reads the 31st of February as the 3rd of March. */
const isOnCalendar = (text: string): boolean => {
  const day = text.slice(0, 10);
  const midnight = parseTime(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && formatTime(midnight).startsWith(day);
};

/** A time as RFC 3339 writes it, in UTC or with an offset. */
export const time = () =>
  z
    .string()
    .max(40)
    .regex(
      /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$/,
      'must be a time in the form of RFC 3339, such as "2027-01-31T12:00:00Z"',
    )
    .refine(isOnCalendar, 'must be a day of the calendar')
    .meta({ format: 'date-time' });

/** A length of time in whole seconds. */
export const seconds = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);
