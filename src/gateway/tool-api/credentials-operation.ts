import type { Credentials } from '../../credentials/credentials.ts';
import { allowCall, denyCall } from '../../policy/tools/call-decision.ts';
import type { Operation } from '../pipeline/call.ts';

export interface CredentialsServices {
  readonly credentials: Pick<Credentials, 'wipe'>;
  /** Is given how many credentials were forgotten. */
  readonly onWiped: (count: number) => void;
}

const OF_NO_RULE = { rule: null, level: 'Gateway' } as const;

/** Forgets the credentials of the sandbox that asks. `malformed` is why it cannot be read. */
export function createCredentialsOperation(
  malformed: string | null,
  { credentials, onWiped }: CredentialsServices,
): Operation {
  return {
    event: 'WipeCredentials',
    tool: null,
    malformed,
    isReadable: true,
    authorize: ({ proof, sandboxUID }) =>
      proof === 'Shared' || sandboxUID === null
        ? denyCall('CredentialsWithheld', OF_NO_RULE)
        : allowCall(OF_NO_RULE),
    firstEgressBytes: () => 0,
    takeRoom: () => null,
    resolve: () => null,
    dispatch: ({ caller }) => {
      onWiped(credentials.wipe(caller?.sandboxUID ?? ''));
      return Promise.resolve({ succeeded: true, reason: 'Wiped' });
    },
    describe: () => ({ operation: 'credentials' }),
  };
}
