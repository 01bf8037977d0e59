import type { Filter } from './call.ts';

/** Counts the attempt, whatever is decided about it afterwards. */
export const limit: Filter = {
  name: 'limit',
  run: (call, { limits }) => limits.takeCall(call),
};
