import { PROXY_SECRET } from '../../../api/names.ts';
import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { findCredential, holdsNoCredential } from '../credential-shapes.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { HANDLERS } from '../../pod/handlers.ts';
import type { EnvironmentVariable } from '../../pod/pod.ts';
import { type ContainerView, containerField, type PodSubject } from '../../pod/pod-subject.ts';
import { findVolume } from '../shadowed-paths.ts';
import { show } from '../../../lib/show.ts';

const ALL = ['Container', 'InitContainer', 'EphemeralContainer'] as const;
const NO_CREDENTIAL_IN_WORDS = `all(word, ${holdsNoCredential('word')})`;
const WORDS_OF_HANDLERS = [
  ...HANDLERS.map(({ inCel }) => `c.?${inCel}.?exec.?command.orValue([])`),
  ...HANDLERS.map(({ inCel }) => `c.?${inCel}.?httpGet.?httpHeaders.orValue([]).map(header, header.value)`),
].join(' + ');
const OWN_SECRET = `(e.name == '${PROXY_SECRET.environmentVariable}' && e.valueFrom.secretKeyRef.?name.orValue('').startsWith('${PROXY_SECRET.prefix}') && e.valueFrom.secretKeyRef.key == '${PROXY_SECRET.key}')`;
const IS_OWN_FILE =
  'object.spec.?volumes.orValue([]).exists(v, v.name == e.valueFrom.fileKeyRef.volumeName && has(v.emptyDir))';

/**
 * No secret may reach a container through its environment or its command line.
 *
 * Fields: `env`, `envFrom`, `command` and `args` of every container, in all three lists, and the commands and headers of
 * its probes and hooks.
 * Allowed: `CLOISTER_PROXY_SECRET` from key `secret` of a Secret `cloister-proxy-*`; `fileKeyRef` (KEP-3721) from an
 * `emptyDir`, which holds only what the pod wrote; literal values that have no shape of a credential. What is found is
 * told by shape and length, never by its value.
 */
export const environmentSecrets: Check = {
  name: 'environment-secrets',
  summary: 'No container has a secret in its environment or command line but the one for the gateway.',
  rationale:
    'The agent reads its own environment in its first call, every process inherits it, and a literal value stands in the manifest, in etcd and in every backup.',
  fields: [
    'spec.containers[*].env',
    'spec.containers[*].envFrom',
    'spec.containers[*].command',
    'spec.containers[*].args',
    ...HANDLERS.flatMap(({ field }) =>
      ['exec.command', 'httpGet.httpHeaders'].map((list) => `spec.containers[*].${field}.${list}`),
    ),
  ],
  positions: ALL,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    {
      each: ALL,
      expression: `!has(c.env) || c.env.all(e, !has(e.valueFrom) ? !has(e.value) || ${holdsNoCredential('e.value')} : has(e.valueFrom.secretKeyRef) ? ${OWN_SECRET} : !has(e.valueFrom.fileKeyRef) || ${IS_OWN_FILE})`,
    },
    { each: ALL, expression: '!has(c.envFrom) || c.envFrom.all(e, !has(e.secretRef))' },
    { each: ALL, expression: `!has(c.command) || c.command.${NO_CREDENTIAL_IN_WORDS}` },
    { each: ALL, expression: `!has(c.args) || c.args.${NO_CREDENTIAL_IN_WORDS}` },
    {
      each: ALL,
      expression: `!(has(c.lifecycle) || has(c.livenessProbe) || has(c.readinessProbe) || has(c.startupProbe)) || (${WORDS_OF_HANDLERS}).${NO_CREDENTIAL_IN_WORDS}`,
    },
  ],
  evaluate: (subject) => {
    let findings: Finding[] | null = null;
    for (const view of subject.containers) {
      const env = view.container.env ?? [];
      for (let index = 0; index < env.length; index++) {
        const variable = env[index];
        if (variable) {
          findings = judgeVariable(findings, variable, { subject, view, index });
        }
      }
      const sources = view.container.envFrom ?? [];
      for (let index = 0; index < sources.length; index++) {
        const secret = sources[index]?.secretRef;
        if (!secret) continue;
        const found = `Secret ${show(secret.name)}`;
        findings = collectFinding(findings, secretFinding(view, `envFrom[${index}].secretRef`, found));
      }
      const { command, args } = view.container;
      findings = judgeWords(findings, view, 'command', command);
      findings = judgeWords(findings, view, 'args', args);
      findings = judgeHandlers(findings, view);
    }
    return findings ?? NO_FINDINGS;
  },
};

