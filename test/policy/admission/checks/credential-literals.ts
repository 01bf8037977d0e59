import type { WritablePod } from '../../../build/pod.ts';
import {
  CREDENTIAL_EXAMPLES,
  CREDENTIAL_NEAR_MISSES,
  URLS_WITH_PASSWORD,
  URLS_WITHOUT_PASSWORD,
} from '../credential-examples.ts';
import type { FailFixture, Fixture } from './fixture.ts';

/** Adds a variable for each value to the agent. */
export function withValues({ spec }: WritablePod, values: readonly string[]): void {
  spec.containers[0].env?.push(...values.map((value, index) => ({ name: `V${index}`, value })));
}

function literal(name: string, value: string): FailFixture {
  return {
    name,
    tweak: (pod) => withValues(pod, [value]),
    fields: ['spec.containers[0].env[2].value'],
  };
}

/** Literal values that are credentials, each in a pod of its own. */
export const CREDENTIAL_LITERALS: readonly FailFixture[] = [
  ...CREDENTIAL_EXAMPLES.map(([name, text]) => literal(`${name}: ${text.slice(0, 40)}`, text)),
  ...URLS_WITH_PASSWORD.map((url) => literal(`a URL with a password: ${url}`, url)),
];

/** A script of 32 KiB with a digest in every line. */
const SCRIPT = `test "$(digest app)" = sha256:${'0a1f'.repeat(16)} || exit 1\n`.repeat(315);

/** Literal values that resemble credentials, together: the API server bounds what one pod may cost. */
export const HARMLESS_LITERALS: readonly Fixture[] = [
  { name: 'URLs without a password', tweak: (pod) => withValues(pod, URLS_WITHOUT_PASSWORD) },
  { name: 'texts that resemble credentials', tweak: (pod) => withValues(pod, CREDENTIAL_NEAR_MISSES) },
  {
    name: 'a long script, and a copy of it in the manifest',
    tweak: (pod) => {
      pod.spec.containers[0].command = ['sh', '-c', SCRIPT];
      pod.metadata.annotations = {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(pod.spec),
      };
    },
  },
];
