import { PROXY_SECRET } from '../../../api/names.ts';
import { show } from '../../../lib/show.ts';
import type { Finding } from '../../decision.ts';
import { HANDLERS } from '../../pod/handlers.ts';
import type { EnvironmentVariable } from '../../pod/pod.ts';
import { type ContainerView, EVERY_CONTAINER, inContainer, type PodSubject } from '../../pod/pod-subject.ts';
import type { Check, Report } from '../check.ts';
import { findCredential, holdsNoCredential } from '../credential-shapes.ts';
import { findVolume } from '../shadowed-paths.ts';

type Place = Pick<Finding, 'container' | 'item' | 'field'>;

const DECLARE =
  'Declare the credential in spec.credentials of the AgentRole; the gateway attaches it to requests.';
const REMOVE = `Remove it. ${DECLARE}`;
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
 * `emptyDir`, which contains only what the pod wrote; literal values without the shape of a credential. Messages give the
 * shape and length of a credential, never its value.
 */
export const environmentSecrets: Check = {
  name: 'environment-secrets',
  summary: 'No container has a secret in its environment or command line, except the one for the gateway.',
  rationale:
    'An agent can read its own environment, and every process inherits it. A literal value is also in the manifest, in etcd and in every backup.',
  fields: [
    'spec.containers[*].env',
    'spec.containers[*].envFrom',
    'spec.containers[*].command',
    'spec.containers[*].args',
    ...HANDLERS.flatMap(({ field }) =>
      ['exec.command', 'httpGet.httpHeaders'].map((list) => `spec.containers[*].${field}.${list}`),
    ),
  ],
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    {
      each: EVERY_CONTAINER,
      expression: `!has(c.env) || c.env.all(e, !has(e.valueFrom) ? !has(e.value) || ${holdsNoCredential('e.value')} : has(e.valueFrom.secretKeyRef) ? ${OWN_SECRET} : !has(e.valueFrom.fileKeyRef) || ${IS_OWN_FILE})`,
    },
    { each: EVERY_CONTAINER, expression: '!has(c.envFrom) || c.envFrom.all(e, !has(e.secretRef))' },
    { each: EVERY_CONTAINER, expression: `!has(c.command) || c.command.${NO_CREDENTIAL_IN_WORDS}` },
    { each: EVERY_CONTAINER, expression: `!has(c.args) || c.args.${NO_CREDENTIAL_IN_WORDS}` },
    {
      each: EVERY_CONTAINER,
      expression: `!(has(c.lifecycle) || has(c.livenessProbe) || has(c.readinessProbe) || has(c.startupProbe)) || (${WORDS_OF_HANDLERS}).${NO_CREDENTIAL_IN_WORDS}`,
    },
  ],
  evaluate: (subject, _context, report) => {
    for (const view of subject.containers) {
      evaluateVariables(view, subject, report);
      evaluateSources(view, report);
      const { command, args } = view.container;
      evaluateWords(view, 'command', command, report);
      evaluateWords(view, 'args', args, report);
      evaluateHandlers(view, report);
    }
  },
};

function evaluateVariables(view: ContainerView, subject: PodSubject, report: Report): void {
  for (const [index, variable] of (view.container.env ?? []).entries()) {
    const locate = (field: string): Place => ({
      ...inContainer(view, `env[${index}].${field}`),
      item: `env "${variable.name ?? ''}"`,
    });
    evaluateText(variable.value, () => locate('value'), report);
    const { secretKeyRef, fileKeyRef } = variable.valueFrom ?? {};
    if (secretKeyRef && !isProxySecret(variable)) {
      report({
        ...locate('valueFrom.secretKeyRef'),
        found: show(secretKeyRef),
        required: `must not be set, except in env "${PROXY_SECRET.environmentVariable}" for key "${PROXY_SECRET.key}" of a Secret named "${PROXY_SECRET.prefix}*"`,
        fix: REMOVE,
      });
    }
    if (fileKeyRef && !findVolume(subject, fileKeyRef.volumeName)?.emptyDir) {
      report({
        ...locate('valueFrom.fileKeyRef'),
        found: show(fileKeyRef),
        required: 'must name a volume of type emptyDir',
        fix: 'Read the variable from a file in an emptyDir, or set its value. Credentials belong in spec.credentials of the AgentRole.',
      });
    }
  }
}

function isProxySecret({ name, valueFrom }: EnvironmentVariable): boolean {
  const from = valueFrom?.secretKeyRef;
  return (
    name === PROXY_SECRET.environmentVariable &&
    from?.key === PROXY_SECRET.key &&
    (from.name ?? '').startsWith(PROXY_SECRET.prefix)
  );
}

function evaluateSources(view: ContainerView, report: Report): void {
  for (const [index, { secretRef }] of (view.container.envFrom ?? []).entries()) {
    if (!secretRef) continue;
    report({
      ...inContainer(view, `envFrom[${index}].secretRef`),
      found: show(secretRef),
      required: 'must not be set',
      fix: REMOVE,
    });
  }
}

/** The manifest shows the commands of probes and hooks, and the headers, to the same readers as the environment. */
function evaluateHandlers(view: ContainerView, report: Report): void {
  for (const { field, of } of HANDLERS) {
    const handler = of(view.container);
    if (!handler) continue;
    evaluateWords(view, `${field}.exec.command`, handler.exec?.command, report);
    for (const [index, { name, value }] of (handler.httpGet?.httpHeaders ?? []).entries()) {
      const locate = (): Place => ({
        ...inContainer(view, `${field}.httpGet.httpHeaders[${index}]`),
        item: `header "${name ?? ''}"`,
      });
      evaluateText(value, locate, report);
    }
  }
}

function evaluateWords(
  view: ContainerView,
  field: string,
  words: readonly string[] | undefined,
  report: Report,
): void {
  for (const [index, word] of (words ?? []).entries()) {
    evaluateText(word, () => inContainer(view, `${field}[${index}]`), report);
  }
}

/** Reports a credential by its shape and length, without the text itself. */
function evaluateText(text: string | undefined, locate: () => Place, report: Report): void {
  const shape = text ? findCredential(text) : null;
  if (!text || shape === null) return;
  report({
    ...locate(),
    found: `a text of ${text.length} characters that contains ${shape} (not shown)`,
    required: 'must not contain a credential',
    fix: `Remove it from the manifest and revoke it. ${DECLARE}`,
  });
}