function judgeVariable(
  findings: Finding[] | null,
  variable: EnvironmentVariable,
  at: {
    readonly subject: PodSubject;
    readonly view: ContainerView;
    readonly index: number;
  },
): Finding[] | null {
  const { subject, view, index } = at;
  const { value, valueFrom } = variable;
  const shape = value ? findCredential(value) : null;
  if (shape !== null) {
    return collectFinding(findings, literalFinding(view, `env[${index}].value`, shape, value?.length ?? 0));
  }
  if (valueFrom === undefined || valueFrom === null) return findings;
  let all = findings;
  if (valueFrom.secretKeyRef && !isProxySecret(variable)) {
    const { name, key } = valueFrom.secretKeyRef;
    const found = `key ${show(key)} of Secret ${show(name)}`;
    all = collectFinding(all, secretFinding(view, `env[${index}].valueFrom.secretKeyRef`, found));
  }
  const file = valueFrom.fileKeyRef;
  if (file && !findVolume(subject, file.volumeName)?.emptyDir) {
    const found = `a file of volume ${show(file.volumeName)}`;
    all = collectFinding(all, secretFinding(view, `env[${index}].valueFrom.fileKeyRef`, found));
  }
  return all;
}

function isProxySecret({ name, valueFrom }: EnvironmentVariable): boolean {
  const from = valueFrom?.secretKeyRef;
  return (
    name === PROXY_SECRET.environmentVariable &&
    from?.key === PROXY_SECRET.key &&
    (from.name ?? '').startsWith(PROXY_SECRET.prefix)
  );
}

/** A probe or a hook is a command line too, and its headers are as readable in the manifest. */
function judgeHandlers(findings: Finding[] | null, view: ContainerView): Finding[] | null {
  let all = findings;
  for (const { field, of } of HANDLERS) {
    const handler = of(view.container);
    if (!handler) continue;
    all = judgeWords(all, view, `${field}.exec.command`, handler.exec?.command);
    const values = handler.httpGet?.httpHeaders?.map(({ value }) => value ?? '');
    all = judgeWords(all, view, `${field}.httpGet.httpHeaders`, values);
  }
  return all;
}

function judgeWords(
  findings: Finding[] | null,
  view: ContainerView,
  field: string,
  words: readonly string[] | undefined,
): Finding[] | null {
  if (!words) return findings;
  let all = findings;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const shape = findCredential(word);
    if (shape === null) continue;
    all = collectFinding(all, literalFinding(view, `${field}[${index}]`, shape, word.length));
  }
  return all;
}

function literalFinding(view: ContainerView, field: string, shape: string, length: number): Finding {
  return {
    container: view.container.name ?? '',
    field: containerField(view, field),
    found: `${shape}, in ${length} characters that are not repeated here`,
    required: 'no credential',
    fix: 'Remove it, revoke it, and let the gateway attach it: name it under credentials of the AgentRole.',
  };
}

function secretFinding(view: ContainerView, field: string, found: string): Finding {
  return {
    container: view.container.name ?? '',
    field: containerField(view, field),
    found,
    required: `only ${PROXY_SECRET.environmentVariable} from key ${PROXY_SECRET.key} of a Secret ${PROXY_SECRET.prefix}*`,
    fix: 'Remove it, and let the gateway attach the credential: name it under credentials of the AgentRole.',
  };
}
