import type { Filter } from './call.ts';

/** Asks the DNS, for the first time in the call: a name that is refused is never asked for. */
export const resolveAddress: Filter = {
  name: 'address',
  run: (call) => call.operation.resolve(call),
};
