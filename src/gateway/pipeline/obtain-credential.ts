import type { Filter } from './call.ts';

/** Gets the credential that the agent never sees. What has none that it needs is not done. */
export const obtainCredential: Filter = {
  name: 'credential',
  run: (call) => call.operation.obtainCredential?.(call) ?? null,
};
