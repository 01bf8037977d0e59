import type { Filter } from './call.ts';

/** Reads what is decided about with the head of the request. Only who may ask at all has it read. */
export const readBody: Filter = {
  name: 'body',
  run: (call) => call.operation.readBody?.(call) ?? null,
};
