import { LABEL, MAX_METADATA_ENTRIES, PROXY_SECRET } from '../../../api/names.ts';
import { show } from '../../../lib/show.ts';
import type { Finding } from '../../decision.ts';
import { HANDLERS } from '../../pod/handlers.ts';
import type { EnvironmentVariable, PodMetadata } from '../../pod/pod.ts';
import { type ContainerView, EVERY_CONTAINER, inContainer, type PodSubject } from '../../pod/pod-subject.ts';
import type { Check, Report } from '../check.ts';
import { findCredential, holdsNoCredential } from '../credential-shapes.ts';
import type { ReviewContext } from '../review-context.ts';
import { DECLARE_CREDENTIAL } from '../declare-credential.ts';
import { findVolume } from '../shadowed-paths.ts';

type Place = Pick<Finding, 'container' | 'item' | 'field'>;

const REMOVE = `Remove it. ${DECLARE_CREDENTIAL}`;
const NO_CREDENTIAL_IN_WORDS = `all(word, ${holdsNoCredential('word')})`;
const TEXTS_OF_HANDLERS = [
  ...HANDLERS.map(({ inCel }) => `c.?${inCel}.?exec.?command.orValue([])`),
  `[${HANDLERS.map(({ inCel }) => `c.?${inCel}.?httpGet.?path.orValue('')`).join(', ')}]`,
  ...HANDLERS.map(({ inCel }) => `c.?${inCel}.?httpGet.?httpHeaders.orValue([]).map(header, header.value)`),
].join(' + ');
// A change of these labels is for the guard of a pod's metadata to refuse, and to explain.
const LABELS = "(request.operation == 'CREATE' ? object : oldObject).metadata.?labels";
const OWN_NAME = `(${LABELS}[?'${LABEL.sandbox}'].hasValue() ? '${PROXY_SECRET.sandboxPrefix}' + ${LABELS}[?'${LABEL.sandbox}'].value() : '${PROXY_SECRET.rolePrefix}' + ${LABELS}[?'${LABEL.role}'].orValue(''))`;
const OWN_SECRET = `(e.name == '${PROXY_SECRET.environmentVariable}' && e.valueFrom.secretKeyRef.?name.orValue('') == ${OWN_NAME} && e.valueFrom.secretKeyRef.key == '${PROXY_SECRET.key}')`;
/** Metadata that a container can read through the downward API. */
const READABLE = ['annotations', 'labels'] as const;
const READABLE_TEXTS = READABLE.map(
  (kind) =>
    `(object.metadata.?${kind}.orValue({}).size() > ${MAX_METADATA_ENTRIES} ? [] : object.metadata.?${kind}.orValue({}).map(key, object.metadata.${kind}[key]))`,
).join(' + ');
/** What `kubectl apply` writes: a copy of the manifest. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const IS_OWN_FILE =
  'object.spec.?volumes.orValue([]).exists(v, v.name == e.valueFrom.fileKeyRef.volumeName && has(v.emptyDir))';

/**
 * No secret may reach a container through its environment or its command line.
 *
 * Fields: `env`, `envFrom`, `command` and `args` of every container, in all three lists, the commands, paths and headers
 * of its probes and hooks, and the annotations and labels of the pod, which containers read through `fieldRef`.
 * Allowed: `CLOISTER_PROXY_SECRET` from key `secret` of the Secret that `proxySecretName` returns; `fileKeyRef`
 * (KEP-3721) from an `emptyDir`, which contains only what the pod wrote; literal values without the shape of a
 * credential. Messages give the shape and length of a credential, never its value.
 */
