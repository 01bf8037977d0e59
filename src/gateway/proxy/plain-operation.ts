import { type CallDecision, denyCall } from '../../policy/tools/call-decision.ts';
import type { Operation } from '../pipeline/call.ts';

/**
 * A request that is not CONNECT. It is refused like any other call: identified, counted, recorded. `unreadable` says why it
 * could not be read at all.
 */
export function createPlainOperation(method: string, unreadable: string | null = null): Operation {
  return {
    event: 'Request',
    tool: null,
    malformed: unreadable,
    isReadable: unreadable === null,
    authorize: () => HTTPS_ONLY,
    firstEgressBytes: () => 0,
    takeRoom: () => null,
    resolve: () => null,
    dispatch: null,
    describe: () => ({ operation: method }),
  };
}

const HTTPS_ONLY: CallDecision = denyCall(
  'HTTPSOnly',
  { rule: null, level: 'Gateway' },
  {
    field: 'the request',
    found: 'not CONNECT',
    required: 'must be CONNECT',
    fix: 'Use an https:// URL; the client then sends CONNECT by itself.',
  },
);
