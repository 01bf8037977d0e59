import { describe, expect, test } from 'vitest';
import { contractWarnings } from '../../../src/policy/admission/warnings.ts';
import { createPodSubject } from '../../../src/policy/pod/pod-subject.ts';
import type { Pod } from '../../../src/policy/pod/pod.ts';
import { buildPod } from '../../build/pod.ts';

const SECRET = 'correct-horse';

function warningsOf(name: string, value: string, prefix = ''): readonly string[] {
  const pod = buildPod(({ spec }) => spec.containers[0].env?.push({ name, value })) as Pod;
  return contractWarnings(createPodSubject(pod, prefix));
}

describe('a literal in a variable whose name promises a credential', () => {
  test.for([
    'DB_PASSWORD',
    'PASSWORD',
    'PGPASSWORD',
    'SMTP_PASSWD',
    'KEY_PASSPHRASE',
    'CLIENT_SECRET',
    'SECRET',
    'OPENAI_API_KEY',
    'API_KEY',
    'APIKEY',
    'apiKey',
    'api-key',
    'GITHUB_TOKEN',
    'TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'DJANGO_SECRET_KEY',
    'SIGNING_PRIVATE_KEY',
    'spring.datasource.password',
  ])('%s draws a warning that names it and does not show it', (name) => {
    const [warning, ...more] = warningsOf(name, SECRET, 'spec.template.');
    expect(more).toEqual([]);
    expect(warning).toContain(
      `container "agent", env "${name}": spec.template.spec.containers[0].env[2].value`,
    );
    expect(warning).not.toContain(SECRET);
    // What the API server passes on of one warning.
    expect(warning?.length).toBeLessThanOrEqual(256);
  });

  test.for([
    'MAX_TOKENS',
    'TOKENS_PER_MINUTE',
    'SECRETS_DIR',
    'PASSWORD_FILE',
    'TOKEN_PATH',
    'TOKENIZERS_PARALLELISM',
    'AWS_ACCESS_KEY_ID',
    'KEY',
    'MONKEY',
    'LOG_LEVEL',
  ])('%s draws none', (name) => {
    expect(warningsOf(name, SECRET)).toEqual([]);
  });

  test.for([
    ['nothing', ''],
    ['the proxy secret', '$(CLOISTER_PROXY_SECRET)'],
    ['the proxy secret in a header', 'Bearer $(CLOISTER_PROXY_SECRET)'],
    ['another variable', '$(FROM_A_FILE)'],
    ['a switch', 'true'],
    ['a credential that is refused', `ghp_${'a1B2'.repeat(9)}`],
  ])('draws none for %s', ([, value = '']) => {
    expect(warningsOf('API_KEY', value)).toEqual([]);
  });

  test.for(['x$(OTHER)', '$(OTHER)x', 'truely'])('draws one for %s', (value) => {
    expect(warningsOf('API_KEY', value)).toHaveLength(1);
  });

  test('draws none where the value comes from elsewhere', () => {
    const pod = buildPod(({ spec }) =>
      spec.containers[0].env?.push({ name: 'API_KEY', valueFrom: {} }),
    ) as Pod;
    expect(contractWarnings(createPodSubject(pod))).toEqual([]);
  });

  test('is looked for in every list of containers, and not without end', () => {
    const env = [{ name: 'TOKEN', value: SECRET }];
    const pod = buildPod(({ spec }) => {
      spec.initContainers[0].env = env;
      spec.containers[0].env = env;
      spec.ephemeralContainers = [{ name: 'debugger', env }];
    }) as Pod;
    expect(contractWarnings(createPodSubject(pod))).toHaveLength(3);
    const many = buildPod(({ spec }) => (spec.containers[0].env = Array(4000).fill(env[0]))) as Pod;
    expect(contractWarnings(createPodSubject(many)).length).toBeLessThan(500);
  });
});