export const environmentSecrets: Check = {
  name: 'environment-secrets',
  summary: 'No container has a secret in its environment or command line, except its own for the gateway.',
  rationale:
    'An agent can read its own environment, and every process inherits it. A literal value is also in the manifest, in etcd and in every backup.',
  fields: [
    'spec.containers[*].env',
    'spec.containers[*].envFrom',
    'spec.containers[*].command',
    'spec.containers[*].args',
    ...HANDLERS.flatMap(({ field }) =>
      ['exec.command', 'httpGet.path', 'httpGet.httpHeaders'].map(
        (member) => `spec.containers[*].${field}.${member}`,
      ),
    ),
    ...READABLE.map((kind) => `metadata.${kind}`),
  ],
  positions: ['Pod', ...EVERY_CONTAINER],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    {
      each: EVERY_CONTAINER,
      expression: `!has(c.env) || c.env.all(e, !has(e.valueFrom) ? !has(e.value) || ${holdsNoCredential('e.value')} : has(e.valueFrom.secretKeyRef) ? ${OWN_SECRET} : !has(e.valueFrom.fileKeyRef) || ${IS_OWN_FILE})`,
    },
    { each: EVERY_CONTAINER, expression: '!has(c.envFrom) || c.envFrom.all(e, !has(e.secretRef))' },
    {
      each: EVERY_CONTAINER,
      expression: `!(has(c.command) || has(c.args)) || (c.?command.orValue([]) + c.?args.orValue([])).${NO_CREDENTIAL_IN_WORDS}`,
    },
    {
      each: EVERY_CONTAINER,
      expression: `!(has(c.lifecycle) || has(c.livenessProbe) || has(c.readinessProbe) || has(c.startupProbe)) || (${TEXTS_OF_HANDLERS}).${NO_CREDENTIAL_IN_WORDS}`,
    },
    { expression: `(${READABLE_TEXTS}).${NO_CREDENTIAL_IN_WORDS}` },
  ],
  evaluate: (subject, context, report) => {
    const ownSecret = proxySecretName(subject.metadata, context);
    let isCopied = false;
    const reportInContainer: Report = (finding) => {
      isCopied = true;
      report(finding);
    };
    for (const view of subject.containers) {
      evaluateVariables(view, subject, ownSecret, reportInContainer);
      evaluateSources(view, reportInContainer);
      const { command, args } = view.container;
      evaluateWords(view, 'command', command, reportInContainer);
      evaluateWords(view, 'args', args, reportInContainer);
      evaluateHandlers(view, reportInContainer);
    }
    evaluateMetadata(subject.metadata, isCopied, report);
  },
};

/**
 * Returns the name of the one Secret by which the pod may prove to the gateway who it is: its sandbox's, or else its
 * role's. Null where it has no role, which `role` reports.
 */
function proxySecretName({ labels }: PodMetadata, { scope, role }: ReviewContext): string | null {
  const sandbox = labels?.[LABEL.sandbox] ?? null;
  if (sandbox !== null) return `${PROXY_SECRET.sandboxPrefix}${sandbox}`;
  const name = labels?.[LABEL.role] || role?.name;
  return name === undefined && scope === 'Tenant' ? null : `${PROXY_SECRET.rolePrefix}${name ?? ''}`;
}

function evaluateVariables(
  view: ContainerView,
  subject: PodSubject,
  ownSecret: string | null,
  report: Report,
): void {
  for (const [index, variable] of (view.container.env ?? []).entries()) {
    const locate = (field: string): Place => ({
      ...inContainer(view, `env[${index}].${field}`),
      item: `env "${variable.name ?? ''}"`,
    });
    evaluateText(variable.value, () => locate('value'), report);
    const { secretKeyRef, fileKeyRef } = variable.valueFrom ?? {};
    if (secretKeyRef && !isProxySecret(variable, ownSecret)) {
      const own = ownSecret ?? `${PROXY_SECRET.rolePrefix}*`;
      report({
        ...locate('valueFrom.secretKeyRef'),
        found: show(secretKeyRef),
        required: `must not be set, except in env "${PROXY_SECRET.environmentVariable}" for key "${PROXY_SECRET.key}" of Secret "${own}"`,
        fix:
          variable.name === PROXY_SECRET.environmentVariable
            ? `Set it to ${show({ name: own, key: PROXY_SECRET.key })}: a pod proves only who it is itself.`
            : REMOVE,
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

/** Whether the variable is the proxy secret, from the Secret of that name, or from any of a role where it is null. */
export function isProxySecret({ name, valueFrom }: EnvironmentVariable, secret: string | null): boolean {
  const from = valueFrom?.secretKeyRef;
  if (name !== PROXY_SECRET.environmentVariable || from?.key !== PROXY_SECRET.key) return false;
  return secret === null ? !!from.name?.startsWith(PROXY_SECRET.rolePrefix) : from.name === secret;
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

/** The manifest shows what probes and hooks run and send to the same readers as the environment. */
function evaluateHandlers(view: ContainerView, report: Report): void {
  for (const { field, of } of HANDLERS) {
    const handler = of(view.container);
    if (!handler) continue;
    evaluateWords(view, `${field}.exec.command`, handler.exec?.command, report);
    evaluateText(handler.httpGet?.path, () => inContainer(view, `${field}.httpGet.path`), report);
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

/** A copy of the manifest is not reported where it `isCopied`: its credential is reported in the container. */
function evaluateMetadata(metadata: PodMetadata, isCopied: boolean, report: Report): void {
  for (const kind of READABLE) {
    for (const [key, value] of Object.entries(metadata[kind] ?? {})) {
      if (isCopied && key === LAST_APPLIED) continue;
      evaluateText(value, () => ({ field: `metadata.${kind}[${key}]` }), report);
    }
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
    fix: `Remove it from the manifest and revoke it. ${DECLARE_CREDENTIAL}`,
  });
}
